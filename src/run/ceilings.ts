// Which ceilings the cases of a run need, and their measurement in workers: once before the first round and once after
// the last, so that they are as old as the rounds that they explain.

import { createProgress } from '../commands/terminal.js';
import { type Ceiling, unknownCeiling } from '../contract/ceilings.js';
import type { ExecutionProvider } from '../contract/execution-providers.js';
import type { CaseResult, ResultDocument } from '../contract/result.js';
import { RUNTIMES } from '../contract/runtimes.js';
import { ARITHMETICS, type Arithmetic, type Work } from '../contract/work.js';
import { failureOf } from '../errors.js';
import { workingSetFor } from '../machine/ceilings/working-set.js';
import { memoryLimitBytes } from '../machine/memory-limit.js';
import { stepWork, tokenNeed } from '../stats/work.js';
import { type AskOptions, askCeilings } from '../worker/ask.js';

interface Needed {
  ep: ExecutionProvider;
  threads: number;
  workingSets: number[];
  arithmetics: Arithmetic[];
}

/** Measures what `cases` need and adds it to the document. */
export async function addCeilings(
  document: ResultDocument,
  cases: CaseResult[],
  workOf: (result: CaseResult) => Work,
  signal: AbortSignal,
): Promise<void> {
  const progress = createProgress();
  for (const needed of neededCeilings(cases, workOf)) {
    const { ep, threads } = needed;
    const count = threads === 1 ? '1 thread' : `${threads} threads`;
    progress.show(`ceilings of this machine: ${ep}, ${count} · a few seconds`, true);
    const found = await measureCeilings(needed, { signal }).finally(progress.clear);
    document.ceilings = [...(document.ceilings ?? []), ...found];
  }
}

function neededCeilings(cases: CaseResult[], workOf: (result: CaseResult) => Work): Needed[] {
  const all = new Map<string, { needed: Needed; workingSets: Set<number>; arithmetics: Set<Arithmetic> }>();
  for (const result of cases) {
    const { ep, threads, workload, runtime } = result.key;
    if (workload.kind === 'micro') continue;
    const key = `${ep} ${threads}`;
    const group = all.get(key) ?? {
      needed: { ep, threads, workingSets: [], arithmetics: [] },
      workingSets: new Set(),
      arithmetics: new Set(),
    };
    all.set(key, group);
    const need = tokenNeed(stepWork(workOf(result), result.key), workload);
    group.workingSets.add(workingSetFor(need.bytes, memoryLimitBytes()));
    if (RUNTIMES[runtime].kernels === 'own') continue;
    for (const arithmetic of Object.keys(need.operations) as Arithmetic[]) group.arithmetics.add(arithmetic);
    // What is multiplied as integers could be multiplied as floats.
    group.arithmetics.add('fp32');
  }
  return [...all.values()].map(({ needed, workingSets, arithmetics }) => ({
    ...needed,
    workingSets: [...workingSets].sort((a, b) => a - b),
    arithmetics: ARITHMETICS.filter((arithmetic) => arithmetics.has(arithmetic)),
  }));
}

const TIMEOUT_SECONDS = 120;

/** A worker that fails is an unknown ceiling with its reason, not the end of a run. */
export async function measureCeilings(needed: Needed, options: Partial<AskOptions> = {}): Promise<Ceiling[]> {
  try {
    return await askCeilings(needed, { timeoutSeconds: TIMEOUT_SECONDS, ...options });
  } catch (error) {
    options.signal?.throwIfAborted();
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

/** Of one file, where it is stored; null: there is none. */
export async function measureStorage(path: string | null): Promise<Ceiling> {
  const about = { kind: 'storage-read', ep: null, threads: null, operator: null, workingSetBytes: null } as const;
  const unknown = (reason: string) => unknownCeiling({ ...about, measuredAt: new Date().toISOString() }, reason);
  if (path === null) return unknown('there is no checkpoint on this disk to read');
  try {
    return (await askCeilings({ path }, { timeoutSeconds: TIMEOUT_SECONDS }))[0]!;
  } catch (error) {
    return unknown(failureOf(error).message);
  }
}
