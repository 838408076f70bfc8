// Which stored figures make one series: those of one case on one machine, asked for in the same way. What edgeproof made of
// it (weights, graph, options) may change, since that is what a history shows; each change is named. Pure.
import { machineDifference, type StoredMachine } from '../contract/machine.js';
import type { MetricName } from '../contract/metric-names.js';
import { isForeign } from '../contract/runtimes.js';
import type { CaseDigest, Digest } from '../contract/views/digest.js';
import type { Changed } from '../contract/views/history.js';
import { METRICS } from './metrics.js';

export interface Sitting {
  digest: Digest;
  result: CaseDigest;
}

export interface Series {
  metric: MetricName;
  /** The oldest first; of the last, the names of case and machine. */
  sittings: Sitting[];
  /** Results in which no round of the case succeeded, and those in which it was faster than its machine can be. */
  failed: number;
  impossible: number;
}

/** `digests`: the oldest first. Only cases that `isWanted` accepts; only series with a figure. */
export function seriesOf(
  digests: readonly Digest[],
  metrics: readonly MetricName[],
  isWanted: (result: CaseDigest) => boolean,
): Series[] {
  const machineOf = machineNumbers();
  const groups = new Map<string, Sitting[]>();
  // A case that never ran does not tell how it was asked for, so that it counts for each series of its name.
  const failures = new Map<string, number>();
  const names = new Map<string, string>();
  for (const digest of digests) {
    const machine = machineOf(digest.machine);
    for (const result of digest.cases) {
      if (result.status === 'pending' || !isWanted(result)) continue;
      const name = JSON.stringify([machine, result.id, result.key.weights]);
      if (result.identity === null) {
        failures.set(name, (failures.get(name) ?? 0) + 1);
        continue;
      }
      const full = name + result.identity.workload;
      names.set(full, name);
      const group = groups.get(full);
      if (group === undefined) groups.set(full, [{ digest, result }]);
      else group.push({ digest, result });
    }
  }
  return [...groups].flatMap(([full, group]) =>
    metrics.flatMap((metric) => {
      const isImpossible = ({ result }: Sitting) => result.status === 'impossible' && METRICS[metric].isSpeed === true;
      const possible = group.filter((sitting) => !isImpossible(sitting));
      const sittings = possible.filter(({ result }) => hasFigures(result.metrics[metric]));
      if (sittings.length === 0) return [];
      const failed = failures.get(names.get(full)!) ?? 0;
      return [{ metric, sittings, failed, impossible: group.length - possible.length }];
    }),
  );
}

/** The method takes logarithms. Energy of which more was subtracted than there was is no figure. */
function hasFigures(values: readonly number[] | undefined): boolean {
  return values?.every((value) => value > 0 && Number.isFinite(value)) ?? false;
}

/** A number for each machine; documents of one machine may describe it in slightly other words. */
function machineNumbers(): (machine: StoredMachine) => number {
  const machines: StoredMachine[] = [];
  const known = new Map<string, number>();
  return (machine) => {
    const text = JSON.stringify(machine);
    const number = known.get(text);
    if (number !== undefined) return number;
    const same = machines.findIndex((other) => machineDifference(machine, other) === null);
    const own = same < 0 ? machines.push(machine) - 1 : same;
    known.set(text, own);
    return own;
  };
}

/** The edgeproof that measured. Imported results name the one that imported them, which had no part in it. */
export function toolOf({ digest: { tool }, result }: Sitting): Digest['tool'] {
  return isForeign(result.key.runtime) ? { ...tool, commit: null, dirty: null } : tool;
}

/** What differs between two sittings of a series other than the commit of edgeproof. */
export function changedBetween(before: Sitting, after: Sitting): Changed[] {
  const [a, b] = [before, after].map(partsOf) as [Parts, Parts];
  return (Object.keys(a) as Changed['what'][]).flatMap((what) =>
    a[what] === null || b[what] === null || a[what] === b[what] ? [] : [{ what, before: a[what], after: b[what] }],
  );
}

/** Whether what edgeproof made of the case returned to an earlier state. */
export function wentBack(sittings: readonly Sitting[]): boolean {
  const states = sittings.map(({ result: { identity } }) =>
    JSON.stringify([identity?.weights, identity?.graph, identity?.options]),
  );
  const changes = states.filter((state, i) => i > 0 && state !== states[i - 1]).length;
  return changes >= new Set(states).size;
}

type Parts = Record<Changed['what'], string | null>;

/** null where it is not known. */
function partsOf({ digest, result: { key, identity } }: Sitting): Parts {
  return {
    edgeproof: isForeign(key.runtime) ? null : digest.tool.version,
    runtime: identity?.runtimeVersion ?? null,
    system: digest.machine.os,
    weights: identity?.weights ?? null,
    graph: identity?.graph ?? null,
    options: identity?.options ?? null,
  };
}
