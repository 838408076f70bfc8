// One line for each checkpoint on a GPU: how many of its computing nodes ran where, and the share of time. Pure.
import type { CaseResult } from '../result/schema.js';
import { plural } from './format.js';

/** Cases that ran alike share a line. */
export function placementNotes(cases: CaseResult[]): string[] {
  const lines = cases.flatMap(({ placement, key }) => {
    if (placement === undefined) return [];
    const parts = placement.providers.map(
      ({ ep, nodes, timeShare }) =>
        `${plural(nodes, 'node')} and ${(timeShare * 100).toFixed(1)} % of the time on ${ep}`,
    );
    const bookkeeping = placement.providers.reduce((sum, { bookkeepingNodes }) => sum + bookkeepingNodes, 0);
    const checkpoint = [key.model, key.layout, key.dtype].filter((word) => word !== null).join(' ');
    const copies = placement.copies === 1 ? '1 copy' : `${placement.copies} copies`;
    return [
      `Placement of ${checkpoint}: ${parts.join(', ')}; besides ${plural(bookkeeping, 'bookkeeping node')}, ${copies}.`,
    ];
  });
  return [...new Set(lines)];
}
