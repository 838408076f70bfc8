// The self-test as a table: what watching costs, the stopwatch outside, the clock; each against its goal. Pure.
import {
  MOST_SAMPLER_COST,
  MOST_STOPWATCH_DIFFERENCE,
  type samplerCost,
  type stopwatchCheck,
} from '../stats/observer.js';
import { count, duration, plural } from './format.js';
import type { Page } from './page.js';

export interface SelfTest {
  /** What was run: model, layout, dtype, threads. */
  subject: string;
  processes: number;
  tokensPerIteration: number;
  samplers: NonNullable<ReturnType<typeof samplerCost>>;
  /** Processor time of the process that watches, in cores, while the worker decodes. */
  ownCores: { watched: number; alone: number };
  stopwatch: ReturnType<typeof stopwatchCheck> & { tokens: number };
  clock: { resolutionNs: number; overheadNs: number };
}

export function selfTestPage(test: SelfTest): Page {
  const { samplers, ownCores, stopwatch, clock } = test;
  const { median, interval, n } = samplers.cost;
  const range = `${percent(interval!.low)} to ${percent(interval!.high)}`;
  const rows: Page['rows'] = [
    {
      check: 'cost of watching',
      value: `${percent(median)} of the decode rate (${range})`,
      goal: `under ${percent(MOST_SAMPLER_COST, 0)}`,
      outcome: samplers.outcome,
    },
    {
      check: 'processor time of it',
      value: `${percent(ownCores.watched)} of a core, ${percent(ownCores.alone)} when not watching`,
    },
    {
      check: 'outside stopwatch',
      value: `${percent(stopwatch.difference, 3)} over ${count(stopwatch.tokens)} tokens in ${duration(stopwatch.insideMs)}`,
      goal: `within ${percent(MOST_STOPWATCH_DIFFERENCE, 0)}`,
      outcome: stopwatch.outcome,
    },
    { check: 'step of the clock', value: `${count(clock.resolutionNs)} ns` },
    { check: 'one reading of it', value: `${count(clock.overheadNs)} ns` },
  ];
  return {
    heading: [`self-test · ${test.subject} · synthetic weights`],
    columns: [
      { key: 'check', title: 'check' },
      { key: 'value', title: 'measured' },
      { key: 'goal', title: 'goal' },
      { key: 'outcome', title: 'outcome' },
    ],
    rows,
    notes: [
      `Watching: ${plural(n, 'block')} of four iterations of ${test.tokensPerIteration} tokens in ${test.processes} processes, the outer two watched; median and 95 % interval.`,
      'Stopwatch: the parent times the decode phase by the messages of the worker (docs/metrics.md).',
    ],
    json: test,
    records: [
      {
        blocks: n,
        samplerCost: median,
        samplerCostLow: interval!.low,
        samplerCostHigh: interval!.high,
        samplerOutcome: samplers.outcome,
        ownCoresWatched: ownCores.watched,
        ownCoresAlone: ownCores.alone,
        stopwatchDifference: stopwatch.difference,
        stopwatchOutcome: stopwatch.outcome,
        clockResolutionNs: clock.resolutionNs,
        clockOverheadNs: clock.overheadNs,
      },
    ],
  };
}

function percent(share: number, digits = 2): string {
  const text = (Math.abs(share) * 100).toFixed(digits);
  return `${share < 0 && Number(text) !== 0 ? '−' : ''}${text} %`;
}
