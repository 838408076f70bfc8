// The history of each entry for a report: of its main figure, cut to the newest points. Pure.
import type { MetricName } from '../../contract/metric-names.js';
import type { Digest } from '../../contract/views/digest.js';
import type { HistorySeries } from '../../contract/views/history.js';
import type { Entry, Series } from '../../contract/views/report.js';
import { historyView } from '../history-view.js';

/** The figure that a case is followed by: the first of these that it has. */
const FOLLOWED: readonly MetricName[] = ['decodeRate', 'prefillRate', 'microMs'];
/** A single point shows no course. */
const FEWEST = 2;

interface Limits {
  series: number;
  points: number;
}

/** The longest histories in the order of entries, and how many are left out. */
export function historyOf(
  digests: readonly Digest[],
  entries: readonly Entry[],
  limits: Limits,
): { history: Series[]; leftOut: number } {
  const named = new Map(entries.map((entry) => [`${entry.machine}\n${entry.id}`, entry]));
  const all = historyView(digests, FOLLOWED, () => true).flatMap((series) => {
    const entry = named.get(`${series.machine}\n${series.id}`);
    const isFollowed = series.metric === FOLLOWED.find((name) => entry?.metrics[name] !== undefined);
    return entry === undefined || !isFollowed || series.points.length < FEWEST ? [] : [{ ...series, ref: entry.ref }];
  });
  const chosen = new Set(all.toSorted((a, b) => b.points.length - a.points.length).slice(0, limits.series));
  const places = new Map(entries.map(({ ref }, place) => [ref, place]));
  const history = all
    .filter((series) => chosen.has(series))
    .sort((a, b) => places.get(a.ref)! - places.get(b.ref)!)
    .map((series) => ({ ...newestOf(series, limits.points), ref: series.ref }));
  return { history, leftOut: all.length - history.length };
}

/** The last `most` points, with the levels and steps among them. Places count from the first of them. */
function newestOf(series: HistorySeries, most: number): HistorySeries {
  const cut = Math.max(0, series.points.length - most);
  const place = (at: number) => Math.max(0, at - cut);
  return {
    ...series,
    points: series.points.slice(cut),
    leftOut: { ...series.leftOut, older: series.leftOut.older + cut },
    levels: series.levels
      .filter(({ last }) => last >= cut)
      .map((level) => ({ ...level, first: place(level.first), last: place(level.last) })),
    steps: series.steps
      .filter(({ at }) => at > cut)
      .map((step) => ({
        ...step,
        at: place(step.at),
        positions: step.positions.filter((at) => at >= cut).map(place),
        after: place(step.after),
        by: place(step.by),
      })),
  };
}
