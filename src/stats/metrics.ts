// The metrics: named, pure functions of stored samples, with unit and direction. Formulas: docs/metrics.md.
import {
  type CaseResult,
  type GenerateIteration,
  type MicroIteration,
  type OkRound,
  okRounds,
} from '../contract/result.js';
import { joulesPerToken } from './energy.js';
import { outliersOf } from './outliers.js';
import { median, type Summary, summarize } from './summary.js';
import { sustainedOf } from './sustained.js';

export const METRIC_NAMES = [
  'ttftMs',
  'prefillRate',
  'decodeRate',
  'tpotMs',
  'loadMs',
  'coldLoadMs',
  'coldTtftMs',
  'peakRssBytes',
  'microMs',
  'sustainedRate',
  'joulesPerPromptToken',
  'joulesPerToken',
  'netJoulesPerPromptToken',
  'netJoulesPerToken',
] as const;
export type MetricName = (typeof METRIC_NAMES)[number];

export interface Metric {
  title: string;
  unit: 'ms' | 'tok/s' | 'bytes' | 'J/tok';
  better: 'higher' | 'lower';
  /** Relative change below which a difference does not matter, whatever its significance. */
  minimumEffect: number;
  /** The round's value: the median over its timed iterations; null where it does not apply. */
  ofRound(round: OkRound, result: CaseResult): number | null;
}

export const METRICS: Record<MetricName, Metric> = {
  ttftMs: {
    title: 'time to first token',
    unit: 'ms',
    better: 'lower',
    minimumEffect: 0.03,
    ofRound: (round) => overIterations(round, (iteration) => iteration.tokenMs[0]!),
  },
  prefillRate: {
    title: 'prefill rate',
    unit: 'tok/s',
    better: 'higher',
    minimumEffect: 0.03,
    ofRound(round, { key: { workload } }) {
      if (workload.kind === 'micro') return null;
      return overIterations(round, (iteration) => (1000 * workload.prompt) / iteration.tokenMs[0]!);
    },
  },
  decodeRate: {
    title: 'decode rate',
    unit: 'tok/s',
    better: 'higher',
    minimumEffect: 0.03,
    ofRound: (round) => overIterations(round, (iteration) => perToken(iteration, (ms, gaps) => (1000 * gaps) / ms)),
  },
  tpotMs: {
    title: 'time per output token',
    unit: 'ms',
    better: 'lower',
    minimumEffect: 0.03,
    ofRound: (round) => overIterations(round, (iteration) => perToken(iteration, (ms, gaps) => ms / gaps)),
  },
  loadMs: {
    title: 'load time',
    unit: 'ms',
    better: 'lower',
    minimumEffect: 0.2,
    ofRound: (round) => (round.pageCache === undefined ? round.loadMs.session : null),
  },
  coldLoadMs: {
    title: 'cold load time',
    unit: 'ms',
    better: 'lower',
    minimumEffect: 0.2,
    ofRound: (round) => (round.pageCache?.evicted === true ? round.loadMs.session : null),
  },
  coldTtftMs: {
    title: 'cold time to first token',
    unit: 'ms',
    better: 'lower',
    minimumEffect: 0.1,
    ofRound(round) {
      const [first] = round.iterations;
      return round.pageCache?.evicted === true && first !== undefined && 'tokenMs' in first ? first.tokenMs[0]! : null;
    },
  },
  peakRssBytes: {
    title: 'peak memory',
    unit: 'bytes',
    better: 'lower',
    minimumEffect: 0.05,
    ofRound: (round) => round.memory.peakRssBytes,
  },
  microMs: {
    title: 'time per operation',
    unit: 'ms',
    better: 'lower',
    minimumEffect: 0.03,
    ofRound(round) {
      const samples = round.iterations.flatMap((iteration) =>
        'sampleMs' in iteration ? [iteration as MicroIteration] : [],
      );
      return samples.length === 0 ? null : median(samples.flatMap((iteration) => iteration.sampleMs));
    },
  },
  sustainedRate: {
    title: 'sustained decode rate',
    unit: 'tok/s',
    better: 'higher',
    minimumEffect: 0.03,
    ofRound: (round) => sustainedOf(round)?.sustainedRate ?? null,
  },
  joulesPerPromptToken: {
    title: 'energy per prompt token',
    unit: 'J/tok',
    better: 'lower',
    minimumEffect: 0.05,
    ofRound: (round) => joulesPerToken(round, 'prefill')?.gross ?? null,
  },
  joulesPerToken: {
    title: 'energy per generated token',
    unit: 'J/tok',
    better: 'lower',
    minimumEffect: 0.05,
    ofRound: (round) => joulesPerToken(round, 'decode')?.gross ?? null,
  },
  netJoulesPerPromptToken: {
    title: 'energy per prompt token, idle subtracted',
    unit: 'J/tok',
    better: 'lower',
    minimumEffect: 0.05,
    ofRound: (round) => joulesPerToken(round, 'prefill')?.net ?? null,
  },
  netJoulesPerToken: {
    title: 'energy per generated token, idle subtracted',
    unit: 'J/tok',
    better: 'lower',
    minimumEffect: 0.05,
    ofRound: (round) => joulesPerToken(round, 'decode')?.net ?? null,
  },
};

/** One value per measured round. */
export function roundValues(name: MetricName, result: CaseResult): number[] {
  return okRounds(result)
    .map((round) => METRICS[name].ofRound(round, result))
    .filter((value) => value !== null);
}

/** Indices of rounds whose value stands apart from the others; they count all the same. */
export function roundsApart(name: MetricName, result: CaseResult): number[] {
  const rounds = okRounds(result).flatMap((round) => {
    const value = METRICS[name].ofRound(round, result);
    return value === null ? [] : [{ index: round.index, value }];
  });
  return outliersOf(rounds.map(({ value }) => value)).map((place) => rounds[place]!.index);
}

export function summarizeMetric(name: MetricName, result: CaseResult): Summary | null {
  return summarize(roundValues(name, result));
}

/** Share of a decode step spent outside the runtime's session, median over rounds. */
export function loopShare(result: CaseResult): number | null {
  const shares = okRounds(result)
    .map((round) =>
      overIterations(round, (iteration) => perToken(iteration, (ms) => 1 - iteration.sessionMs.decode / ms)),
    )
    .filter((value) => value !== null);
  return shares.length === 0 ? null : median(shares);
}

export function timedPasses(round: OkRound): GenerateIteration[] {
  return round.iterations.filter(
    (iteration): iteration is GenerateIteration => 'tokenMs' in iteration && iteration.kind === 'timed',
  );
}

function overIterations(round: OkRound, value: (iteration: GenerateIteration) => number | null): number | null {
  const values = timedPasses(round)
    .map(value)
    .filter((item) => item !== null);
  return values.length === 0 ? null : median(values);
}

/** Decode excludes the first token: `ms` from the first to the last, over n − 1 gaps. null for a single token. */
function perToken({ tokenMs }: GenerateIteration, value: (ms: number, gaps: number) => number): number | null {
  if (tokenMs.length < 2) return null;
  return value(tokenMs.at(-1)! - tokenMs[0]!, tokenMs.length - 1);
}
