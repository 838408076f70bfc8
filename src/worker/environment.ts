// What a worker finds in its environment: settings that libraries read when a process starts, and never again.
import type { CaseKey } from '../suite/plan.js';

/**
 * llama.cpp's threads belong to the one that called: with several callers in Node's pool, each call wakes another team
 * while the last one still spins. One caller is as fast as llama-bench (docs/runtimes.md).
 */
const ONE_CALLER = { UV_THREADPOOL_SIZE: '1' };
/** glibc's malloc asks the kernel for pages of 2 MiB: https://www.gnu.org/software/libc/manual/html_node/Memory-Allocation-Tunables.html */
const HUGE_PAGES = 'glibc.malloc.hugetlb=1';

export function environmentOf(
  { runtime, options }: Pick<CaseKey, 'runtime' | 'options'>,
  env: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const tunables = [env.GLIBC_TUNABLES ?? [], options?.hugePages ? HUGE_PAGES : []].flat();
  return {
    ...env,
    ...(runtime === 'llama.cpp' ? ONE_CALLER : {}),
    ...(tunables.length === 0 ? {} : { GLIBC_TUNABLES: tunables.join(':') }),
  };
}
