// What tells the columns of a table over many results apart: dimensions of cases, and what only whole results have. Pure.
import { machineDifference, type StoredMachine } from '../contract/machine.js';
import type { CaseDigest, Digest } from '../contract/views/digest.js';
import { problem } from '../errors.js';
import { dimensionValue } from '../suite/case-id.js';
import { DIMENSION_NAMES, dimensionOf } from '../suite/dimensions.js';
import { optionDimensions } from '../suite/option-dimensions.js';

type ValueOf = (digest: Digest, result: CaseDigest) => string;

/** `machineOf`: names that tell machines apart. */
const OF_RESULTS: Record<string, (machineOf: (machine: StoredMachine) => string) => ValueOf> = {
  machine: (machineOf) => (digest) => machineOf(digest.machine),
  result: () => (digest) => digest.path,
  suite: () => (digest) => digest.suite.name,
  commit:
    () =>
    ({ tool }) =>
      tool.commit === null ? tool.version : `${tool.commit.slice(0, 7)}${tool.dirty ? '+' : ''}`,
  runtimeVersion:
    () =>
    (_, { identity }) =>
      identity?.runtimeVersion ?? 'none',
};

/** Columns that are never on several machines. */
export const OF_ONE_MACHINE = ['machine', 'result'];

/** Throws input-invalid for a name that is none of these. */
export function requireColumns(by: readonly string[]): void {
  for (const name of by) {
    if (Object.hasOwn(OF_RESULTS, name) || dimensionOf(name) !== null) continue;
    const known = [...Object.keys(OF_RESULTS), ...DIMENSION_NAMES, 'option.<name>'];
    throw problem('input-invalid', { what: `--by ${name}: there is no such dimension`, expected: known.join(', ') });
  }
}

export function columnValue(name: string, machineOf: (machine: StoredMachine) => string): ValueOf {
  if (Object.hasOwn(OF_RESULTS, name)) return OF_RESULTS[name]!(machineOf);
  if (name === 'option') return (_, { key }) => optionWords(optionDimensions(key.options));
  return (_, result) => dimensionValue(result, name);
}

function optionWords(options: Record<string, string>): string {
  const words = Object.entries(options).map(([name, value]) => `${name.replace(/^option\./, '')} ${value}`);
  return words.join(' ') || 'defaults';
}

/** A name for each machine: its id, with what differs where two share one. */
export function machineNames(): (machine: StoredMachine) => string {
  const known: { machine: StoredMachine; name: string }[] = [];
  return (machine) => {
    const same = known.find((one) => machineDifference(one.machine, machine) === null);
    if (same !== undefined) return same.name;
    const twin = known.find((one) => one.machine.id === machine.id);
    const name = twin === undefined ? machine.id : `${machine.id} (${machineDifference(twin.machine, machine)!.b})`;
    known.push({ machine, name });
    return name;
  };
}
