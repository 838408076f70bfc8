// The distribution of the gaps between tokens of each case: how often each length occurs, with the median and the percentiles
// that there are enough gaps for. Pure.
import { area } from 'd3-shape';
import type { Gaps } from '../../contract/views/report.js';
import { groupBy } from '../../stats/group-by.js';
import { workloadOf } from '../../stats/report/front.js';
import { duration, number } from '../format.js';
import { html } from '../html/markup.js';
import { type Drawing, NARROW, type Panel } from './chart.js';
import { logScale, type TickedScale } from './scales.js';
import { bestFirst, type Scene } from './scene.js';
import { entryGroup, fitted, line, mark, path, text, tick, widthOf } from './svg.js';

const STEP = 58;
const TOP = 6;
const BASE = 50;
const HEIGHT = 30;
const MOST_ROWS = 12;
const RIGHT = NARROW - 10;
const PERCENTILES = ['p50', 'p95', 'p99'] as const;

export function drawGaps(scene: Scene): Drawing | null {
  const { gaps } = scene.view;
  if (gaps.length === 0) return null;
  const drawn = bestFirst(scene, gaps).flatMap((own) => (own.interTokenLatencyMs.p50 === null ? [] : [own]));
  const ends = drawn.flatMap(({ bins, interTokenLatencyMs: { p50 } }) =>
    bins.flatMap(({ fromMs, toMs }) => [fromMs / p50!, toMs / p50!]),
  );
  const scale = logScale(ends.length > 0 ? ends : [1, 10], [10, RIGHT], 7);
  return {
    caption: [
      'Height is how many gaps between two tokens had that length, as a multiple of the median gap of the case, on a logarithmic axis. Strokes mark the median, p95 and p99 where there are enough gaps for them; the dot is the longest gap.',
    ],
    legend: scene.legend(
      gaps.map(({ ref }) => scene.entry(ref)),
      false,
    ),
    panels: [...groupBy(drawn, ({ ref }) => scene.place(scene.entry(ref))).values()].flatMap((group) =>
      Array.from({ length: Math.ceil(group.length / MOST_ROWS) }, (_, i) =>
        panelOf(scene, group.slice(i * MOST_ROWS, (i + 1) * MOST_ROWS), scale, i > 0),
      ),
    ),
    wide: null,
    columns: [
      { key: 'case', title: 'case' },
      { key: 'workload', title: 'workload' },
      { key: 'machine', title: 'machine' },
      { key: 'n', title: 'gaps', align: 'right' },
      ...(['p50', 'p90', 'p95', 'p99'] as const).map((p) => ({
        key: p,
        title: p,
        unit: 'ms',
        align: 'right' as const,
      })),
      { key: 'jitter', title: 'jitter', unit: 'ms', align: 'right' },
      { key: 'longest', title: 'longest', unit: 'ms', align: 'right' },
    ],
    rows: gaps.map(({ ref, interTokenLatencyMs: { n, ...percentiles }, jitterMs, longestStall }) => {
      const entry = scene.entry(ref);
      const known = Object.entries(percentiles).flatMap(([p, value]) => (value === null ? [] : [[p, number(value)]]));
      return {
        of: ref,
        cells: {
          case: scene.short(entry),
          workload: workloadOf(entry),
          machine: entry.machine,
          n: n.toLocaleString('en-US'),
          ...Object.fromEntries(known),
          jitter: jitterMs === null ? '' : number(jitterMs),
          longest: longestStall === null ? '' : number(longestStall.ms),
        },
      };
    }),
  };
}

function panelOf(scene: Scene, gaps: readonly Gaps[], scale: TickedScale, isNext: boolean): Panel {
  const bottom = TOP + STEP * gaps.length;
  return {
    title: `${scene.place(scene.entry(gaps[0]!.ref))}${isNext ? ', continued' : ''}`,
    width: NARROW,
    height: bottom + 38,
    rows: { top: TOP, step: STEP },
    body: html`${gaps.map((own, i) => row(scene, own, scale, TOP + i * STEP))}<g class="foot">${line(10, bottom, RIGHT, bottom, 'axis')}${scale.ticks.map((value) => text(scale(value), bottom + 15, tick(value), { anchor: 'middle', kind: 'quiet' }))}${text(NARROW / 2, bottom + 32, 'gap, multiples of its median', { anchor: 'middle', kind: 'quiet' })}</g>`,
  };
}

function row(scene: Scene, { ref, bins, interTokenLatencyMs, longestStall }: Gaps, scale: TickedScale, y: number) {
  const entry = scene.entry(ref);
  const { p50, p99 } = interTokenLatencyMs;
  const x = (ms: number) => scale(ms / p50!);
  const most = bins.reduce((highest, bin) => Math.max(highest, bin.gaps), 1);
  const shape = area<Gaps['bins'][number]>()
    .x(({ fromMs, toMs }) => Math.round(x(Math.sqrt(fromMs * toMs)) * 10) / 10)
    .y0(BASE)
    .y1(({ gaps }) => Math.round((BASE - (HEIGHT * gaps) / most) * 10) / 10);
  const strokes = PERCENTILES.flatMap((p) => {
    const value = interTokenLatencyMs[p];
    const height = p === 'p50' ? HEIGHT : 12;
    return value === null ? [] : [line(x(value), BASE - height, x(value), BASE, p === 'p50' ? 'roof' : 'axis')];
  });
  const summary = `${number(p50!)}${p99 === null ? '' : ` · p99 ${number(p99)}`} ms`;
  const tip = `${scene.full(entry)}: median ${number(p50!)} ms${longestStall === null ? '' : `, longest ${duration(longestStall.ms)} before token ${longestStall.token}`}`;
  return entryGroup(
    ref,
    scene.hue(entry),
    tip,
    html`${text(2, 12, fitted(scene.short(entry), RIGHT - widthOf(summary) - 12))}${text(RIGHT, 12, summary, { anchor: 'end', kind: 'quiet' })}${path(shape([...bins]), 'area', { fill: 'currentColor', opacity: 0.45 })}${strokes}${longestStall === null ? null : mark(0, x(longestStall.ms), BASE - 3, 22)}`,
    y,
  );
}
