// Limits of cases before their first round: each is tried, and one that this system cannot hold a worker to is an error.

import { say } from '../commands/terminal.js';
import type { CaseResult } from '../contract/result.js';
import { attemptLimits } from '../machine/limits/attempt.js';
import { limitWords } from '../report/limit-notes.js';

export async function requireLimits(cases: CaseResult[]): Promise<void> {
  const distinct = new Map(cases.map(({ key: { limits } }) => [JSON.stringify(limits), limits]));
  for (const limits of distinct.values()) {
    if (limits === undefined) continue;
    const method = await attemptLimits(limits);
    const caution = method.includes('prlimit')
      ? '; without a control group, memory is what the worker may write, resident or not, and mapped files are free'
      : '';
    say(`${limitWords(limits)}: held by ${method}${caution}`);
  }
}

/** The memory limit of each case, every one once; null: no limit. */
export function memoryLimitsOf(cases: CaseResult[]): (number | null)[] {
  return [...new Set(cases.map(({ key }) => key.limits?.memoryBytes ?? null))];
}
