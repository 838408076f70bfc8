// Grades of rounds in words: the cell of a case, the reasons below the table, what a comparison left out. Pure.
import type { CompareView, Outcome } from '../contract/views/compare.js';
import type { Graded, Reason } from '../contract/views/rounds.js';
import type { CaseView } from '../contract/views/show.js';
import { GRADES, type Grade } from '../contract/vocabulary.js';
import { groupBy } from '../stats/group-by.js';
import { METRICS } from '../stats/metrics.js';
import { present } from '../stats/present.js';
import { plural, signedPercent } from './format.js';
import { caseLabel, type Labels } from './labels.js';

/** `A`, or `2 A 1 C` when rounds differ; empty when no round is graded. */
export function gradeCell({ rounds }: Pick<CaseView, 'rounds'>): string {
  const counts = GRADES.map((grade) => [grade, rounds.filter((round) => round.grade === grade).length] as const).filter(
    ([, count]) => count > 0,
  );
  return counts.length === 1 ? counts[0]![0] : counts.map(([grade, count]) => `${count} ${grade}`).join(' ');
}

/** `C in 1 of 9 rounds: other programs took 31 % of a core.`, and what this system does not tell. */
export function conditionNotes(cases: readonly CaseView[]): string[] {
  const graded = cases.flatMap(({ rounds }) => rounds.filter(({ grade }) => grade !== null));
  if (graded.length === 0) return [];
  return present(gradeNote('C', graded), gradeNote('B', graded), unknownNote(cases));
}

function gradeNote(grade: Grade, graded: Graded[]): string | null {
  const rounds = graded.filter((round) => round.grade === grade);
  if (rounds.length === 0) return null;
  const reasons = rounds.flatMap((round) => round.reasons.filter((reason) => reason.grade === grade));
  return `Condition ${grade} in ${rounds.length} of ${plural(graded.length, 'round')}: ${reasonsInWords(reasons, rounds.length)}.`;
}

/** Names each reason once, with the range of its shares, and in how many rounds if not in all of them. */
export function reasonsInWords(reasons: readonly Reason[], rounds: number): string {
  const sentences = [...groupBy(reasons, ({ words }) => words)].map(([sentence, same]) => {
    const shares = same.flatMap(({ share }) => share ?? []);
    const count = same.length < rounds ? ` (${plural(same.length, 'round')})` : '';
    return `${shares.length === 0 ? sentence : sentence.replace('%', shareRange(shares))}${count}`;
  });
  return sentences.join('; ');
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

function unknownNote(cases: readonly CaseView[]): string | null {
  const unknown = new Set(cases.flatMap(({ rounds }) => rounds.flatMap((round) => round.unknown)));
  const names = Object.entries(READINGS).flatMap(([reading, name]) => (unknown.has(reading) ? [name] : []));
  return names.length === 0 ? null : `Not available on this system, so not graded: ${names.join(', ')}.`;
}

/** What a comparison did not use of its two sides, and what it used without a grade. */
export function sufficiencyNotes(view: CompareView, labels: Labels): string[] {
  const { leftOut, sides, grade } = view;
  const both = ['baseline', 'candidate'] as const;
  const omitted = both.flatMap((side) => {
    const rounds = leftOut[side].reduce((sum, entry) => sum + entry.rounds, 0);
    const reasons = leftOut[side].flatMap((entry) => entry.reasons);
    return rounds === 0 ? [] : [`${plural(rounds, 'round')} of the ${side} (${reasonsInWords(reasons, rounds)})`];
  });
  const ungraded = both.flatMap((side) => {
    const { ungradedRounds } = sides[side];
    return ungradedRounds === 0 ? [] : [`${plural(ungradedRounds, 'round')} of the ${side}`];
  });
  return present(
    omitted.length > 0 &&
      `Left out, below grade ${grade}: ${omitted.join('; ')}.\n  to compare them all the same: --grade C; to add rounds: edgeproof run --resume <result> --rounds <more>`,
    ...unevenNotes(view, labels),
    ...allRoundsNotes(view, labels),
    ungraded.length > 0 && `Used without a grade, since no condition was recorded: ${ungraded.join(', ')}.`,
  );
}

/** Cases of which one side lost a larger share of its rounds than the other: what is left may be a choice of lucky ones. */
function unevenNotes({ leftOut }: CompareView, labels: Labels): string[] {
  const entries = new Map([...leftOut.baseline, ...leftOut.candidate].map((entry) => [entry.id, entry]));
  const uneven = [...entries.values()].flatMap((entry) => {
    const [before, after] = [leftOut.baseline, leftOut.candidate].map((side) => side.find(({ id }) => id === entry.id));
    const [share, other] = [before, after].map((one) => (one === undefined ? 0 : one.rounds / one.of));
    if (share === other) return [];
    const words = (one: typeof before) => (one === undefined ? 'none' : `${one.rounds} of ${one.of}`);
    return [`${caseLabel(labels, entry)} (${words(before)} in the baseline, ${words(after)} in the candidate)`];
  });
  return uneven.length === 0 ? [] : [`The sides lost unequal shares of their rounds: ${uneven.join(', ')}.`];
}

const TOLD = new Set<Outcome | null>(['better', 'faster but different', 'worse']);

/** What all rounds together would have said, where that is another answer. */
function allRoundsNotes({ allRounds }: CompareView, labels: Labels): string[] {
  const other = allRounds.filter(({ outcome, instead }) => TOLD.has(outcome) || TOLD.has(instead));
  const words = other.map((entry) => {
    const { metric, change, outcome, instead } = entry;
    const figure = `${METRICS[metric].title} of ${caseLabel(labels, entry)}`;
    return `${figure} ${outcome} (${signedPercent(change)}), instead of ${instead ?? 'not compared'}`;
  });
  return words.length === 0 ? [] : [`All rounds together, whatever their grade, would say: ${words.join('; ')}.`];
}
