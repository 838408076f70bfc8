// How tokens arrive: the distribution of the gaps between them, and the course of these gaps within a generation. Pure.
import { type CaseResult, okRounds } from '../../contract/result.js';
import type { Gaps, TokenCurve } from '../../contract/views/report.js';
import { gapsOf, timedPasses } from '../metrics.js';
import { quantile } from '../summary.js';
import { interTokenLatency, jitterMs, longestStall } from '../token-gaps.js';

const BINS = 48;
/** Of a long generation, this many points are drawn, each over neighbouring tokens. */
const MOST_POINTS = 160;

/** null where no token follows another. */
export function gapFigures(ref: string, result: CaseResult): Gaps | null {
  const gaps = gapsByPass(result).flat();
  if (gaps.length === 0) return null;
  return {
    ref,
    interTokenLatencyMs: interTokenLatency(result),
    jitterMs: jitterMs(result),
    longestStall: longestStall(result),
    bins: binsOf(gaps),
  };
}

function binsOf(gaps: readonly number[]): Gaps['bins'] {
  const positive = Float64Array.from(gaps.filter((gap) => gap > 0)).sort();
  const [least, most] = [positive[0], positive.at(-1)];
  if (least === undefined || most === undefined) return [];
  const ratio = (most / least) ** (1 / BINS);
  if (ratio <= 1) return [{ fromMs: least, toMs: most, gaps: positive.length }];
  const counts = new Array<number>(BINS).fill(0);
  for (const gap of positive) counts[Math.min(BINS - 1, Math.floor(Math.log(gap / least) / Math.log(ratio)))]! += 1;
  return counts.map((count, i) => ({ fromMs: least * ratio ** i, toMs: least * ratio ** (i + 1), gaps: count }));
}

/** The gap before each token over all timed passes; null for fewer than three tokens. */
export function tokenCurve(ref: string, result: CaseResult): TokenCurve | null {
  const passes = gapsByPass(result);
  const length = passes.reduce((longest, gaps) => Math.max(longest, gaps.length), 0);
  if (length < 2) return null;
  const group = Math.ceil(length / MOST_POINTS);
  const points = Array.from({ length: Math.ceil(length / group) }, (_, i) => {
    const sorted = Float64Array.from(passes.flatMap((gaps) => gaps.slice(i * group, (i + 1) * group))).sort();
    const [lowMs, medianMs, highMs] = [0.1, 0.5, 0.9].map((p) => quantile(sorted, p)) as [number, number, number];
    return { token: 2 + i * group, medianMs, lowMs, highMs };
  });
  return { ref, passes: passes.length, points };
}

function gapsByPass(result: CaseResult): number[][] {
  return okRounds(result)
    .flatMap((round) => timedPasses(round).map(({ tokenMs }) => gapsOf(tokenMs)))
    .filter((gaps) => gaps.length > 0);
}
