// Limits of cases before their first round: each is tried, and one that this system cannot hold a worker to is an error.
import type { CaseResult } from '../contract/result.js';
import { attemptLimits } from '../machine/limits/attempt.js';
import type { Listener } from './events.js';

export async function requireLimits(cases: CaseResult[], onEvent: Listener): Promise<void> {
  const distinct = new Map(cases.map(({ key: { limits } }) => [JSON.stringify(limits), limits]));
  for (const limits of distinct.values()) {
    if (limits === undefined) continue;
    onEvent({ type: 'limits-held', limits, method: await attemptLimits(limits) });
  }
}
