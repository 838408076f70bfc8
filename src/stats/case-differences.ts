// What differs between two cases beside what was measured, and which of it `--across` allows. Pure.
import { machineDifference } from '../contract/machine.js';
import type { CaseResult, ResultDocument } from '../contract/result.js';
import type { Difference } from '../contract/views/compare.js';
import { caseDimensions } from '../suite/case-id.js';
import { impliedBy } from '../suite/dimensions.js';
import { isOptionDimension } from '../suite/option-dimensions.js';
import type { CasePair } from './pairing.js';

export type Documents = Record<'baseline' | 'candidate', ResultDocument>;

export function differencesOf({ baseline, candidate }: Documents, { before, after }: CasePair): Difference[] {
  // Two kinds of weights say more than two hashes.
  const areOtherWeights = before.key.weights !== after.key.weights;
  // Only edgeproof runs in Node.
  const hasNode = baseline.versions.node !== null && candidate.versions.node !== null;
  const dimensionsOf = ({ versions }: ResultDocument, { key, identity }: CaseResult): Record<string, string> => ({
    ...caseDimensions(key),
    ...identity,
    ...(areOtherWeights ? { weights: key.weights } : {}),
    ...(hasNode && { node: `${versions.node}` }),
  });
  const [a, b] = [dimensionsOf(baseline, before), dimensionsOf(candidate, after)];
  const machine = machineDifference(baseline.machine, candidate.machine);
  const differences = Object.keys({ ...a, ...b })
    .filter((name) => a[name] !== b[name])
    .map((dimension) => ({ dimension, baseline: a[dimension] ?? '(none)', candidate: b[dimension] ?? '(none)' }));
  return machine === null
    ? differences
    : [...differences, { dimension: 'machine', baseline: machine.a, candidate: machine.b }];
}

/** Those that `across` does not allow, by name or because they follow from what it names. */
export function forbiddenOf(differences: readonly Difference[], across: readonly string[]): Difference[] {
  const allowed = new Set([...across, ...impliedBy(across)]);
  return differences.filter(
    ({ dimension }) => !allowed.has(dimension) && !(isOptionDimension(dimension) && allowed.has('options')),
  );
}
