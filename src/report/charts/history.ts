// The history of each case: its rate in every result over time, with intervals. A panel for each case. Pure.
import { line as lineOf } from 'd3-shape';
import type { Series } from '../../contract/views/report.js';
import { METRICS } from '../../stats/metrics.js';
import { workloadOf } from '../../stats/report/front.js';
import { measured, plural, unitLabel } from '../format.js';
import { html } from '../html/markup.js';
import { type Drawing, NARROW, type Panel } from './chart.js';
import { timeScale, zeroScale } from './scales.js';
import type { Scene } from './scene.js';
import { mark, path, tipped, whisker, xAxis, yAxis } from './svg.js';

type Point = Series['points'][number];

export function drawHistory(scene: Scene): Drawing | null {
  const { history, unlisted } = scene.view;
  if (history.length === 0) return null;
  const earlier = history.reduce((sum, series) => sum + series.earlier, 0);
  return {
    caption: [
      'Each mark is a result, strokes are 95 % intervals over its rounds. A hollow mark was measured with other weights, another graph, runtime or options than the newest.',
      ...(earlier > 0 ? [`${plural(earlier, 'older measurement')} of these cases are left out.`] : []),
      ...(unlisted.series > 0 ? [`${unlisted.series} shorter histories are left out.`] : []),
    ],
    legend: scene.legend(
      history.map(({ ref }) => scene.entry(ref)),
      false,
    ),
    panels: history.map((series) => panelOf(scene, series)),
    wide: null,
    columns: [
      { key: 'case', title: 'case' },
      { key: 'workload', title: 'workload' },
      { key: 'machine', title: 'machine' },
      { key: 'metric', title: 'figure' },
      { key: 'values', title: 'in each result, the oldest first' },
    ],
    rows: history.map(({ ref, metric, points }) => {
      const entry = scene.entry(ref);
      return {
        of: ref,
        cells: {
          case: scene.short(entry),
          workload: workloadOf(entry),
          machine: entry.machine,
          metric: `${METRICS[metric].title}, ${unitLabel(METRICS[metric])}`,
          values: points.map((point) => `${dateText(point.startedAt)}: ${valueText(point)}`).join('; '),
        },
      };
    }),
  };
}

/** `2026-11-22 13:21` */
export function dateText(startedAt: string): string {
  return startedAt.replace(/^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}).*$/, '$1 $2');
}

function valueText({ figures }: Point): string {
  const { median, interval95 } = figures;
  return measured({ median, interval: interval95 }, figures);
}

function panelOf(scene: Scene, { ref, metric, points }: Series): Panel {
  const entry = scene.entry(ref);
  const frame = { left: 44, right: NARROW - 12, top: 28, bottom: 140 };
  const timed = points.map((point) => ({ point, at: Date.parse(point.startedAt) }));
  const x = timeScale(
    timed.map(({ at }) => at),
    [frame.left + 4, frame.right],
  );
  const high = ({ figures: { median, interval95 } }: Point) => interval95?.high ?? median;
  const y = zeroScale(Math.max(...points.map(high)), [frame.bottom, frame.top], 4);
  const course = lineOf<(typeof timed)[number]>(
    ({ at }) => x(at),
    ({ point }) => y(point.figures.median),
  ).digits(1);
  const marks = timed.map(({ point, at }) => {
    const { median, interval95 } = point.figures;
    const stroke =
      interval95 === null ? null : whisker([x(at), y(Math.max(0, interval95.low))], [x(at), y(interval95.high)]);
    const tip = `${dateText(point.startedAt)}: ${valueText(point)} ${unitLabel(point.figures)}${point.commit === null ? '' : `, edgeproof ${point.commit.slice(0, 8)}`}`;
    return tipped(tip, html`${stroke}${mark(0, x(at), y(median), 26, point.isOther)}`);
  });
  return {
    title: scene.full(entry),
    width: NARROW,
    height: frame.bottom + 24,
    of: ref,
    body: html`${xAxis(frame, { scale: x, ticks: x.ticks, label: '', format: x.format })}${yAxis(frame, { scale: y, ticks: y.ticks, label: `${METRICS[metric].title}, ${unitLabel(METRICS[metric])}` })}<g class="${scene.hue(entry)}">${path(course(timed), 'course', { fill: 'none', stroke: 'currentColor', opacity: 0.4 })}${marks}</g>`,
  };
}
