// A comparison of two results as a page: what changed, whether it is shown, what was not compared and why. Pure.
import type {
  CaseComparison,
  CompareView,
  Difference,
  MetricChange,
  OtherTokens,
  SideView,
} from '../contract/views/compare.js';
import type { Parity } from '../contract/views/figures.js';
import { METRICS } from '../stats/metrics.js';
import { present } from '../stats/present.js';
import { dimensionOf } from '../suite/dimensions.js';
import { sufficiencyNotes } from './condition-notes.js';
import { sideDriftNotes } from './drift-notes.js';
import { energyDifferences } from './energy-notes.js';
import { unequalWorkNote } from './engine-notes.js';
import { measured, signedPercent, unitLabel } from './format.js';
import { caseLabel, type Labels, labelsOf } from './labels.js';
import { machineNotes, meanNotes } from './mean-notes.js';
import type { Page } from './page.js';
import { acrossNote, failureNotes, pairingNotes } from './pairing-notes.js';
import { parityText, workText } from './parity-notes.js';
import { sittingNotes } from './sitting-notes.js';

/** Outcomes in which the rounds show a change. */
export const SHOWN = new Set<MetricChange['outcome']>([
  'better',
  'faster but different',
  'worse',
  'within sitting spread',
]);

export function comparisonPage(view: CompareView): Page {
  const compared = view.cases.filter((entry) => entry.status === 'compared');
  const isVisible = compared.some(({ changes }) => changes.some(({ visibleEffect }) => visibleEffect !== null));
  // Ids are long; a row names only what tells it from the others, as in the table of a single result.
  const labels = labelsOf(view.cases);
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
        ...changeCells(change),
        case: i === 0 ? caseLabel(labels, entry) : '',
        visible: change.visibleEffect === null ? '' : `≥ ${(change.visibleEffect * 100).toFixed(1)} %`,
        outcome: outcomeText(change, view.roundsNeeded),
      })),
    ),
    notes: [
      ...notesOf(view, labels),
      ...energyDifferences(view, labels),
      ...sufficiencyNotes(view, labels),
      ...sideDriftNotes(view, labels),
      ...acrossNote(view),
    ],
    json: view,
    records: compared.flatMap((entry) =>
      entry.changes.map(({ metric, baseline, candidate, outcome, sittings, ...figures }) => ({
        id: entry.id,
        metric,
        baseline: baseline.median,
        candidate: candidate.median,
        ...figures,
        sittingLimit: sittings?.limit ?? null,
        outcome,
      })),
    ),
  };
}

/** The cells of a row that every table of changes has. */
export function changeCells({ metric, baseline, candidate, outcome, change }: MetricChange) {
  const row = METRICS[metric];
  return {
    metric: row.title,
    unit: unitLabel(row),
    baseline: measured(baseline, row),
    candidate: measured(candidate, row),
    change: SHOWN.has(outcome) ? signedPercent(change) : '~',
  };
}

/** `n=5`, or `n=5+8` where one side has more rounds. */
export function sizes({ baseline, candidate }: MetricChange): string {
  return baseline.n === candidate.n ? `n=${baseline.n}` : `n=${baseline.n}+${candidate.n}`;
}

export function describeSide(path: string, { tool, machine, startedAt, engines }: SideView): string {
  const commit = tool.commit === null ? '' : ` at ${tool.commit.slice(0, 8)}${tool.dirty ? '+' : ''}`;
  return `${path} · ${startedAt.slice(0, 16).replace('T', ' ')} · ${machine} · edgeproof ${tool.version}${commit} · ${engines.join(' · ')}`;
}

function outcomeText(change: MetricChange, roundsNeeded: number): string {
  const { outcome, adjustedP, sameAs } = change;
  if (sameAs !== null) return `as ${METRICS[sameAs].title}`;
  if (outcome === 'too few rounds') return `needs ${roundsNeeded} rounds a side (${sizes(change)})`;
  return `${outcome} (p=${adjustedP.toFixed(outcome === 'not shown' ? 2 : 3)} ${sizes(change)})`;
}

function notesOf(view: CompareView, labels: Labels): string[] {
  const { cases, roundsNeeded } = view;
  const changes = cases.flatMap((entry) => (entry.status === 'compared' ? entry.changes : []));
  return [
    ...present(
      isSameResult(view) && 'Baseline and candidate are the same result.',
      summaryOf(changes, roundsNeeded),
      roundsNote(changes),
    ),
    ...meanNotes(view),
    ...machineNotes(view, labels),
    ...sittingNotes(changes),
    ...failureNotes(view, labels),
    ...pairingNotes(view, labels),
    ...cases.flatMap((entry) => caseNotes(entry, labels)),
  ];
}

/** Not where different cases of one result are compared. */
function isSameResult({ baseline, candidate, cases }: CompareView): boolean {
  return baseline === candidate && cases.every((entry) => entry.status !== 'compared' || entry.partner === entry.id);
}

function summaryOf(all: MetricChange[], roundsNeeded: number): string {
  const changes = all.filter(({ sameAs }) => sameAs === null);
  const number = (outcome: MetricChange['outcome']) => changes.filter((change) => change.outcome === outcome).length;
  const [worse, better, different] = [number('worse'), number('better'), number('faster but different')];
  const figures = `${changes.length} figures`;
  const gains = better > 0 ? `; better: ${better}` : '';
  if (changes.length === 0) return 'Nothing could be compared.';
  if (number('too few rounds') === changes.length)
    return `Too few rounds to tell: measure ${roundsNeeded} or more on both sides (edgeproof run --rounds ${roundsNeeded + 1} has one to spare).`;
  if (worse > 0) return `Worse: ${worse} of ${figures}${gains}.`;
  if (different > 0) return `Faster but different: ${different} of ${figures}, by generating other tokens${gains}.`;
  if (better > 0) return `Better: ${better} of ${figures}; nothing worse is shown.`;
  return number('within sitting spread') > 0
    ? 'No difference is shown beyond what sittings differ by.'
    : 'No difference is shown.';
}

/** How many rounds the noisiest of the watched metrics needs, where that is more than there are. */
function roundsNote(changes: MetricChange[]): string | null {
  const asking = changes.filter(({ metric, outcome, roundsToSee5Percent, baseline, candidate, sittings }) => {
    const rounds = Math.min(baseline.n, candidate.n);
    // Of two sittings, more rounds do not help: sittingNotes says what does.
    if (sittings !== null && roundsToSee5Percent === null) return false;
    return outcome === 'not shown' && METRICS[metric].isWatched && (roundsToSee5Percent ?? rounds + 1) > rounds;
  });
  if (asking.length === 0) return null;
  const most = Math.max(...asking.map((change) => change.roundsToSee5Percent ?? Number.POSITIVE_INFINITY));
  if (!Number.isFinite(most))
    return 'A change of 5 % is out of reach: it would take more than 200 rounds a side, or is below the minimum effect.';
  return `To see a change of 5 % nine times in ten takes ${most} rounds a side (edgeproof run --resume <result> -r ${most}).`;
}

function caseNotes(entry: CaseComparison, labels: Labels): string[] {
  if (entry.status !== 'compared') return [];
  const { across, parity, work, unequalWork, sameTokens, otherTokens, sameLogits } = entry;
  const name = caseLabel(labels, entry);
  return present(
    across.length > 0 && `across ${across.map(acrossWords).join(', ')}: ${name}`,
    unequalWork !== null && unequalWorkNote(name, unequalWork),
    parity !== null &&
      (parity.verdict !== 'same' || across.length > 0) &&
      `tokens of ${name}: ${parityText(parity, 'of the baseline')}`,
    work?.proven === false && `${name}: ${workText(work)}`,
    otherTokens !== null && otherTokensNote(name, otherTokens, parity),
    across.length === 0 &&
      sameTokens === true &&
      sameLogits === false &&
      `logits differ in the rounds of ${name}, though nothing else does: sums were made in another order, or of something else`,
  );
}

/** The values of what has a name of its own; what follows from it is a hash or a list. */
function acrossWords({ dimension, baseline, candidate }: Difference): string {
  return dimensionOf(dimension) === null ? dimension : `${dimension} (${baseline} → ${candidate})`;
}

function otherTokensNote(name: string, { passes, of, p, isExplained }: OtherTokens, parity: Parity | null): string {
  const found = `generated tokens differ in ${passes} of ${of} passes of the rounds of ${name}`;
  if (parity === null) return `${found}: not the same computation on both sides`;
  return isExplained
    ? `${found}: by the rounding that the common prompt shows, as many are expected (p=${p.toFixed(2)})`
    : `${found}: more than the rounding that the common prompt shows explains`;
}
