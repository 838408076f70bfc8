// Whether a model on a machine serves a use: each threshold held against the range of a prediction. Pure. docs/fit.md.
import type { DeviceProfile } from '../contract/device-profile.js';
import type { Prediction, Range } from '../contract/prediction.js';
import {
  type Threshold,
  USE_METRICS,
  type UseMetric,
  type UseProfile,
  type UseWorkload,
} from '../contract/use-profile.js';
import type { ThresholdView, UseView, Verdict } from '../contract/views/fit.js';
import type { Lengths } from './terms.js';

/** What predictions are asked of, and the memory that there is. */
export interface Predictor {
  at(lengths: Lengths): Prediction;
  availableBytes: number;
}

/** Both limits are known. */
interface Bounds {
  value: number;
  low: number;
  high: number;
}

/** How far off a prediction may be that no range is known for. */
const WITHOUT_RANGE = 2;

/** The most that a use keeps in the cache. */
export function contextOf(workload: UseWorkload): number {
  return workload.kind === 'conversation'
    ? workload.system + workload.turns * (workload.input + workload.new)
    : workload.prompt + workload.new;
}

/** `made`: the longest context that the model was made for, if that is known. */
export function useView(
  use: UseProfile,
  predictor: Predictor,
  kind: DeviceProfile['kind'] | null,
  made: number | null = null,
): UseView {
  const known = figuresOf(use.workload, predictor);
  const thresholds = use.thresholds
    .filter(({ appliesTo }) => appliesTo === undefined || (kind !== null && appliesTo.includes(kind)))
    .map((threshold) => thresholdView(threshold, known[threshold.metric] ?? null));
  const verdicts = thresholds.flatMap(({ verdict }) => verdict ?? []);
  const tokens = contextOf(use.workload);
  const tooLong = made !== null && tokens > made ? tokens : null;
  return { use: use.id, verdict: tooLong === null ? worstOf(verdicts) : 'fail', tooLong, thresholds };
}

/** Where nothing is predicted, nothing is shown. */
export function worstOf(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('fail')) return 'fail';
  return verdicts.includes('not shown') || verdicts.length === 0 ? 'not shown' : 'pass';
}

function thresholdView({ metric, better, acceptable, good }: Threshold, bounds: Bounds | null): ThresholdView {
  const about = { metric, better, acceptable, good };
  if (bounds === null)
    return { ...about, predicted: null, verdict: USE_METRICS[metric].predicted ? 'not shown' : null };
  return { ...about, predicted: bounds, verdict: verdictOf(bounds, better, acceptable) };
}

/** Decided by the far end of the range: a threshold inside it shows nothing. */
export function verdictOf({ low, high }: Bounds, better: 'higher' | 'lower', needed: number): Verdict {
  const [worse, best] = better === 'higher' ? [low, high] : [-high, -low];
  const wanted = better === 'higher' ? needed : -needed;
  if (worse >= wanted) return 'pass';
  return best < wanted ? 'fail' : 'not shown';
}

export function boundsOf({ value, low, high }: Range): Bounds {
  return { value, low: low ?? value / WITHOUT_RANGE, high: high ?? value * WITHOUT_RANGE };
}

/** The figures of a use, of those that can be predicted. */
function figuresOf(
  workload: UseWorkload,
  { at, availableBytes }: Predictor,
): Partial<Record<UseMetric, Bounds | null>> {
  const passes = passesOf(workload).map((lengths) => {
    const { ttftMs, decodeRate, prefillRate } = at(lengths);
    const ttft = ttftMs && scaled(boundsOf(ttftMs), 1e-3);
    const decode = decodeRate && boundsOf(decodeRate);
    const total = ttft && decode && plus(ttft, over(lengths.new - 1, decode));
    return { ttft, decode, total, prefill: prefillRate && boundsOf(prefillRate) };
  });
  const [first, last] = [passes[0]!, passes.at(-1)!];
  const { peakRssBytes } = at(fullOf(workload));
  return {
    ttftSeconds: worst(passes.map(({ ttft }) => ttft)),
    prefillTokensPerSecond: first.prefill,
    decodeTokensPerSecond: last.decode,
    totalSeconds: last.total,
    turnSeconds: worst(passes.map(({ total }) => total)),
    taskSeconds: taskOf(workload, first.total, last.total),
    itemsPerHour: last.total && over(3600, last.total),
    decodeShareAtDepth: shareOf(first.decode, last.decode),
    memoryShare: peakRssBytes && scaled(boundsOf(peakRssBytes), 1 / availableBytes),
  };
}

/** The passes that its figures follow from: the first turn and the last, or the only one. */
function passesOf(workload: UseWorkload): Lengths[] {
  const { new: tokens } = workload;
  if (workload.kind === 'repeated') {
    const { prompt, changed } = workload;
    return [{ prompt: changed, depth: prompt - changed, new: tokens }];
  }
  if (workload.kind !== 'conversation') return [{ prompt: workload.prompt, depth: 0, new: tokens }];
  const { system, turns, input } = workload;
  const first = { prompt: system + input, depth: 0, new: tokens };
  return [first, { prompt: input, depth: system + (turns - 1) * (input + tokens), new: tokens }];
}

/** Memory is needed for the longest prompt at once, and for the whole context in the end. */
function fullOf(workload: UseWorkload): Lengths {
  const { new: tokens } = workload;
  const longest = Math.max(...passesOf(workload).map(({ prompt }) => prompt));
  return { prompt: longest, new: tokens, depth: contextOf(workload) - longest - tokens };
}

/** The first turn, and the others at the mean of the first and the last, since each has a longer cache than the one before. */
function taskOf(workload: UseWorkload, first: Bounds | null, last: Bounds | null): Bounds | null {
  if (workload.kind !== 'conversation' || first === null || last === null) return null;
  return plus(first, scaled(last, workload.turns - 1));
}

/** Both ends have the same machine, whose errors cancel in a ratio. */
function shareOf(first: Bounds | null, last: Bounds | null): Bounds | null {
  if (first === null || last === null) return null;
  const value = last.value / first.value;
  return { value, low: value * 0.9, high: Math.min(1, value * 1.1) };
}

/** The one with the highest upper end. */
function worst(times: readonly (Bounds | null)[]): Bounds | null {
  const known = times.filter((time) => time !== null);
  if (known.length < times.length) return null;
  return known.reduce((a, b) => (b.high > a.high ? b : a));
}

function scaled({ value, low, high }: Bounds, factor: number): Bounds {
  return { value: value * factor, low: low * factor, high: high * factor };
}

function plus(a: Bounds, b: Bounds): Bounds {
  return { value: a.value + b.value, low: a.low + b.low, high: a.high + b.high };
}

function over(count: number, { value, low, high }: Bounds): Bounds {
  return { value: count / value, low: count / high, high: count / low };
}
