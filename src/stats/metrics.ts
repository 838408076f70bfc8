// The metrics: named, pure functions of stored samples, and all that the rest of the code needs to know of each.
// Adding one is a name in contract/metric-names.ts and a row here. Formulas: docs/metrics.md.
import { METRIC_NAMES, type MetricName } from '../contract/metric-names.js';
import { type CaseResult, type GenerateIteration, type OkRound, okRounds } from '../contract/result.js';
import type { MetricFigures, PhaseWithCeiling, Summary } from '../contract/views/figures.js';
import { joulesPerToken } from './energy.js';
import { outliersOf } from './outliers.js';
import { medianOfKnown, summarize } from './summary.js';
import { sustainedOf } from './sustained.js';

interface Metric {
  title: string;
  /** Its column in the table of a result, if it has one. */
  column?: { title: string; place: number };
  unit: MetricFigures['unit'];
  better: MetricFigures['better'];
  /** Relative change below which a difference does not matter, however significant it is. */
  minimumEffect: number;
  /** Its row in a comparison, if it is compared. */
  compared?: {
    place: number;
    /** It is the same figure in another unit: shown, with the outcome of that one, but not tested twice. */
    sameAs?: MetricName;
    /** Both sides must have read energy from the same source. */
    sameEnergySource?: true;
  };
  /** Relative deviation between sittings that is assumed without history, where it is not that of most figures. */
  sittingSpread?: number;
  /** A gain does not count as better if other tokens were computed. */
  isSpeed?: true;
  /** It stands in tables over several results without being asked for. */
  isTabled?: true;
  /** Rounds that stand apart are named, and a comparison says how many rounds it needs. */
  isWatched?: true;
  /** The phase whose ceiling it has a share of. */
  ceiling?: PhaseWithCeiling;
  /** The round's value: the median over its timed iterations; null where it does not apply. */
  ofRound(round: OkRound, result: CaseResult): number | null;
}

const TIME = { unit: 'ms', better: 'lower', minimumEffect: 0.03 } as const;
const RATE = { unit: 'tok/s', better: 'higher', minimumEffect: 0.03 } as const;
const ENERGY = { unit: 'J/tok', better: 'lower', minimumEffect: 0.05 } as const;

export const METRICS: Record<MetricName, Metric> = {
  ttftMs: {
    title: 'time to first token',
    column: { title: 'TTFT', place: 1 },
    ...TIME,
    compared: { place: 3, sameAs: 'prefillRate' },
    isSpeed: true,
    ofRound: (round) => overIterations(round, (iteration) => iteration.tokenMs[0]!),
  },
  prefillRate: {
    title: 'prefill rate',
    column: { title: 'prefill', place: 2 },
    ...RATE,
    compared: { place: 1 },
    isSpeed: true,
    isWatched: true,
    ceiling: 'prefill',
    isTabled: true,
    ofRound(round, { key: { workload } }) {
      if (workload.kind === 'micro') return null;
      const own = overIterations(round, (iteration) => (1000 * workload.prompt) / iteration.tokenMs[0]!);
      return own ?? foreignRate(round, workload.prompt);
    },
  },
  decodeRate: {
    title: 'decode rate',
    column: { title: 'decode', place: 3 },
    ...RATE,
    compared: { place: 2 },
    isSpeed: true,
    isWatched: true,
    ceiling: 'decode',
    isTabled: true,
    ofRound(round, { key: { workload } }) {
      const own = overDecodes(round, (ms, gaps) => (1000 * gaps) / ms);
      return own ?? foreignRate(round, 'new' in workload ? workload.new : 0);
    },
  },
  tpotMs: {
    title: 'time per output token',
    ...TIME,
    ofRound(round, { key: { workload } }) {
      const own = overDecodes(round, (ms, gaps) => ms / gaps);
      const rate = own ?? foreignRate(round, 'new' in workload ? workload.new : 0);
      return own ?? (rate === null ? null : 1000 / rate);
    },
  },
  loadMs: {
    title: 'load time',
    column: { title: 'load', place: 6 },
    ...TIME,
    minimumEffect: 0.2,
    compared: { place: 4 },
    sittingSpread: 0.05,
    ofRound: (round) => (round.pageCache === undefined ? (round.loadMs?.session ?? null) : null),
  },
  coldLoadMs: {
    title: 'cold load time',
    column: { title: 'cold load', place: 7 },
    ...TIME,
    minimumEffect: 0.2,
    compared: { place: 5 },
    sittingSpread: 0.05,
    ofRound: (round) => (round.pageCache?.evicted === true ? (round.loadMs?.session ?? null) : null),
  },
  coldTtftMs: {
    title: 'cold time to first token',
    column: { title: 'cold TTFT', place: 8 },
    ...TIME,
    minimumEffect: 0.1,
    compared: { place: 6 },
    ofRound(round) {
      const [first] = round.iterations;
      return round.pageCache?.evicted === true && first !== undefined && 'tokenMs' in first ? first.tokenMs[0]! : null;
    },
  },
  peakRssBytes: {
    title: 'peak memory',
    column: { title: 'peak memory', place: 9 },
    unit: 'bytes',
    better: 'lower',
    minimumEffect: 0.05,
    compared: { place: 7 },
    sittingSpread: 0.01,
    isTabled: true,
    ofRound: (round) => round.memory.peakRssBytes,
  },
  microMs: {
    title: 'time per operation',
    column: { title: 'time', place: 5 },
    ...TIME,
    compared: { place: 8 },
    isWatched: true,
    isTabled: true,
    ofRound: (round) => medianOfKnown(microSamples(round)),
  },
  sustainedRate: {
    title: 'sustained decode rate',
    column: { title: 'sustained', place: 4 },
    ...RATE,
    compared: { place: 9 },
    isTabled: true,
    ofRound: (round) => sustainedOf(round)?.sustainedRate ?? null,
  },
  joulesPerPromptToken: {
    title: 'energy per prompt token',
    column: { title: 'prefill energy', place: 10 },
    ...ENERGY,
    compared: { place: 10, sameEnergySource: true },
    ofRound: (round) => joulesPerToken(round, 'prefill')?.gross ?? null,
  },
  joulesPerToken: {
    title: 'energy per generated token',
    column: { title: 'decode energy', place: 11 },
    ...ENERGY,
    compared: { place: 11, sameEnergySource: true },
    ofRound: (round) => joulesPerToken(round, 'decode')?.gross ?? null,
  },
  netJoulesPerPromptToken: {
    title: 'energy per prompt token, idle subtracted',
    ...ENERGY,
    ofRound: (round) => joulesPerToken(round, 'prefill')?.net ?? null,
  },
  netJoulesPerToken: {
    title: 'energy per generated token, idle subtracted',
    ...ENERGY,
    ofRound: (round) => joulesPerToken(round, 'decode')?.net ?? null,
  },
};

const byPlace = (placeOf: (metric: Metric) => number | undefined) =>
  METRIC_NAMES.filter((name) => placeOf(METRICS[name]) !== undefined).sort(
    (a, b) => placeOf(METRICS[a])! - placeOf(METRICS[b])!,
  );

/** Metrics that a table of results shows, and those that are compared, in the order of columns and rows. */
export const SHOWN_METRICS = byPlace(({ column }) => column?.place);
export const TABLED_METRICS = SHOWN_METRICS.filter((name) => METRICS[name].isTabled);
export const COMPARED_METRICS = byPlace(({ compared }) => compared?.place);

/** One value per measured round that has one. */
export function valuesByRound(name: MetricName, result: CaseResult): { index: number; value: number }[] {
  return okRounds(result).flatMap((round) => {
    const value = METRICS[name].ofRound(round, result);
    return value === null ? [] : [{ index: round.index, value }];
  });
}

export function roundValues(name: MetricName, result: CaseResult): number[] {
  return valuesByRound(name, result).map(({ value }) => value);
}

export function summarizeMetric(name: MetricName, result: CaseResult): Summary | null {
  return summarize(roundValues(name, result));
}

/** The figures of a metric for a case; null if no round has a value. */
export function metricFigures(name: MetricName, result: CaseResult): MetricFigures | null {
  const rounds = valuesByRound(name, result);
  const values = rounds.map(({ value }) => value);
  const summary = summarize(values);
  if (summary === null) return null;
  const { unit, better } = METRICS[name];
  const apart = outliersOf(values).map((place) => rounds[place]!);
  return {
    unit,
    better,
    rounds: summary.n,
    median: summary.median,
    interval95: summary.interval,
    apart: apart.map(({ index }) => index),
    apartValues: apart.map(({ value }) => value),
  };
}

/** Share of a decode step spent outside the runtime's session, median over rounds. */
export function loopShare(result: CaseResult): number | null {
  const shares = okRounds(result).map((round) =>
    overDecodes(round, (ms, _, { sessionMs }) => 1 - sessionMs.decode / ms),
  );
  return medianOfKnown(shares);
}

export function timedPasses(round: OkRound): GenerateIteration[] {
  return round.iterations.filter(
    (iteration): iteration is GenerateIteration => 'tokenMs' in iteration && iteration.kind === 'timed',
  );
}

/** Between each token and the next. */
export function gapsOf(tokenMs: readonly number[]): number[] {
  return tokenMs.slice(1).map((ms, i) => ms - tokenMs[i]!);
}

/** From the start of each timed prompt to its last token. */
export function passTimes(round: OkRound): number[] {
  return timedPasses(round).map(({ tokenMs }) => tokenMs.at(-1)!);
}

export function microSamples({ iterations }: OkRound): number[] {
  return iterations.flatMap((iteration) => ('sampleMs' in iteration ? iteration.sampleMs : []));
}

/** Of the tokens that each pass of an imported round was about; null for own rounds, and for the other phase. */
function foreignRate({ iterations }: OkRound, tokens: number): number | null {
  if (tokens === 0) return null;
  return medianOfKnown(iterations.map((pass) => ('passMs' in pass ? (1000 * tokens) / pass.passMs : null)));
}

function overIterations(round: OkRound, value: (iteration: GenerateIteration) => number | null): number | null {
  return medianOfKnown(timedPasses(round).map(value));
}

/** Decode excludes the first token: `ms` from the first to the last, over n − 1 gaps. null for a single token. */
function overDecodes(round: OkRound, value: (ms: number, gaps: number, iteration: GenerateIteration) => number) {
  return overIterations(round, (iteration) => {
    const { tokenMs } = iteration;
    return tokenMs.length < 2 ? null : value(tokenMs.at(-1)! - tokenMs[0]!, tokenMs.length - 1, iteration);
  });
}
