// `run --tune threads`: before the rounds, a short search for each way in which a checkpoint is run; its cases then run with
// the number of threads that was found, and the document keeps all that was tried.
import type { CaseResult, ResultDocument, ThreadSearch } from '../contract/result.js';
import { METRICS } from '../stats/metrics.js';
import { runOf } from '../stats/parity.js';
import { chooseThreads, threadCounts } from '../stats/threads.js';
import { caseId } from '../suite/case-id.js';
import { type Checkpoints, jobOf, oneOfEachRun } from './jobs.js';
import type { EngineOptions } from './options.js';

const ROUNDS = 3;
const WORKLOAD = { prompt: 128, new: 16 };

export async function tuneThreads(
  document: ResultDocument,
  checkpoints: Checkpoints,
  { executor, signal, onEvent }: EngineOptions,
): Promise<void> {
  const { cases, threads, machine } = document;
  if (threads === undefined) return;
  const { timeoutSeconds } = document.suite.content;
  const counts = threadCounts(machine.usableCores ?? threads.auto.threads, threads.auto.threads);
  const runs = oneOfEachRun(cases.filter(({ key }) => key.workload.kind === 'generate'));
  const total = runs.length * counts.length * ROUNDS;
  let done = 0;
  for (const first of runs) {
    const tried: ThreadSearch['tried'] = counts.map((threads) => ({ threads, prefillRate: [], decodeRate: [] }));
    for (let round = 0; round < ROUNDS; round++) {
      // Interleaved over the counts, every other round backwards, as those of a suite.
      for (const entry of round % 2 === 0 ? tried : tried.toReversed()) {
        onEvent({ type: 'trying-threads', done: done++, total, threads: entry.threads });
        const searched = searchedCase(first, entry.threads);
        const job = jobOf(document, searched, round, checkpoints.of(searched));
        const outcome = await executor.round({ ...job, iterations: 1, warmup: 1 }, { timeoutSeconds, signal });
        for (const name of ['prefillRate', 'decodeRate'] as const) {
          const rate = outcome.status === 'ok' ? METRICS[name].ofRound(outcome, searched) : null;
          if (rate !== null) entry[name].push(Number(rate.toPrecision(4)));
        }
      }
    }
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

function searchedCase(result: CaseResult, threads: number): CaseResult {
  const workload = { kind: 'generate', ...WORKLOAD, depth: 0 } as const;
  return { ...result, key: { ...result.key, threads, workload } };
}
