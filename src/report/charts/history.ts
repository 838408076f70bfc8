// The history of each case: its rate in every result over time, with intervals, the levels that it kept and the steps between
// them. A panel for each case. Pure. The method: docs/history.md.
import { line as lineOf } from 'd3-shape';
import type { HistoryPoint, HistoryStep } from '../../contract/views/history.js';
import type { Series } from '../../contract/views/report.js';
import { FEWEST_POINTS } from '../../stats/change-points.js';
import { METRICS } from '../../stats/metrics.js';
import { workloadOf } from '../../stats/report/front.js';
import { commitLabel, measured, plural, signedPercent, unitLabel } from '../format.js';
import { movedWords } from '../history-words.js';
import { html, type Markup } from '../html/markup.js';
import { type Drawing, NARROW, type Panel } from './chart.js';
import { timeScale, zeroScale } from './scales.js';
import type { Scene } from './scene.js';
import { type Frame, line, mark, path, text, tipped, whisker, xAxis, yAxis } from './svg.js';

export function drawHistory(scene: Scene): Drawing | null {
  const { history, unlisted } = scene.view;
  if (history.length === 0) return null;
  const older = history.reduce((sum, { leftOut }) => sum + leftOut.older, 0);
  const movedFirst = history.toSorted((a, b) => Number(b.steps.length > 0) - Number(a.steps.length > 0));
  return {
    caption: [
      `Each mark is a result, strokes are 95 % intervals over its rounds. Level lines are drawn from ${FEWEST_POINTS} results on; a shaded band is where a level moved, with 95 % certainty. A hollow mark is the first with other weights, another graph, runtime, options or system.`,
      ...(older > 0 ? [`${plural(older, 'older measurement')} of these cases are left out.`] : []),
      ...(unlisted.series > 0 ? [`${unlisted.series} shorter histories are left out.`] : []),
    ],
    legend: scene.legend(
      history.map(({ ref }) => scene.entry(ref)),
      false,
    ),
    panels: movedFirst.map((series) => panelOf(scene, series)),
    wide: null,
    columns: [
      { key: 'case', title: 'case' },
      { key: 'workload', title: 'workload' },
      { key: 'machine', title: 'machine' },
      { key: 'metric', title: 'figure' },
      { key: 'steps', title: 'level moved' },
      { key: 'values', title: 'in each result, the oldest first' },
    ],
    rows: movedFirst.map((series) => {
      const { ref, metric, points, steps } = series;
      const entry = scene.entry(ref);
      return {
        of: ref,
        cells: {
          case: scene.short(entry),
          workload: workloadOf(entry),
          machine: entry.machine,
          metric: `${METRICS[metric].title}, ${unitLabel(METRICS[metric])}`,
          steps:
            points.length < FEWEST_POINTS
              ? 'too few results to tell'
              : steps.map((step) => stepWords(series, step)).join('; ') || 'not shown to',
          values: points.map((point) => `${dateText(point.startedAt)}: ${valueText(series, point)}`).join('; '),
        },
      };
    }),
  };
}

/** `2026-11-22 13:21` */
export function dateText(startedAt: string): string {
  return startedAt.replace(/^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}).*$/, '$1 $2');
}

/** `−12.9 % (−14.1 to −11.5 %), worse, between a1b2c3d and e4f5a6b, 2026-10-19 to 2026-10-25` */
function stepWords(series: Series, step: HistoryStep): string {
  const { low, high } = step.interval95;
  return `${signedPercent(step.change)} (${signedPercent(low)} to ${signedPercent(high)}), ${step.direction}, ${movedWords(series, step)}`;
}

function valueText({ unit }: Series, { value, interval95 }: HistoryPoint): string {
  return measured({ median: value, interval: interval95 }, { unit });
}

function panelOf(scene: Scene, series: Series): Panel {
  const { ref, metric, points } = series;
  const entry = scene.entry(ref);
  const frame = { left: 44, right: NARROW - 12, top: 28, bottom: 140 };
  const timed = points.map((point) => ({ point, at: Date.parse(point.startedAt) }));
  const x = timeScale(
    timed.map(({ at }) => at),
    [frame.left + 4, frame.right],
  );
  const y = zeroScale(
    Math.max(...points.map(({ value, interval95 }) => interval95?.high ?? value)),
    [frame.bottom, frame.top],
    4,
  );
  const course = lineOf<(typeof timed)[number]>(
    ({ at }) => x(at),
    ({ point }) => y(point.value),
  ).digits(1);
  const marks = timed.map(({ point, at }) => {
    const { value, interval95, changed, tool } = point;
    const stroke =
      interval95 === null ? null : whisker([x(at), y(Math.max(0, interval95.low))], [x(at), y(interval95.high)]);
    const tip = `${dateText(point.startedAt)}: ${valueText(series, point)} ${unitLabel(series)}, edgeproof ${commitLabel(tool)}`;
    return tipped(tip, html`${stroke}${mark(0, x(at), y(value), 26, changed.length > 0)}`);
  });
  const places = timed.map(({ at }) => x(at));
  return {
    title: scene.full(entry),
    width: NARROW,
    height: frame.bottom + 24,
    of: ref,
    body: html`${xAxis(frame, { scale: x, ticks: x.ticks, label: '', format: x.format })}${yAxis(frame, { scale: y, ticks: y.ticks, label: `${METRICS[metric].title}, ${unitLabel(METRICS[metric])}` })}<g class="${scene.hue(entry)}">${stepBands(series, places, frame)}${path(course(timed), 'course', { fill: 'none', stroke: 'currentColor', opacity: 0.4 })}${levelLines(series, places, y)}${marks}</g>`,
  };
}

function stepBands(series: Series, places: readonly number[], { top, bottom }: Frame): Markup[] {
  return series.steps.map((step) => {
    const [from, to] = [places[step.after]!, places[step.by]!];
    const band = html`<rect x="${from.toFixed(1)}" y="${top}" width="${(to - from).toFixed(1)}" height="${bottom - top}" fill="currentColor" opacity="0.15"/>`;
    const words = text((from + to) / 2, top - 3, signedPercent(step.change), { anchor: 'middle', kind: 'strong halo' });
    return tipped(stepWords(series, step), html`${band}${words}`);
  });
}

function levelLines({ levels }: Series, places: readonly number[], y: (value: number) => number): Markup[] {
  return levels.map(({ first, last, value }) =>
    line(places[first]! - 3, y(value), places[last]! + 3, y(value), 'roof'),
  );
}
