// What `models tune` did and what it is worth: the steps, speed and memory before and after, and how far the logits
// moved. Pure.
import type { Manifest } from '../contract/manifest.js';
import type { Comparison, MetricChange } from '../contract/views/compare.js';
import type { Weights } from '../contract/vocabulary.js';
import type { StepReport } from '../formats/onnx/rewrite/steps.js';
import type { Fidelity } from '../stats/fidelity.js';
import { changeCells, sizes } from './comparison-page.js';
import { count, signedPercent } from './format.js';
import type { Page } from './page.js';

interface TuneReport {
  name: string;
  weights: Weights;
  /** The manifests of the original and of the rewritten checkpoint. */
  sides: [Manifest, Manifest];
  directory: string;
  reports: StepReport[];
  fidelity: Fidelity[];
  /** null where speed was not measured. */
  measured: { path: string; comparison: Comparison } | null;
}

export function tunePage(report: TuneReport): Page {
  const { name, weights, sides, directory, reports, fidelity } = report;
  const sizeOf = ({ files }: Manifest) => files.reduce((sum, file) => sum + file.bytes, 0);
  const [before, after] = [sizeOf(sides[0]), sizeOf(sides[1])];
  const entries = report.measured?.comparison.cases ?? [];
  const changes = entries.flatMap((entry) => (entry.status === 'compared' ? entry.changes : []));
  const steps = reports.map(({ step, applied, note }) => ({ step, applied, note }));
  const change = after / before - 1;
  return {
    heading: [
      `${name} · ${weights} weights → ${directory}`,
      ...steps.map(({ step, applied, note }) => `  ${applied ? '✓' : '–'} ${step.padEnd(17)}  ${note}`),
    ],
    columns: [
      { key: 'metric', title: 'metric' },
      { key: 'unit', title: 'unit' },
      { key: 'baseline', title: 'original', align: 'right' },
      { key: 'candidate', title: 'rewritten', align: 'right' },
      { key: 'change', title: 'change', align: 'right' },
      { key: 'outcome', title: 'outcome' },
    ],
    rows: [
      ...changes.map((item) => ({ ...changeCells(item), outcome: outcomeText(item) })),
      {
        metric: 'files',
        unit: 'MB',
        baseline: megabytes(before),
        candidate: megabytes(after),
        change: signedPercent(change),
        outcome: '',
      },
    ],
    notes: [
      ...fidelity.map(fidelityText),
      ...(fidelity.length > 0 && weights === 'synthetic' ? [RANDOM_WEIGHTS] : []),
      ...entries.flatMap((entry) => ('reason' in entry ? [`not measured: ${entry.id}: ${entry.reason}`] : [])),
      ...(report.measured === null ? [] : [`Speed and memory: ${report.measured.path}`]),
      `Run it: edgeproof run -m ${directory}`,
    ],
    json: { name, weights, directory, steps, bytes: { before, after }, changes, fidelity },
    records: [
      ...changes.map((item) => ({
        metric: item.metric as string,
        before: item.baseline.median,
        after: item.candidate.median,
        change: item.change,
        p: item.p,
        outcome: item.outcome as string,
      })),
      { metric: 'fileBytes', before, after, change, p: null, outcome: null },
      ...fidelity.flatMap(({ kind, sameTop1, divergence }) => [
        { metric: `sameTop1/${kind}`, before: null, after: sameTop1.share, change: null, p: null, outcome: null },
        { metric: `divergence/${kind}`, before: null, after: divergence.mean, change: null, p: null, outcome: null },
      ]),
    ],
  };
}

const RANDOM_WEIGHTS =
  'Weights are random: a rounding grows from layer to layer as it need not in trained ones, so that this fidelity says nothing of theirs.';

const KINDS: Record<Fidelity['kind'], string> = {
  random: 'random tokens',
  continuation: "the original's own continuations",
};

function fidelityText({ kind, positions, sameTop1, divergence }: Fidelity): string {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  const { mean, standardError, median, p99, max } = divergence;
  const error = standardError === null ? '' : ` ± ${small(standardError)}`;
  return (
    `${KINDS[kind]}, ${count(positions)} positions: same best token ${percent(sameTop1.share)} (95 % interval ` +
    `${percent(sameTop1.low)} to ${percent(sameTop1.high)}); KL divergence mean ${small(mean)}${error}, ` +
    `median ${small(median)}, ${p99 === null ? '' : `p99 ${small(p99)}, `}max ${small(max)} nats`
  );
}

/** Three significant digits, however small. */
function small(value: number): string {
  return value === 0 ? '0' : value < 0.001 ? value.toExponential(1) : value.toPrecision(3);
}

function megabytes(value: number): string {
  return count(Math.round(value / 1e6));
}

function outcomeText(change: MetricChange): string {
  const { outcome, p } = change;
  return `${outcome} (${outcome === 'too few rounds' ? '' : `p=${p.toFixed(3)} `}${sizes(change)})`;
}
