// What is known of the sittings that two results come from: whether it is one, the others like them in the history, and
// how much sittings of this machine differ. Pure. The rule: docs/comparison.md, "Two sittings".
import { isSameMachine } from '../contract/comparable.js';
import type { MetricName } from '../contract/metric-names.js';
import { type CaseResult, okRounds, type ResultDocument } from '../contract/result.js';
import type { Digest } from '../contract/views/digest.js';
import type { Grade } from '../contract/vocabulary.js';
import { digestMedian } from './digest.js';
import { groupBy } from './group-by.js';
import { METRICS, roundValues } from './metrics.js';
import { PRIOR_FREEDOM, type SittingFigures } from './sitting-screen.js';
import { median, quantile } from './summary.js';

/** Relative deviation between sittings where the history does not tell. */
const ASSUMED_SPREAD = 0.025;
const LEAST_SPREAD = 0.01;

export interface Sittings extends SittingFigures {
  isFromHistory: boolean;
}

type Pair = { before: CaseResult; after: CaseResult };
export type SittingsOf = (metric: MetricName, pair: Pair) => Sittings | null;

/**
 * Gives null for cases that both sides measured in one sitting. `history`: other results, of any machine, of which the rounds
 * of `atLeast` or better count.
 */
export function sittingsBetween(
  baseline: ResultDocument,
  candidate: ResultDocument,
  history: readonly Digest[] = [],
  atLeast: Grade = 'C',
): SittingsOf {
  const compared = new Set([baseline.startedAt, candidate.startedAt]);
  const others = history.filter((digest) => !compared.has(digest.startedAt) && isAlike(digest, baseline));
  const known = new Map<MetricName, History>();
  const isOneDocument = baseline.startedAt === candidate.startedAt && isSameMachine(baseline, candidate);
  return (metric, pair) => {
    if (isOneDocument || tookTurns(pair)) return null;
    if (!known.has(metric)) known.set(metric, historyOf(metric, sittingsIn(metric, others, atLeast), baseline));
    const { sittings, ...prior } = known.get(metric)!;
    const [before, after] = [identityOf(pair.before), identityOf(pair.after)];
    const like = (identity: string, own: CaseResult) => {
      const logs = (sittings.get(identity) ?? []).flatMap(({ startedAt, log }) =>
        // Where nothing tells the sides apart but time, only what came before the candidate is like the baseline.
        before !== after || startedAt < candidate.startedAt ? [log] : [],
      );
      return [logOfMedian(metric, own)!, ...logs];
    };
    return {
      baseline: like(before, pair.before),
      candidate: before === after ? [logOfMedian(metric, pair.after)!] : like(after, pair.after),
      ...prior,
    };
  };
}

function isAlike(digest: Digest, baseline: ResultDocument): boolean {
  return isSameMachine(digest, baseline) && digest.tool.version === baseline.tool.version;
}

/** The case and all that must agree for two results to measure the same. */
function identityOf({ id, identity }: Pick<CaseResult, 'id' | 'identity'>): string {
  return JSON.stringify([id, identity]);
}

/** Rounds of both sides that alternate are one sitting in two documents: drift hit both alike. */
function tookTurns({ before, after }: Pair): boolean {
  const rounds = [before, after].flatMap((result, side) =>
    okRounds(result).map(({ startedAt }) => ({ startedAt, side })),
  );
  rounds.sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
  const turns = rounds.filter(({ side }, i) => i > 0 && side !== rounds[i - 1]!.side).length;
  const fewest = Math.min(okRounds(before).length, okRounds(after).length);
  return turns >= Math.max(2, fewest - 1);
}

interface Sitting {
  identity: string;
  startedAt: string;
  log: number;
}

interface History {
  /** The sittings of each case in the history. */
  sittings: Map<string, Sitting[]>;
  spread: number;
  isFromHistory: boolean;
}

function sittingsIn(metric: MetricName, digests: readonly Digest[], atLeast: Grade): Sitting[] {
  return digests.flatMap(({ startedAt, cases }) =>
    cases.flatMap((own) => {
      const middle = digestMedian(metric, own, atLeast);
      return middle === null ? [] : [{ identity: identityOf(own), startedAt, log: Math.log(middle) }];
    }),
  );
}

/** The spread is the upper quartile of those of all cases with several sittings, where these are worth the prior's freedom. */
function historyOf(metric: MetricName, others: readonly Sitting[], baseline: ResultDocument): History {
  const own = baseline.cases.flatMap((result) => {
    const log = logOfMedian(metric, result);
    return log === null ? [] : [{ identity: identityOf(result), startedAt: baseline.startedAt, log }];
  });
  const byCase = (sittings: readonly Sitting[]) => groupBy(sittings, ({ identity }) => identity);
  const repeated = [...byCase(others.length === 0 ? [] : [...others, ...own]).values()]
    .filter((group) => group.length > 1)
    .map((group) => group.map(({ log }) => log));
  const freedom = repeated.reduce((sum, logs) => sum + logs.length - 1, 0);
  const isFromHistory = freedom >= PRIOR_FREEDOM;
  const quartile = () => quantile(Float64Array.from(repeated, deviationOf).sort(), 0.75);
  const assumed = METRICS[metric].sittingSpread ?? ASSUMED_SPREAD;
  const spread = isFromHistory ? Math.max(LEAST_SPREAD, quartile()) : assumed;
  return { sittings: byCase(others), spread, isFromHistory };
}

function logOfMedian(metric: MetricName, result: CaseResult): number | null {
  const values = roundValues(metric, result);
  return values.length === 0 ? null : Math.log(median(values));
}

function deviationOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
