// A gate in a form that people live with: the verdict in a line, then what led to it, then what could not be said. Pure.
import type { Finding, Gate } from '../contract/views/gate.js';
import { METRICS } from '../stats/metrics.js';
import { measured, percentRange, plural, signedPercent, unitLabel } from './format.js';
import { caseLabel, type Labels, labelsOf } from './labels.js';
import type { Page } from './page.js';

/** What a reader must see; all other findings are counted. */
const NAMED = new Set<Finding['outcome']>(['better', 'faster but different', 'within sitting spread']);

/** `whole`: the page of all figures, whose notes and data this one keeps. `why`: how the baseline was chosen. */
export function gatePage(gate: Gate, whole: Page, why: string | null): Page {
  const labels = labelsOf(gate.findings);
  const shown = gate.findings.filter(({ isNo, outcome }) => isNo || NAMED.has(outcome));
  const others = gate.findings.filter((finding) => finding.metric !== null && !shown.includes(finding)).length;
  return {
    ...whole,
    heading: [verdictOf(gate), ...whole.heading, ...(why === null ? [] : [`why this baseline: ${why}`])],
    columns: [
      { key: 'case', title: 'case' },
      { key: 'metric', title: 'metric' },
      { key: 'unit', title: 'unit' },
      { key: 'baseline', title: 'baseline', align: 'right' },
      { key: 'candidate', title: 'candidate', align: 'right' },
      { key: 'change', title: 'change', align: 'right' },
      { key: 'outcome', title: 'outcome' },
    ],
    rows: shown.map((finding) => row(finding, labels)),
    notes: [
      ...(others > 0
        ? [`Without a change to name: ${plural(others, 'figure')}; edgeproof compare shows them all.`]
        : []),
      ...whole.notes,
    ],
  };
}

function row(finding: Finding, labels: Labels): Page['rows'][number] {
  const { metric, change, outcome, reason } = finding;
  return {
    case: caseLabel(labels, finding),
    metric: metric === null ? '' : METRICS[metric].title,
    unit: metric === null ? '' : unitLabel(METRICS[metric]),
    baseline: medianOf(finding, 'baseline'),
    candidate: medianOf(finding, 'candidate'),
    change: change === null ? '' : signedPercent(change),
    outcome: reason === null ? outcome : `${outcome}: ${reason}`,
  };
}

function medianOf({ metric, ...finding }: Finding, side: 'baseline' | 'candidate'): string {
  const value = finding[side];
  return metric === null || value === null ? '' : measured({ median: value, interval: null }, METRICS[metric]);
}

/** `Worse: decode rate of pp512 tg128, −6.2 % (54.4 → 51.0 tok/s); and 2 more.` */
export function verdictOf(gate: Gate): string {
  const { findings, exitCode, isPaired } = gate;
  const labels = labelsOf(findings);
  const noes = findings.filter(({ isNo }) => isNo).toSorted((a, b) => weight(b) - weight(a));
  if (exitCode === 2) return 'No answer: no figure of both sides could be compared.';
  const [first, ...more] = noes;
  if (first !== undefined) {
    const also = more.length === 0 ? '' : `; and ${more.length} more`;
    return `${capital(first.outcome)}: ${sentenceOf(first, labels)}${also}.`;
  }
  const figures = findings.filter(({ metric }) => metric !== null);
  const cases = new Set(figures.map(({ id }) => id)).size;
  const scope = `${plural(figures.length, 'figure')} of ${plural(cases, 'case')}`;
  if (isPaired) return `Pass: a slowdown by the margin is excluded for ${scope}.`;
  const visible = figures.flatMap(({ wouldShow }) => wouldShow ?? []);
  const limit = visible.length === 0 ? '' : `; changes of ${percentRange(visible)} would have been, nine times in ten`;
  return `Pass: none of ${scope} is shown to be worse${limit}.`;
}

/** Worse figures first, the largest change before others. */
function weight({ outcome, change }: Finding): number {
  return (outcome === 'worse' ? 10 : 0) + Math.abs(change ?? 0);
}

/** What a finding is about, without its outcome. */
export function sentenceOf(finding: Finding, labels: Labels): string {
  const { metric, change, reason } = finding;
  const name = caseLabel(labels, finding);
  if (metric === null) return reason === null ? name : `${name}, ${reason}`;
  const values = `${medianOf(finding, 'baseline')} → ${medianOf(finding, 'candidate')} ${unitLabel(METRICS[metric])}`;
  const moved = change === null ? '' : `, ${signedPercent(change)} (${values})`;
  return `${METRICS[metric].title} of ${name}${moved}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
