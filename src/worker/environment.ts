// What a worker finds in its environment: settings that libraries read when a process starts, and never again.

import type { CaseKey } from '../contract/case-key.js';
import { RUNTIMES } from '../contract/runtimes.js';

/** glibc's malloc asks the kernel for pages of 2 MiB: https://www.gnu.org/software/libc/manual/html_node/Memory-Allocation-Tunables.html */
const HUGE_PAGES = 'glibc.malloc.hugetlb=1';

export function environmentOf(
  { runtime, options }: Pick<CaseKey, 'runtime' | 'options'>,
  env: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const tunables = [env.GLIBC_TUNABLES ?? [], options?.hugePages ? HUGE_PAGES : []].flat();
  return {
    ...env,
    ...RUNTIMES[runtime].environment,
    ...(tunables.length === 0 ? {} : { GLIBC_TUNABLES: tunables.join(':') }),
  };
}
