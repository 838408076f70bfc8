// Sizes that a config can state one by one but no graph can have together, whatever the architecture.
import { FILE_BOUNDS } from '../contract/file-bounds.js';
import type { DecoderPlan, Experts } from './plan.js';

/** What is wrong with a plan, each in a sentence that names the sizes. */
export function planIssues({ layers }: DecoderPlan): string[] {
  const ropes = layers.map(({ attention }) => attention.rope.size);
  const experts = layers.flatMap(({ mlp }) => (mlp.kind === 'experts' ? [mlp] : []));
  const all = experts.reduce((sum, { count }) => sum + count, 0);
  const odd = ropes.filter((size) => !Number.isInteger(size / 2) || size < 2);
  return [
    ...[...new Set(odd)].map((size) => `${size} elements of a head are rotated; expected an even number`),
    ...new Set(experts.flatMap(expertIssues)),
    ...(all > FILE_BOUNDS.experts ? [`it has ${all} experts; expected at most ${FILE_BOUNDS.experts}`] : []),
  ];
}

function expertIssues({ count, perToken, router: { groups } }: Experts): string[] {
  const kept = groups?.kept ?? 0;
  const inGroups = groups === undefined || (count % groups.count === 0 && kept <= groups.count);
  return [
    ...(perToken > count ? [`a token uses ${perToken} of ${count} experts`] : []),
    ...(inGroups ? [] : [`${count} experts are in ${groups!.count} groups, of which ${kept} are kept`]),
  ];
}
