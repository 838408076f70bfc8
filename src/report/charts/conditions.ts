// The condition of the machines: how many rounds of each have grade A, B, C or none, and why. Pure. docs/condition.md
import type { ListedResult } from '../../contract/views/results.js';
import { GRADES } from '../../contract/vocabulary.js';
import { groupBy } from '../../stats/group-by.js';
import { reasonsInWords } from '../condition-notes.js';
import { plural } from '../format.js';
import { html, type Markup } from '../html/markup.js';
import { type Drawing, NARROW, type Panel } from './chart.js';
import type { Scene } from './scene.js';
import { bar, fitted, text } from './svg.js';

const STEP = 40;
const RIGHT = NARROW - 4;
const KINDS = [...GRADES, 'none'] as const;
/** From full colour for A to nearly none, with letters in them. */
const OPACITY = { A: 0.75, B: 0.45, C: 0.22, none: 0.08 } as const;
const MOST_ROWS = 24;

export function drawConditions(scene: Scene): Drawing | null {
  const byMachine = [...groupBy(scene.view.results, ({ machine }) => machine)].sort(([a], [b]) => (a < b ? -1 : 1));
  const counted = byMachine.map(([machine, results]) => ({ machine, results: results.length, ...countsOf(results) }));
  if (counted.every(({ rounds }) => rounds === 0)) return null;
  return {
    caption: [
      'A: nothing disturbed the round. B: something small did. C: too much did, and comparisons leave it out. Without a grade: measured before conditions were recorded.',
    ],
    legend: [],
    panels: [panelOf(counted.slice(0, MOST_ROWS))],
    wide: null,
    columns: [
      { key: 'machine', title: 'machine' },
      { key: 'results', title: 'results', align: 'right' },
      { key: 'rounds', title: 'rounds', align: 'right' },
      ...KINDS.map((kind) => ({ key: kind, title: kind === 'none' ? 'no grade' : kind, align: 'right' as const })),
      { key: 'failed', title: 'failed cases', align: 'right' },
      { key: 'why', title: 'why not A, in the newest results' },
    ],
    rows: counted.map(({ machine, results, rounds, counts, failed }) => ({
      of: null,
      cells: {
        machine,
        results: String(results),
        rounds: String(rounds),
        ...Object.fromEntries(KINDS.map((kind) => [kind, String(counts[kind])])),
        failed: String(failed),
        why: whyOf(scene, machine),
      },
    })),
  };
}

function countsOf(results: readonly ListedResult[]) {
  const sum = (of: (result: ListedResult) => number) => results.reduce((total, result) => total + of(result), 0);
  const rounds = sum((result) => result.rounds);
  const [A, B, C] = GRADES.map((grade) => sum(({ grades }) => grades[grade] ?? 0)) as [number, number, number];
  return { rounds, failed: sum(({ cases }) => cases.failed), counts: { A, B, C, none: rounds - A - B - C } };
}

type Counted = ReturnType<typeof countsOf> & { machine: string };

function whyOf({ view, entry }: Scene, machine: string): string {
  const rounds = view.samples
    .filter(({ ref }) => entry(ref).machine === machine)
    .flatMap(({ rounds }) => rounds.filter(({ reasons }) => reasons.length > 0));
  const reasons = rounds.flatMap((round) => round.reasons);
  return reasons.length === 0 ? '' : reasonsInWords(reasons, rounds.length);
}

function panelOf(counted: readonly Counted[]): Panel {
  return {
    title: 'rounds by grade',
    width: NARROW,
    height: STEP * counted.length + 4,
    body: html`<g class="h0">${counted.map((own, i) => rowOf(own, i * STEP))}</g>`,
  };
}

function rowOf({ machine, rounds, counts }: Counted, y: number): Markup {
  const total = plural(rounds, 'round');
  let x = 2;
  const parts = KINDS.flatMap((kind) => {
    const width = rounds === 0 ? 0 : ((RIGHT - 2) * counts[kind]) / rounds;
    const left = x;
    x += width;
    if (width === 0) return [];
    const letter = width > 26 ? text(left + 6, y + 31, kind === 'none' ? 'no grade' : kind, { kind: 'strong' }) : null;
    return [html`${bar(left, y + 18, width, 18, OPACITY[kind])}${kind === 'none' && width < 60 ? null : letter}`];
  });
  return html`${text(2, y + 13, fitted(machine, RIGHT - 90))}${text(RIGHT, y + 13, total, { anchor: 'end', kind: 'quiet' })}${parts}`;
}
