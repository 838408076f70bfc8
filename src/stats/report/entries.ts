// The entries of a report: of each case on each machine the newest result in which it was measured, else the newest of all.
// Pure.
import { METRIC_NAMES, type MetricName } from '../../contract/metric-names.js';
import type { CaseDigest, Digest } from '../../contract/views/digest.js';
import type { Entry, EntryFigures } from '../../contract/views/report.js';
import { digestSummary } from '../digest.js';
import { groupBy } from '../group-by.js';
import { METRICS } from '../metrics.js';

/** A case in one of the results in which it stands. */
export interface Measured {
  digest: Digest;
  result: CaseDigest;
}

/** The results of a case on a machine, the oldest first, and its entry. */
export interface Track {
  entry: Entry;
  measured: Measured[];
}

/** `digests`: the oldest first. Entries are in the order of machines and, on each, in that of its newest results. */
export function tracksOf(digests: readonly Digest[]): Track[] {
  const all = digests.flatMap((digest) => digest.cases.map((result) => ({ digest, result })));
  const tracks = [...groupBy(all, ({ digest, result }) => `${digest.machine.id}\n${result.id}`).values()];
  const byMachine = groupBy(tracks.toReversed(), ([first]) => first!.digest.machine.id);
  return [...byMachine.keys()]
    .sort()
    .flatMap((machine) => byMachine.get(machine)!.toReversed())
    .map((measured, i) => {
      const newest = measured.findLast(({ result }) => result.rounds > 0) ?? measured.at(-1)!;
      return { entry: entryOf(newest, `c${i + 1}`), measured };
    });
}

function entryOf({ digest, result }: Measured, ref: string): Entry {
  const { id, key, identity, status, parameters, rounds, failedRounds, grades, ofCeiling } = result;
  const metrics = METRIC_NAMES.flatMap((name) => {
    const figures = figuresOf(name, result);
    return figures === null ? [] : [[name, figures] as const];
  });
  return {
    ref,
    machine: digest.machine.id,
    ...{ id, key, identity, status, parameters, rounds, failedRounds, grades, ofCeiling },
    path: digest.path,
    startedAt: digest.startedAt,
    tool: digest.tool,
    metrics: Object.fromEntries(metrics),
    isSound: null,
  };
}

/** null where no round has a value. */
export function figuresOf(name: MetricName, result: CaseDigest): EntryFigures | null {
  const summary = digestSummary(name, result);
  if (summary === null) return null;
  const { unit, better } = METRICS[name];
  const { n, median, interval } = summary;
  return { unit, better, rounds: n, median, interval95: interval, values: result.metrics[name]! };
}
