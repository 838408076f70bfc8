// Limits of cases before their first round: each is tried, and one that the executor cannot hold a worker to is an error.
import type { CaseResult } from '../contract/result.js';
import type { Executor } from '../worker/executor.js';
import type { Listener } from './events.js';

export async function requireLimits(executor: Executor, cases: CaseResult[], onEvent: Listener): Promise<void> {
  const distinct = new Map(cases.map(({ key: { limits } }) => [JSON.stringify(limits), limits]));
  for (const limits of distinct.values()) {
    if (limits === undefined) continue;
    onEvent({ type: 'limits-held', limits, method: await executor.tryLimits(limits) });
  }
}
