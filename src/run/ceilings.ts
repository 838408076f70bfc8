// Which ceilings the cases of a run need, and their measurement in workers: once before the first round and once after
// the last, so that they are as old as the rounds that they explain.
import { type Ceiling, unknownCeiling } from '../contract/ceilings.js';
import type { CaseResult, ResultDocument } from '../contract/result.js';
import { RUNTIMES } from '../contract/runtimes.js';
import type { ExecutionProvider } from '../contract/vocabulary.js';
import { ARITHMETICS, type Arithmetic } from '../contract/work.js';
import { failureOf } from '../errors.js';
import { workingSetFor } from '../machine/ceilings/working-set.js';
import { memoryLimitBytes } from '../machine/describe.js';
import { stepWork, tokenNeed } from '../stats/work.js';
import type { Executor, KernelRatesQuestion } from '../worker/executor.js';
import type { Checkpoints } from './jobs.js';
import type { EngineOptions } from './options.js';

/** Measures what `cases` need and adds it to the document. */
export async function addCeilings(
  document: ResultDocument,
  cases: CaseResult[],
  checkpoints: Checkpoints,
  { executor, signal, onEvent }: EngineOptions,
): Promise<void> {
  for (const needed of neededCeilings(cases, checkpoints)) {
    const { ep, threads } = needed;
    onEvent({ type: 'measuring-ceilings', ep, threads });
    const found = await measureCeilings(executor, needed, signal);
    document.ceilings = [...(document.ceilings ?? []), ...found];
  }
}

function neededCeilings(cases: CaseResult[], checkpoints: Checkpoints): KernelRatesQuestion[] {
  const groups = new Map<
    string,
    { ep: ExecutionProvider; threads: number; sets: Set<number>; used: Set<Arithmetic> }
  >();
  for (const result of cases) {
    const { ep, threads, workload, runtime } = result.key;
    if (workload.kind === 'micro') continue;
    const key = `${ep} ${threads}`;
    const group = groups.get(key) ?? { ep, threads, sets: new Set(), used: new Set() };
    groups.set(key, group);
    const need = tokenNeed(stepWork(checkpoints.of(result).facts.work, result.key), workload);
    group.sets.add(workingSetFor(need.bytes, memoryLimitBytes()));
    if (RUNTIMES[runtime].kernels === 'own') continue;
    for (const arithmetic of Object.keys(need.operations) as Arithmetic[]) group.used.add(arithmetic);
    // What is multiplied as integers could be multiplied as floats.
    group.used.add('fp32');
  }
  return [...groups.values()].map(({ ep, threads, sets, used }) => ({
    ep,
    threads,
    workingSets: [...sets].sort((a, b) => a - b),
    arithmetics: ARITHMETICS.filter((arithmetic) => used.has(arithmetic)),
  }));
}

const TIMEOUT_SECONDS = 120;

/** A worker that fails is an unknown ceiling with its reason, not the end of a run. */
export async function measureCeilings(
  executor: Executor,
  needed: KernelRatesQuestion,
  signal?: AbortSignal,
): Promise<Ceiling[]> {
  try {
    return await executor.kernelRates(needed, { timeoutSeconds: TIMEOUT_SECONDS, ...(signal && { signal }) });
  } catch (error) {
    signal?.throwIfAborted();
    const { ep, threads, workingSets, arithmetics } = needed;
    const reason = failureOf(error).message;
    const about = { ep, threads, operator: null, measuredAt: new Date().toISOString() };
    return [
      ...workingSets.map((workingSetBytes) =>
        unknownCeiling({ kind: 'read-bandwidth', ...about, workingSetBytes }, reason),
      ),
      ...arithmetics.map((arithmetic) =>
        unknownCeiling({ kind: `matmul-${arithmetic}`, ...about, workingSetBytes: null }, reason),
      ),
    ];
  }
}

/** The rate at which `path` is read from where it is stored; null: there is no such file. */
export async function measureStorage(executor: Executor, path: string | null): Promise<Ceiling> {
  const about = { kind: 'storage-read', ep: null, threads: null, operator: null, workingSetBytes: null } as const;
  const unknown = (reason: string) => unknownCeiling({ ...about, measuredAt: new Date().toISOString() }, reason);
  if (path === null) return unknown('there is no checkpoint on this disk to read');
  try {
    return await executor.storageRate(path, { timeoutSeconds: TIMEOUT_SECONDS });
  } catch (error) {
    return unknown(failureOf(error).message);
  }
}
