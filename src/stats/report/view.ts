// The view of a report, from the digests of all its results and from a few whole documents, those of the newest. Pure.
import type { Digest } from '../../contract/views/digest.js';
import type { Entry, ReportView } from '../../contract/views/report.js';
import { groupBy } from '../group-by.js';
import { listedResult } from '../results-view.js';
import { tracksOf } from './entries.js';
import { bestOf, frontsOf } from './front.js';
import { historyOf } from './series.js';
import { type Documents, sectionsOf, sourcedOf } from './sources.js';

/** So much a page of a few megabytes holds, and a reader looks at. */
export const REPORT_LIMITS = { documents: 40, entries: 60, series: 48, points: 100, results: 10_000 } as const;

/** `digests`: the oldest first. `documents`: by path, some of those that `documentsWanted` names. */
export function reportView(digests: readonly Digest[], documents: Documents, passedOver: string[]): ReportView {
  const tracks = tracksOf(digests);
  const available = tracks.map(({ entry }) => entry).filter(({ path }) => documents.has(path));
  const chosen = new Set(inTurns(available).slice(0, REPORT_LIMITS.entries));
  const sourced = sourcedOf(
    available.filter((entry) => chosen.has(entry)),
    documents,
  );
  const known = new Map(sourced.map(({ entry }) => [entry.ref, entry]));
  const entries = tracks.map(({ entry }) => known.get(entry.ref) ?? entry);
  const { history, leftOut } = historyOf(digests, entries, REPORT_LIMITS);
  const machines = new Map(digests.map(({ machine }) => [machine.id, machine]));
  return {
    results: digests.slice(-REPORT_LIMITS.results).map(listedResult).toReversed(),
    machines: [...machines.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
    entries,
    best: bestOf(entries),
    fronts: frontsOf(entries),
    ...sectionsOf(sourced),
    history,
    passedOver,
    documents: { read: documents.size, entries: sourced.length },
    unlisted: { series: leftOut, results: Math.max(0, digests.length - REPORT_LIMITS.results) },
  };
}

/** Paths of the documents to read whole, a bounded number. */
export function documentsWanted(digests: readonly Digest[]): string[] {
  const paths = inTurns(tracksOf(digests).map(({ entry }) => entry)).map(({ path }) => path);
  return [...new Set(paths)].slice(0, REPORT_LIMITS.documents);
}

/** The newest of each machine, then the next of each, so that a bounded number has something of every machine. */
function inTurns(entries: readonly Entry[]): Entry[] {
  const newestFirst = entries.toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : a.startedAt > b.startedAt ? -1 : 0));
  const turns = [...groupBy(newestFirst, ({ machine }) => machine).values()].flatMap((own) =>
    own.map((entry, turn) => ({ entry, turn })),
  );
  return turns.sort((a, b) => a.turn - b.turn).map(({ entry }) => entry);
}
