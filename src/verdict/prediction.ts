// The prediction of one case, as ranges that are physically possible. Pure. docs/fit.md.
import type { Dtype } from '../contract/dtypes.js';
import type { Layout } from '../contract/layouts.js';
import { PREDICTED_METRICS, type Prediction, type Range } from '../contract/prediction.js';
import type { SizeFacts } from '../contract/size-facts.js';
import { each } from './efficiency.js';
import { rangeOf } from './scores.js';
import type { Target } from './target.js';
import type { Lengths } from './terms.js';

/** `layout`: null for files that are used as they are. */
export function predictionFor(
  target: Pick<Target, 'values' | 'spreads'>,
  size: SizeFacts,
  lengths: Lengths,
  layout: Layout | null,
  dtype: Dtype,
): Prediction {
  const values = target.values(size, lengths, layout, dtype);
  const ranges = each(PREDICTED_METRICS, (metric) => rangeOf(values[metric], target.spreads[metric]));
  return { ...ranges, peakRssBytes: ranges.peakRssBytes && atLeast(ranges.peakRssBytes, leastBytes(size, lengths)) };
}

/** Weights and cache are in memory, whatever else is. */
function leastBytes({ weightBytes, kvBytesPerToken }: SizeFacts, { prompt, new: tokens, depth }: Lengths): number {
  return weightBytes + kvBytesPerToken * (prompt + tokens + depth);
}

function atLeast({ value, low, high }: Range, least: number): Range {
  return { value: Math.max(value, least), low: low && Math.max(low, least), high: high && Math.max(high, least) };
}
