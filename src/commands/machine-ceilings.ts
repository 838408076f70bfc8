// What this machine can do at best, for `machine`: each thread count, each execution provider that works, and storage.
import { join } from 'node:path';
import type { Ceiling } from '../contract/ceilings.js';
import type { Machine } from '../contract/machine.js';
import type { ExecutionProvider } from '../contract/vocabulary.js';
import { LARGEST_WORKING_SET, threadCounts, workingSetFor } from '../machine/ceilings/working-set.js';
import { memoryLimitBytes } from '../machine/describe.js';
import { automaticThreads } from '../machine/threads.js';
import { cacheDirectory } from '../models/cache.js';
import { listCheckpoints } from '../models/checkpoint.js';
import { plural } from '../report/format.js';
import { measureCeilings, measureStorage } from '../run/ceilings.js';
import type { Executor } from '../worker/executor.js';
import { createProgress } from './terminal.js';

/** A small model and plain memory: what lies between them depends on the processor's caches. */
const WORKING_SETS = [2 ** 26, LARGEST_WORKING_SET];
const GPU_WORKING_SET = 2 ** 28;

export async function machineCeilings(
  executor: Executor,
  machine: Machine,
  working: ExecutionProvider[],
): Promise<Ceiling[]> {
  const progress = createProgress();
  const most = automaticThreads(machine).threads;
  const sets = (bytes: number[]) => [...new Set(bytes.map((set) => workingSetFor(set, memoryLimitBytes())))];
  const found: Ceiling[] = [];
  const measure = async (what: string, ceilings: () => Promise<Ceiling[]>) => {
    progress.step(`measuring ${what}`);
    found.push(...(await ceilings().finally(progress.clear)));
  };
  for (const threads of threadCounts(most)) {
    await measure(`cpu, ${plural(threads, 'thread')}`, () =>
      measureCeilings(executor, { ep: 'cpu', threads, workingSets: sets(WORKING_SETS), arithmetics: ['fp32', 'int8'] }),
    );
  }
  for (const ep of working.filter((name) => name !== 'cpu')) {
    await measure(ep, () =>
      measureCeilings(executor, {
        ep,
        threads: most,
        workingSets: sets([GPU_WORKING_SET]),
        arithmetics: ['fp32', 'fp16', 'int8'],
      }),
    );
  }
  await measure('storage', async () => [await measureStorage(executor, largestFile())]);
  return found;
}

/** What a model is loaded from: the largest file of the checkpoints on this disk. */
function largestFile(): string | null {
  const files = listCheckpoints(cacheDirectory()).flatMap(({ directory, manifest }) =>
    manifest.files.map(({ path, bytes }) => ({ path: join(directory, path), bytes })),
  );
  return files.toSorted((a, b) => b.bytes - a.bytes)[0]?.path ?? null;
}
