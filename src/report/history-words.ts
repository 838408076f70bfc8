// Where a step may lie and what else changed there, in words. Pure.
import type { Changed, HistorySeries, HistoryStep } from '../contract/views/history.js';
import { commitLabel } from './format.js';

/** `between a1b2c3d and e4f5a6b (3 commits measured), 2026-11-18 to 2026-11-20` */
export function movedWords({ points }: HistorySeries, { after, by, commits }: HistoryStep): string {
  const [last, first] = [points[after]!, points[by]!];
  const [from, to] = [last.startedAt.slice(0, 10), first.startedAt.slice(0, 10)];
  const when = from === to ? to : `${from} to ${to}`;
  const [before, behind] = [commitLabel(last.tool), commitLabel(first.tool)];
  if (last.tool.commit === null || first.tool.commit === null) return when;
  if (commits.length === 0) return `with no other commit of edgeproof (${before}), ${when}`;
  return `between ${before} and ${behind}${commits.length > 1 ? ` (${commits.length} commits measured)` : ''}, ${when}`;
}

/** Hashes tell nobody anything; options are too many to print. */
export function changedWords(changed: readonly Changed[]): string {
  const isTold = (what: Changed['what']) => what === 'edgeproof' || what === 'runtime' || what === 'system';
  return changed.map(({ what, before, after }) => (isTold(what) ? `${what} ${before} → ${after}` : what)).join(', ');
}
