// What `--across` would have to name so that more of two results could be compared; offered, never assumed. Pure.
import type { CaseResult } from '../contract/result.js';
import { caseDimensions } from '../suite/case-id.js';
import { impliedBy } from '../suite/dimensions.js';
import { type Documents, differencesOf, forbiddenOf } from './case-differences.js';
import { acrossOf, type CasePair, type PairingOptions, tryPairing } from './pairing.js';

/** Combinations of unmatched cases that are looked at. */
const MOST_LOOKED_AT = 1000;

/**
 * The dimensions to name, with those that are allowed already; null where nothing more could be compared, or only in
 * more than one way.
 */
export function acrossOffer(documents: Documents, options: PairingOptions): string[] | null {
  const asked = acrossOf(options);
  const { pairs, onlyBaseline, onlyCandidate } = tryPairing(documents, options)!;
  const measured = pairs.filter(isMeasured).length;
  const refusalsOf = (some: CasePair[], across: string[]) =>
    some.filter(isMeasured).flatMap((pair) => forbiddenOf(differencesOf(documents, pair), across));
  const refused = refusalsOf(pairs, asked).length > 0;
  for (const names of [...(refused ? [[]] : []), ...differingNames(onlyBaseline, onlyCandidate)]) {
    const across = [...asked, ...names];
    const found = tryPairing(documents, { ...options, across });
    if (found === null || (!refused && found.pairs.filter(isMeasured).length === measured)) continue;
    return [...across, ...shortest(refusalsOf(found.pairs, across).map(({ dimension }) => dimension))];
  }
  return null;
}

/** Without a measured round on both sides, nothing that is named lets them be compared. */
function isMeasured({ before, after }: CasePair): boolean {
  return before.identity !== null && after.identity !== null;
}

/** Each set of dimensions in which an unmatched case of one side differs from one of the other, the smallest first. */
function differingNames(before: readonly CaseResult[], after: readonly CaseResult[]): string[][] {
  const both = before.flatMap((a) => after.map((b) => [a.key, b.key] as const)).slice(0, MOST_LOOKED_AT);
  const sets = both.flatMap(([a, b]) => {
    if (a.workload.kind !== b.workload.kind) return [];
    const [own, others] = [caseDimensions(a), caseDimensions(b)];
    return [Object.keys({ ...own, ...others }).filter((name) => own[name] !== others[name])];
  });
  const distinct = new Map(sets.map((names) => [names.join(), names]));
  return [...distinct.values()].filter((names) => names.length > 0).sort((a, b) => a.length - b.length);
}

/** Without those that others of them imply. */
function shortest(names: string[]): string[] {
  const distinct = [...new Set(names)];
  return distinct.reduce((kept, name) => {
    const others = kept.filter((other) => other !== name);
    return impliedBy(others).includes(name) ? others : kept;
  }, distinct);
}
