// One line for each case on a GPU: how many of its computing nodes ran where, and the share of time. Pure.
import type { CaseResult } from '../result/schema.js';
import { number, plural } from './format.js';

/** Cases that ran alike share a line. */
export function placementNotes(cases: CaseResult[]): string[] {
  const lines = cases.flatMap(({ placement, key }) => {
    if (placement === undefined) return [];
    const parts = placement.providers.map(
      ({ ep, nodes, timeShare }) => `${ep} ${plural(nodes, 'node')}, ${number(timeShare * 100)} % of time`,
    );
    const bookkeeping = placement.providers.reduce((sum, { bookkeepingNodes }) => sum + bookkeepingNodes, 0);
    const rest = `${plural(bookkeeping, 'bookkeeping node')}, ${placement.copies === 1 ? '1 copy' : `${placement.copies} copies`}`;
    return [`placement of ${key.model} ${key.dtype} on ${key.ep}: ${parts.join('; ')} (besides ${rest})`];
  });
  return [...new Set(lines)];
}
