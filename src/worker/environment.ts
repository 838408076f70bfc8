// The environment of a worker, for settings that libraries read only when a process starts.

import type { CaseKey } from '../contract/case-key.js';
import { RUNTIMES } from '../contract/runtimes.js';

/** Makes glibc's malloc ask the kernel for pages of 2 MiB: https://www.gnu.org/software/libc/manual/html_node/Memory-Allocation-Tunables.html */
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
