// A comparison of two results as a page: what changed, whether it is shown, what was not compared and why. Pure.
import type { CaseComparison, CompareView, MetricChange, SideView } from '../contract/views/compare.js';
import type { Parity } from '../contract/views/figures.js';
import { METRICS } from '../stats/metrics.js';
import { sufficiencyNotes } from './condition-notes.js';
import { energyDifferences } from './energy-notes.js';
import { measured, signedPercent, unitLabel } from './format.js';
import { caseLabel, labelsOf } from './labels.js';
import type { Page } from './page.js';
import { parityText } from './parity-notes.js';

const SHOWN = new Set<MetricChange['outcome']>(['better', 'faster but different', 'worse']);

export function comparisonPage(view: CompareView): Page {
  const compared = view.cases.filter((entry) => entry.status === 'compared');
  const isVisible = compared.some(({ changes }) => changes.some(({ visibleEffect }) => visibleEffect !== null));
  // Ids are long; a row names only what tells it from the others, as in the table of a single result.
  const labels = labelsOf(view.cases.flatMap(({ key }) => (key === null ? [] : [{ key }])));
  return {
    heading: [
      `baseline   ${describeSide(view.baseline, view.sides.baseline)}`,
      `candidate  ${describeSide(view.candidate, view.sides.candidate)}`,
      `cases      ${labels.shared}`,
    ],
    columns: [
      { key: 'case', title: 'case' },
      { key: 'metric', title: 'metric' },
      { key: 'unit', title: 'unit' },
      { key: 'baseline', title: 'baseline', align: 'right' },
      { key: 'candidate', title: 'candidate', align: 'right' },
      ...(isVisible ? [{ key: 'visible', title: 'visible', align: 'right' } as const] : []),
      { key: 'change', title: 'change', align: 'right' },
      { key: 'outcome', title: 'outcome' },
    ],
    rows: compared.flatMap((entry) =>
      entry.changes.map((change, i) => ({
        case: i === 0 ? caseLabel(labels, { key: entry.key! }) : '',
        metric: METRICS[change.metric].title,
        unit: unitLabel(METRICS[change.metric]),
        baseline: measured(change.baseline, METRICS[change.metric]),
        candidate: measured(change.candidate, METRICS[change.metric]),
        change: SHOWN.has(change.outcome) ? signedPercent(change.change) : '~',
        visible: change.visibleEffect === null ? '' : `≥ ${(change.visibleEffect * 100).toFixed(1)} %`,
        outcome: outcomeText(change, view.roundsNeeded),
      })),
    ),
    notes: [...notesOf(view), ...energyDifferences(view), ...sufficiencyNotes(view)],
    json: view,
    records: compared.flatMap((entry) =>
      entry.changes.map((change) => ({
        id: entry.id,
        metric: change.metric,
        baseline: change.baseline.median,
        candidate: change.candidate.median,
        change: change.change,
        p: change.p,
        adjustedP: change.adjustedP,
        visibleEffect: change.visibleEffect,
        roundsToSee5Percent: change.roundsToSee5Percent,
        outcome: change.outcome,
      })),
    ),
  };
}

function describeSide(path: string, { tool, machine, startedAt, engines }: SideView): string {
  const commit = tool.commit === null ? '' : ` at ${tool.commit.slice(0, 8)}${tool.dirty ? '+' : ''}`;
  return `${path} · ${startedAt.slice(0, 16).replace('T', ' ')} · ${machine} · edgeproof ${tool.version}${commit} · ${engines.join(' · ')}`;
}

function outcomeText(change: MetricChange, roundsNeeded: number): string {
  const sizes =
    change.baseline.n === change.candidate.n
      ? `n=${change.baseline.n}`
      : `n=${change.baseline.n}+${change.candidate.n}`;
  switch (change.outcome) {
    case 'too few rounds':
      return `needs ${roundsNeeded} rounds a side (${sizes})`;
    case 'not shown':
      return `not shown (p=${change.adjustedP.toFixed(2)} ${sizes})`;
    default:
      return `${change.outcome} (p=${change.adjustedP.toFixed(3)} ${sizes})`;
  }
}

function notesOf({ cases, roundsNeeded }: CompareView): string[] {
  const changes = cases.flatMap((entry) => (entry.status === 'compared' ? entry.changes : []));
  const number = (outcome: MetricChange['outcome']) => changes.filter((change) => change.outcome === outcome).length;
  const [worse, better, few] = [number('worse'), number('better'), number('too few rounds')];
  const different = number('faster but different');
  const summary =
    changes.length === 0
      ? 'Nothing could be compared.'
      : few === changes.length
        ? `Too few rounds to tell: measure ${roundsNeeded} or more on both sides (edgeproof run --rounds ${roundsNeeded + 1} has one to spare).`
        : worse > 0
          ? `Worse: ${worse} of ${changes.length} figures${better > 0 ? `; better: ${better}` : ''}.`
          : different > 0
            ? `Faster but different: ${different} of ${changes.length} figures, by generating other tokens${better > 0 ? `; better: ${better}` : ''}.`
            : better > 0
              ? `Better: ${better} of ${changes.length} figures; nothing worse is shown.`
              : 'No difference is shown.';
  return [summary, ...roundsNote(changes), ...cases.flatMap(caseNotes)];
}

/** How many rounds the noisiest of the watched metrics needs, where that is more than there are. */
function roundsNote(changes: MetricChange[]): string[] {
  const asking = changes.filter(({ metric, outcome, roundsToSee5Percent, baseline, candidate }) => {
    const rounds = Math.min(baseline.n, candidate.n);
    return outcome === 'not shown' && METRICS[metric].isWatched && (roundsToSee5Percent ?? rounds + 1) > rounds;
  });
  if (asking.length === 0) return [];
  const most = Math.max(...asking.map((change) => change.roundsToSee5Percent ?? Number.POSITIVE_INFINITY));
  if (!Number.isFinite(most))
    return [
      'A change of 5 % is out of reach: it would take more than 200 rounds a side, or is below the minimum effect.',
    ];
  return [
    `To see a change of 5 % nine times in ten takes ${most} rounds a side (edgeproof run --resume <result> -r ${most}).`,
  ];
}

function caseNotes(entry: CaseComparison): string[] {
  if (entry.status === 'failed') return [`failed: ${entry.id}: ${entry.reason}`];
  if (entry.status === 'unmatched') return [`not compared: ${entry.id}: ${entry.reason}`];
  if (entry.status === 'differs') {
    const names = entry.differences.map(
      ({ dimension, baseline, candidate }) => `${dimension} (${changed(baseline, candidate)})`,
    );
    const across = entry.differences.map(({ dimension }) => dimension).join(',');
    return [`not compared: ${entry.id} differs in ${names.join(', ')}\n  to compare all the same: --across ${across}`];
  }
  return [
    ...(entry.across.length > 0
      ? [`across ${entry.across.map(({ dimension }) => dimension).join(', ')}: ${entry.id}`]
      : []),
    ...(entry.parity === null || (entry.parity.verdict === 'same' && entry.across.length === 0)
      ? []
      : [`tokens of ${entry.id}: ${parityText(entry.parity, 'of the baseline')}`]),
    ...(entry.sameTokens === false ? otherTokensNote(entry.id, entry.parity) : []),
  ];
}

/** Reduces lists such as `kv=shared malloc=null` to what differs. */
function changed(baseline: string, candidate: string): string {
  const [before, after] = [baseline, candidate].map((text) => text.split(' '));
  if (![...before!, ...after!].every((word) => word.includes('='))) return `${baseline} → ${candidate}`;
  const own = (words: string[], others: string[]) => words.filter((word) => !others.includes(word)).join(' ') || '–';
  return `${own(before!, after!)} → ${own(after!, before!)}`;
}

function otherTokensNote(id: string, parity: Parity | null): string[] {
  if (parity === null) return [`generated tokens differ: ${id} is not the same computation on both sides`];
  if (parity.verdict !== 'same') return [];
  return [`generated tokens differ in the rounds of ${id}, but not on the prompt that every run is given`];
}
