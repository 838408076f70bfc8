// The course of a generation: the gap before each token, median over passes, with the band that eight of ten passes keep to.
// A panel for each case. Pure.

import { scaleLinear } from 'd3-scale';
import { area, line as lineOf } from 'd3-shape';
import type { TokenCurve } from '../../contract/views/report.js';
import { workloadOf } from '../../stats/report/front.js';
import { number } from '../format.js';
import { html } from '../html/markup.js';
import { type Drawing, NARROW, type Panel } from './chart.js';
import { zeroScale } from './scales.js';
import { bestFirst, leftOutNote, type Scene } from './scene.js';
import { entryGroup, path, xAxis, yAxis } from './svg.js';

const MOST_PANELS = 36;
type Point = TokenCurve['points'][number];

export function drawTokens(scene: Scene): Drawing | null {
  const { curves } = scene.view;
  if (curves.length === 0) return null;
  const drawn = bestFirst(scene, curves).slice(0, MOST_PANELS);
  const quarter = (points: readonly Point[], at: number) => {
    const size = Math.max(1, Math.floor(points.length / 4));
    const part = points.slice(at * size, at === 3 ? undefined : (at + 1) * size).map(({ medianMs }) => medianMs);
    return part.reduce((sum, ms) => sum + ms, 0) / part.length;
  };
  return {
    caption: [
      'The line is the median over passes, the band holds eight of ten. A rise to the right is the growing KV cache; a step is a machine that slows down. The first token is not here: its time is that of the prompt.',
      ...leftOutNote(curves.length, drawn.length, 'courses'),
    ],
    legend: scene.legend(
      drawn.map(({ ref }) => scene.entry(ref)),
      false,
    ),
    panels: drawn.map((curve) => panelOf(scene, curve)),
    wide: null,
    columns: [
      { key: 'case', title: 'case' },
      { key: 'workload', title: 'workload' },
      { key: 'machine', title: 'machine' },
      { key: 'passes', title: 'passes', align: 'right' },
      ...['first', 'second', 'third', 'last'].map((name) => ({
        key: name,
        title: `${name} quarter`,
        unit: 'ms a token',
        align: 'right' as const,
      })),
      { key: 'worst', title: 'slowest token', unit: 'ms', align: 'right' },
    ],
    rows: curves.map(({ ref, passes, points }) => {
      const entry = scene.entry(ref);
      const worst = points.reduce((a, b) => (b.medianMs > a.medianMs ? b : a));
      return {
        of: ref,
        cells: {
          case: scene.short(entry),
          workload: workloadOf(entry),
          machine: entry.machine,
          passes: String(passes),
          first: number(quarter(points, 0)),
          second: number(quarter(points, 1)),
          third: number(quarter(points, 2)),
          last: number(quarter(points, 3)),
          worst: `${number(worst.medianMs)} (token ${worst.token})`,
        },
      };
    }),
  };
}

function panelOf(scene: Scene, { ref, passes, points }: TokenCurve): Panel {
  const entry = scene.entry(ref);
  const frame = { left: 40, right: NARROW - 8, top: 28, bottom: 150 };
  const x = scaleLinear(
    [points[0]!.token, Math.max(points.at(-1)!.token, points[0]!.token + 1)],
    [frame.left, frame.right],
  );
  const y = zeroScale(Math.max(...points.map(({ highMs }) => highMs)), [frame.bottom, frame.top], 4);
  const band = area<Point>()
    .x(({ token }) => x(token))
    .y0(({ lowMs }) => y(lowMs))
    .y1(({ highMs }) => y(highMs))
    .digits(1);
  const middle = lineOf<Point>(
    ({ token }) => x(token),
    ({ medianMs }) => y(medianMs),
  ).digits(1);
  const tip = `${scene.full(entry)}: median over ${passes} ${passes === 1 ? 'pass' : 'passes'}`;
  return {
    title: scene.full(entry),
    width: NARROW,
    height: frame.bottom + 40,
    of: ref,
    body: html`${xAxis(frame, { scale: x, ticks: x.ticks(6).filter(Number.isInteger), label: 'token' })}${yAxis(frame, { scale: y, ticks: y.ticks, label: 'gap before it, ms' })}${entryGroup(ref, scene.hue(entry), tip, html`${path(band([...points]), 'area', { fill: 'currentColor', opacity: 0.25 })}${path(middle([...points]), 'course', { fill: 'none', stroke: 'currentColor', 'stroke-width': 1.6 })}`)}`,
  };
}
