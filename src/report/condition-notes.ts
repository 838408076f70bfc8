// Grades of rounds in words: the cell of a case, the reasons below the table, what a comparison left out. Pure.
import type { CaseResult } from '../contract/result.js';
import { GRADES, type Grade, type Graded, gradesOf, type Reason } from '../stats/grade.js';
import type { Sufficient } from '../stats/sufficient.js';
import { plural } from './format.js';

/** `A`, or `2 A 1 C` when rounds differ; empty when no round is graded. */
export function gradeCell(result: CaseResult): string {
  const grades = gradesOf(result);
  const counts = GRADES.map(
    (grade) => [grade, grades.filter((graded) => graded.grade === grade).length] as const,
  ).filter(([, count]) => count > 0);
  return counts.length === 1 ? counts[0]![0] : counts.map(([grade, count]) => `${count} ${grade}`).join(' ');
}

/** `C in 1 of 9 rounds: other programs took 31 % of a core.`, and what this system does not tell. */
export function conditionNotes(cases: CaseResult[]): string[] {
  const grades = cases.flatMap(gradesOf);
  const graded = grades.filter(({ grade }) => grade !== null);
  if (graded.length === 0) return [];
  return [...(['C', 'B'] as const).flatMap((grade) => gradeNote(grade, graded)), ...unknownNote(cases)];
}

function gradeNote(grade: Grade, graded: Graded[]): string[] {
  const rounds = graded.filter((round) => round.grade === grade);
  if (rounds.length === 0) return [];
  const reasons = rounds.flatMap((round) => round.reasons.filter((reason) => reason.grade === grade));
  return [
    `Condition ${grade} in ${rounds.length} of ${plural(graded.length, 'round')}: ${reasonsInWords(reasons, rounds.length)}.`,
  ];
}

/** Equal reasons once, with the range of their shares; how many rounds had one, where not all `rounds` did. */
export function reasonsInWords(reasons: readonly Reason[], rounds: number): string {
  const words = [...new Set(reasons.map((reason) => reason.words))];
  return words
    .map((sentence) => {
      const same = reasons.filter((reason) => reason.words === sentence);
      const shares = same.flatMap(({ share }) => share ?? []);
      const count = same.length < rounds ? ` (${plural(same.length, 'round')})` : '';
      return `${shares.length === 0 ? sentence : sentence.replace('%', shareRange(shares))}${count}`;
    })
    .join('; ');
}

function shareRange(shares: number[]): string {
  const [low, high] = [Math.min(...shares), Math.max(...shares)].map((share) => {
    const percent = share * 100;
    return percent < 9.5 ? percent.toFixed(1) : percent.toFixed(0);
  });
  return low === high ? `${low} %` : `${low} to ${high} %`;
}

const READINGS: Record<string, string> = {
  steal: 'steal time',
  quota: 'CPU quota',
  frequency: 'clock',
  temperature: 'temperature',
  throttle: 'thermal throttling',
  power: 'power source',
  memory: 'swapping',
  residency: 'page cache',
};

function unknownNote(cases: CaseResult[]): string[] {
  const unknown = new Set(
    cases.flatMap(({ rounds }) =>
      rounds.flatMap((round) => (round.status === 'ok' ? Object.keys(round.condition?.unknown ?? {}) : [])),
    ),
  );
  const names = Object.entries(READINGS).flatMap(([reading, name]) => (unknown.has(reading) ? [name] : []));
  return names.length === 0 ? [] : [`Grades do without what this system does not tell: ${names.join(', ')}.`];
}

/** What a comparison did not use of its two sides, and what it used without a grade. */
export function sufficiencyNotes(baseline: Sufficient, candidate: Sufficient, atLeast: Grade): string[] {
  const sides = { baseline, candidate };
  const said = (note: (side: string, rounds: Sufficient) => string | null) =>
    Object.entries(sides).flatMap(([side, rounds]) => note(side, rounds) ?? []);
  const leftOut = said((side, rounds) => {
    const count = rounds.leftOut.reduce((sum, entry) => sum + entry.rounds, 0);
    const reasons = rounds.leftOut.flatMap((entry) => entry.reasons);
    return count === 0 ? null : `${plural(count, 'round')} of the ${side} (${reasonsInWords(reasons, count)})`;
  });
  const ungraded = said((side, rounds) =>
    rounds.ungraded === 0 ? null : `${plural(rounds.ungraded, 'round')} of the ${side}`,
  );
  return [
    ...(leftOut.length === 0
      ? []
      : [
          `Left out, below grade ${atLeast}: ${leftOut.join('; ')}.\n  to compare them all the same: --grade C; to add rounds: edgeproof run --resume <result> --rounds <more>`,
        ]),
    ...(ungraded.length === 0
      ? []
      : [`Used without a grade, measured before conditions were recorded: ${ungraded.join(', ')}.`]),
  ];
}
