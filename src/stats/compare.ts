// Two result documents, case by case: what changed, whether it is shown, and what may not be compared. Pure.
import type { CaseResult, ResultDocument } from '../result/schema.js';
import { okRounds } from '../result/schema.js';
import { caseDimensions } from '../suite/plan.js';
import { comparableEnergy } from './energy.js';
import { mannWhitney, roundsNeeded, smallestP } from './mann-whitney.js';
import { METRICS, type MetricName, roundValues } from './metrics.js';
import { type Summary, summarize } from './summary.js';

const ALPHA = 0.05;
const COMPARED: MetricName[] = [
  'prefillRate',
  'decodeRate',
  'ttftMs',
  'loadMs',
  'peakRssBytes',
  'microMs',
  'sustainedRate',
];
const COMPARED_ENERGY: MetricName[] = ['joulesPerPromptToken', 'joulesPerToken'];

export type Outcome = 'better' | 'worse' | 'not shown' | 'too few rounds';

export interface MetricChange {
  metric: MetricName;
  baseline: Summary;
  candidate: Summary;
  /** candidate / baseline − 1 */
  change: number;
  p: number;
  outcome: Outcome;
}

export type CaseComparison =
  | { id: string; status: 'compared'; across: Difference[]; changes: MetricChange[]; sameTokens: boolean | null }
  /** Something other than the measured quantity differs. */
  | { id: string; status: 'differs'; differences: Difference[] }
  /** The baseline has figures, the candidate failed. */
  | { id: string; status: 'failed'; reason: string }
  | { id: string; status: 'unmatched'; reason: string };

export interface Difference {
  dimension: string;
  baseline: string;
  candidate: string;
}

export interface Comparison {
  cases: CaseComparison[];
  /** Rounds a side before any difference can be shown. */
  roundsNeeded: number;
}

export interface CompareOptions {
  /** Dimensions that may differ: model, dtype, threads, machine, runtime version … */
  across: string[];
  /** Replaces every metric's own minimum effect. */
  minimumEffect?: number;
}

export function compareResults(
  baseline: ResultDocument,
  candidate: ResultDocument,
  options: CompareOptions,
): Comparison {
  const label = (result: CaseResult) => matchLabel(result, options.across);
  const before = new Map(baseline.cases.map((result) => [label(result), result]));
  const seen = new Set<string>();
  const cases = candidate.cases.map((result): CaseComparison => {
    const partner = baseline.cases.find((other) => other.id === result.id) ?? before.get(label(result));
    seen.add(label(result));
    if (partner === undefined) return { id: result.id, status: 'unmatched', reason: 'only in the candidate' };
    return compareCase(baseline, partner, candidate, result, options);
  });
  for (const [key, result] of before) {
    if (!seen.has(key)) cases.push({ id: result.id, status: 'unmatched', reason: 'only in the baseline' });
  }
  return { cases, roundsNeeded: roundsNeeded(ALPHA) };
}

/** Cases match when all dimensions but those in `across` are equal. Only synthetic weights have a layout. */
function matchLabel(result: CaseResult, across: string[]): string {
  const ignored = new Set(across.includes('weights') ? [...across, 'layout'] : across);
  const dimensions = Object.entries(caseDimensions(result.key)).filter(([name]) => !ignored.has(name));
  const { workload } = result.key;
  return JSON.stringify([workload.kind, workload.kind === 'micro' ? workload.task : null, dimensions]);
}

function compareCase(
  baseline: ResultDocument,
  before: CaseResult,
  candidate: ResultDocument,
  after: CaseResult,
  options: CompareOptions,
): CaseComparison {
  const { id } = after;
  if (okRounds(before).length === 0) return { id, status: 'unmatched', reason: noRound(before, 'baseline') };
  if (okRounds(after).length === 0) {
    return { id, status: after.status === 'failed' ? 'failed' : 'unmatched', reason: noRound(after, 'candidate') };
  }
  const differences = differencesOf(baseline, before, candidate, after);
  const allowed = new Set([...options.across, ...impliedBy(options.across)]);
  const forbidden = differences.filter((difference) => !allowed.has(difference.dimension));
  if (forbidden.length > 0) return { id, status: 'differs', differences: forbidden };
  const compared = comparableEnergy(before, after) ? [...COMPARED, ...COMPARED_ENERGY] : COMPARED;
  const changes = compared.flatMap((metric): MetricChange[] => {
    const [a, b] = [roundValues(metric, before), roundValues(metric, after)];
    return a.length === 0 || b.length === 0 ? [] : [changeOf(metric, a, b, options)];
  });
  return { id, status: 'compared', across: differences, changes, sameTokens: sameTokens(before, after) };
}

function noRound({ status }: CaseResult, side: string): string {
  return status === 'ok'
    ? `no round of sufficient grade in the ${side}`
    : `no measured round in the ${side} (${status})`;
}

function differencesOf(
  baseline: ResultDocument,
  before: CaseResult,
  candidate: ResultDocument,
  after: CaseResult,
): Difference[] {
  const sides = [
    { ...caseDimensions(before.key), ...before.identity, machine: baseline.machine.id, node: baseline.versions.node },
    { ...caseDimensions(after.key), ...after.identity, machine: candidate.machine.id, node: candidate.versions.node },
  ] as [Record<string, string>, Record<string, string>];
  // Two kinds of weights say more than two hashes.
  if (before.key.weights !== after.key.weights) {
    sides[0].weights = before.key.weights;
    sides[1].weights = after.key.weights;
  }
  const names = new Set(sides.flatMap((side) => Object.keys(side)));
  return [...names]
    .filter((name) => sides[0][name] !== sides[1][name])
    .map((dimension) => ({
      dimension,
      baseline: sides[0][dimension] ?? '(none)',
      candidate: sides[1][dimension] ?? '(none)',
    }));
}

/** Whoever compares across models expects other weights; across runtimes other options; and so on. */
const IMPLIED: Record<string, string[]> = {
  model: ['weights', 'graph', 'workload'],
  weights: ['layout', 'graph'],
  layout: ['weights', 'graph', 'workload'],
  dtype: ['weights', 'graph', 'workload'],
  runtime: ['options', 'runtimeVersion'],
  threads: ['options'],
  prompt: ['workload', 'options'],
  new: ['workload', 'options'],
  depth: ['workload', 'options'],
  seconds: ['workload'],
};

function impliedBy(across: string[]): string[] {
  return across.flatMap((dimension) => IMPLIED[dimension] ?? []);
}

function changeOf(metric: MetricName, before: number[], after: number[], options: CompareOptions): MetricChange {
  const baseline = summarize(before)!;
  const candidate = summarize(after)!;
  const change = candidate.median / baseline.median - 1;
  const p = mannWhitney(before, after);
  const minimum = options.minimumEffect ?? METRICS[metric].minimumEffect;
  let outcome: Outcome = 'not shown';
  if (smallestP(before.length, after.length) > ALPHA) outcome = 'too few rounds';
  else if (p <= ALPHA && Math.abs(change) >= minimum) {
    outcome = change > 0 === (METRICS[metric].better === 'higher') ? 'better' : 'worse';
  }
  return { metric, baseline, candidate, change, p, outcome };
}

/** Whether both sides generated the same tokens wherever they ran the same prompts; null where they share none. */
function sameTokens(before: CaseResult, after: CaseResult): boolean | null {
  const hashes = (result: CaseResult) =>
    new Map(
      okRounds(result).flatMap((round) =>
        round.iterations.flatMap((iteration) =>
          'tokensHash' in iteration ? [[iteration.seed, iteration.tokensHash] as const] : [],
        ),
      ),
    );
  const [a, b] = [hashes(before), hashes(after)];
  const shared = [...a.keys()].filter((seed) => b.has(seed));
  return shared.length === 0 ? null : shared.every((seed) => a.get(seed) === b.get(seed));
}

/** 0: nothing worse is shown. 1: something is, or failed. 2: no case could be compared. */
export function exitCodeOf(comparison: Comparison): 0 | 1 | 2 {
  const changes = comparison.cases.flatMap((entry) => (entry.status === 'compared' ? entry.changes : []));
  if (comparison.cases.some((entry) => entry.status === 'failed')) return 1;
  if (changes.some((change) => change.outcome === 'worse')) return 1;
  return changes.some((change) => change.outcome !== 'too few rounds') ? 0 : 2;
}
