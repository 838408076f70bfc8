// `run --tune threads`: before the rounds, a short search for each way in which a checkpoint is run; its cases then run with
// the number of threads that was found, and the document keeps all that was tried.

import type { CaseResult, OkRound, ResultDocument } from '../contract/result.js';
import type { ThreadSearch } from '../contract/threads.js';
import { METRICS } from '../stats/metrics.js';
import { runOf } from '../stats/parity.js';
import { chooseThreads, threadCounts } from '../stats/threads.js';
import { caseId } from '../suite/case-id.js';
import type { Job } from '../worker/executor.js';
import type { EngineOptions } from './options.js';

const ROUNDS = 3;
const WORKLOAD = { prompt: 128, new: 16 };

interface SearchOptions extends Pick<EngineOptions, 'executor' | 'signal' | 'onEvent'> {
  jobOf(result: CaseResult, round: number): Job;
  timeoutSeconds: number;
}

export async function tuneThreads(document: ResultDocument, options: SearchOptions): Promise<void> {
  const { cases, threads, machine } = document;
  if (threads === undefined) return;
  const counts = threadCounts(machine.usableCores, threads.auto.threads);
  const generating = cases.filter(({ key }) => key.workload.kind === 'generate');
  const runs = [...new Map(generating.toReversed().map((result) => [runOf(result), result])).values()].reverse();
  for (const [index, first] of runs.entries()) {
    const tried = await tryAll(first, counts, options, index * counts.length * ROUNDS, runs.length);
    const choice = chooseThreads(tried);
    if (choice === null) continue;
    const { model, weights, layout, dtype, runtime, ep } = first.key;
    const run = [model, layout ?? weights, dtype, runtime, ep].join(' ');
    threads.searches.push({ run, workload: WORKLOAD, tried, ...choice });
    for (const result of cases.filter((other) => runOf(other) === runOf(first))) {
      result.key.threads = choice.chosen;
      result.id = caseId(result.key);
    }
  }
}

/** Rounds interleaved over the counts, every other one backwards, as those of a suite. */
async function tryAll(
  result: CaseResult,
  counts: number[],
  options: SearchOptions,
  doneBefore: number,
  runs: number,
): Promise<ThreadSearch['tried']> {
  const tried = counts.map((threads) => ({ threads, prefillRate: [] as number[], decodeRate: [] as number[] }));
  const { timeoutSeconds, signal } = options;
  let done = doneBefore;
  for (let round = 0; round < ROUNDS; round++) {
    for (const entry of round % 2 === 0 ? tried : tried.toReversed()) {
      const total = runs * counts.length * ROUNDS;
      options.onEvent({ type: 'trying-threads', done: done++, total, threads: entry.threads });
      const searched = searchedCase(result, entry.threads);
      const job = { ...options.jobOf(searched, round), iterations: 1, warmup: 1 };
      const outcome = await options.executor.round(job, { timeoutSeconds, signal });
      if (outcome.status === 'ok') addRates(entry, outcome, searched);
    }
  }
  return tried;
}

function searchedCase(result: CaseResult, threads: number): CaseResult {
  const workload = { kind: 'generate', ...WORKLOAD, depth: 0 } as const;
  return { ...result, key: { ...result.key, threads, workload } };
}

function addRates(entry: ThreadSearch['tried'][number], round: OkRound, searched: CaseResult): void {
  for (const name of ['prefillRate', 'decodeRate'] as const) {
    const rate = METRICS[name].ofRound(round, searched);
    if (rate !== null) entry[name].push(Number(rate.toPrecision(4)));
  }
}
