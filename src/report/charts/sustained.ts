// The curve of sustained workloads: decode rate in windows of ten seconds, with the line below which it counts as throttled.
// A panel for each case. Pure.
import { line as lineOf } from 'd3-shape';
import type { SustainedCurve } from '../../contract/views/report.js';
import { groupBy } from '../../stats/group-by.js';
import { workloadOf } from '../../stats/report/front.js';
import { THROTTLED } from '../../stats/sustained.js';
import { duration, number } from '../format.js';
import { html } from '../html/markup.js';
import { type Drawing, NARROW, type Panel } from './chart.js';
import { zeroScale } from './scales.js';
import type { Scene } from './scene.js';
import { entryGroup, line, path, xAxis, yAxis } from './svg.js';

type Window = SustainedCurve['curve']['windows'][number];

export function drawSustained(scene: Scene): Drawing | null {
  const { sustained } = scene.view;
  if (sustained.length === 0) return null;
  return {
    caption: [
      'Each line is a round. Below the dashed line, 90 % of the peak, a rate that does not recover counts as throttled.',
    ],
    legend: scene.legend(
      sustained.map(({ ref }) => scene.entry(ref)),
      false,
    ),
    panels: [...groupBy(sustained, ({ ref }) => ref).values()].map((rounds) => panelOf(scene, rounds)),
    wide: null,
    columns: [
      { key: 'case', title: 'case' },
      { key: 'workload', title: 'workload' },
      { key: 'machine', title: 'machine' },
      { key: 'round', title: 'round', align: 'right' },
      { key: 'peak', title: 'peak', unit: 'tok/s', align: 'right' },
      { key: 'sustained', title: 'sustained', unit: 'tok/s', align: 'right' },
      { key: 'share', title: 'of the peak', align: 'right' },
      { key: 'throttled', title: 'throttled after', align: 'right' },
      { key: 'celsius', title: 'hottest', unit: '°C', align: 'right' },
    ],
    rows: sustained.map(({ ref, round, curve }) => {
      const entry = scene.entry(ref);
      const hottest = Math.max(...curve.windows.map(({ celsius }) => celsius ?? Number.NEGATIVE_INFINITY));
      return {
        of: ref,
        cells: {
          case: scene.short(entry),
          workload: workloadOf(entry),
          machine: entry.machine,
          round: String(round + 1),
          peak: number(curve.peakRate),
          sustained: number(curve.sustainedRate),
          share: `${Math.round(curve.sustainedToPeak * 100)} %`,
          throttled: curve.throttledAfterSeconds === null ? 'never' : duration(curve.throttledAfterSeconds * 1000),
          celsius: Number.isFinite(hottest) ? number(hottest) : 'not known',
        },
      };
    }),
  };
}

function panelOf(scene: Scene, rounds: readonly SustainedCurve[]): Panel {
  const ref = rounds[0]!.ref;
  const entry = scene.entry(ref);
  const frame = { left: 40, right: NARROW - 8, top: 28, bottom: 150 };
  const windows = rounds.flatMap(({ curve }) => curve.windows);
  const x = zeroScale(Math.max(...windows.map(({ startSeconds }) => startSeconds)), [frame.left, frame.right], 6);
  const peak = Math.max(...rounds.map(({ curve }) => curve.peakRate));
  const y = zeroScale(peak, [frame.bottom, frame.top], 4);
  const course = lineOf<Window>(
    ({ startSeconds }) => x(startSeconds),
    ({ tokensPerSecond }) => y(tokensPerSecond),
  ).digits(1);
  const lines = rounds.map(({ curve, round }) =>
    entryGroup(
      ref,
      scene.hue(entry),
      `${scene.full(entry)}, round ${round + 1}: ${number(curve.peakRate)} tok/s at the peak, ${number(curve.sustainedRate)} sustained`,
      path(course(curve.windows), 'course', { fill: 'none', stroke: 'currentColor', 'stroke-width': 1.6 }),
    ),
  );
  return {
    title: scene.full(entry),
    width: NARROW,
    height: frame.bottom + 40,
    of: ref,
    body: html`${xAxis(frame, { scale: x, ticks: x.ticks, label: 'seconds' })}${yAxis(frame, { scale: y, ticks: y.ticks, label: 'decode, tok/s' })}${line(frame.left, y(peak * THROTTLED), frame.right, y(peak * THROTTLED), 'axis dash')}${lines}`,
  };
}
