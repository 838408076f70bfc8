// One line for each checkpoint on a GPU: how many of its computing nodes ran where, and the share of time. Pure.
import { RUNTIMES } from '../contract/runtimes.js';
import type { CaseView } from '../contract/views/show.js';
import { lengthsOf } from '../contract/workloads.js';
import { present } from '../stats/present.js';
import { plural } from './format.js';
import { checkpointName } from './parity-notes.js';

/** Cases with the same placement share a line. */
export function placementNotes(cases: readonly CaseView[]): string[] {
  const lines = cases.flatMap(({ placement, key }) => {
    if (placement === null) return [];
    const parts = placement.providers.map(
      ({ ep, nodes, timeShare }) =>
        `${plural(nodes, 'node')} and ${(timeShare * 100).toFixed(1)} % of the time on ${ep}`,
    );
    const bookkeeping = placement.providers.reduce((sum, { bookkeepingNodes }) => sum + bookkeepingNodes, 0);
    const copies = placement.copies === 1 ? '1 copy' : `${placement.copies} copies`;
    return present(
      `Placement of ${checkpointName({ key })}: ${parts.join(', ')}; besides ${plural(bookkeeping, 'bookkeeping node')}, ${copies}.`,
      passNote(key, placement.longestPass),
    );
  });
  return [...new Set(lines)];
}

/** Says what a runtime did about passes that the execution provider computes wrongly. */
function passNote({ ep, runtime, workload }: CaseView['key'], longest: number | undefined): string | null {
  const lengths = lengthsOf(workload);
  if (longest === undefined || lengths === null) return null;
  const fault = `Attention on ${ep} is wrong here in passes of more than ${longest} tokens (docs/runtimes.md)`;
  if (RUNTIMES[runtime].splitsPrompts) return `${fault}: ${runtime} ran prompts in shorter ones.`;
  return Math.max(lengths.prompt, lengths.depth) > longest
    ? `${fault}: ${runtime} ran its prompts in one pass, and computed them wrongly.`
    : null;
}
