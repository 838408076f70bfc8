// The history of each entry: its main figure in every result that has it. Pure.
import type { MetricName } from '../../contract/metric-names.js';
import type { Series } from '../../contract/views/report.js';
import { figuresOf, type Measured, type Track } from './entries.js';

/** The figure that a case is followed by: the first of these that it has. */
const FOLLOWED: readonly MetricName[] = ['decodeRate', 'prefillRate', 'microMs'];
/** A chart with fewer points shows no course. */
const FEWEST = 2;

interface Limits {
  series: number;
  points: number;
}

/** The longest histories first, and how many are left out. */
export function historyOf(tracks: readonly Track[], limits: Limits): { history: Series[]; leftOut: number } {
  const all = tracks.flatMap((track) => seriesOf(track) ?? []);
  const chosen = new Set(all.toSorted((a, b) => b.points.length - a.points.length).slice(0, limits.series));
  const history = all
    .filter((series) => chosen.has(series))
    .map((series) => ({
      ...series,
      points: series.points.slice(-limits.points),
      earlier: Math.max(0, series.points.length - limits.points),
    }));
  return { history, leftOut: all.length - history.length };
}

function seriesOf({ entry, measured }: Track): Series | null {
  const metric = FOLLOWED.find((name) => entry.metrics[name] !== undefined);
  if (metric === undefined || measured.length < FEWEST) return null;
  const newest = JSON.stringify(entry.identity);
  const points = measured.flatMap((one) => pointOf(one, metric, newest) ?? []);
  return points.length < FEWEST ? null : { ref: entry.ref, metric, points, earlier: 0 };
}

function pointOf({ digest, result }: Measured, metric: MetricName, newest: string): Series['points'][number] | null {
  const figures = figuresOf(metric, result);
  if (figures === null || result.status === 'impossible') return null;
  const { values: _, ...summary } = figures;
  return {
    path: digest.path,
    startedAt: digest.startedAt,
    commit: digest.tool.commit,
    figures: summary,
    isOther: JSON.stringify(result.identity) !== newest,
  };
}
