// Speed against memory: the decode rate of each case over its peak memory, and the front of those that no other beats in both.
// A panel for each workload; a front for each machine. Pure.
import { curveStepAfter, line as lineOf } from 'd3-shape';
import type { Entry } from '../../contract/views/report.js';
import { groupBy } from '../../stats/group-by.js';
import { isRanked, workloadOf } from '../../stats/report/front.js';
import { number } from '../format.js';
import { html } from '../html/markup.js';
import { type Drawing, NARROW, type Panel, WIDE } from './chart.js';
import { placeWords } from './place.js';
import { fittingScale } from './scales.js';
import { drawnOf, figureText, leftOutNote, type Scene } from './scene.js';
import { entryGroup, fitted, mark, path, text, whisker, xAxis, yAxis } from './svg.js';

/** Memory is thought of in doublings. */
const WIDEST_MEMORY = 4;

export function drawMemorySpeed(scene: Scene): Drawing | null {
  const all = scene.view.entries.filter(
    (entry) =>
      entry.key.workload.kind === 'generate' &&
      entry.metrics.decodeRate !== undefined &&
      entry.metrics.peakRssBytes !== undefined &&
      entry.status !== 'impossible',
  );
  if (all.length === 0) return null;
  const front = new Set(scene.view.fronts.flatMap(({ refs }) => refs));
  const chosenFirst = all.toSorted((a, b) => Number(front.has(b.ref)) - Number(front.has(a.ref)));
  const drawn = drawnOf(chosenFirst);
  const byWorkload = [...groupBy(drawn, workloadOf).values()].sort((a, b) => b.length - a.length);
  const isOne = byWorkload.length === 1;
  return {
    caption: [
      'Up and to the left is better. The stepped line joins the cases of a machine of which no other writes faster in less memory; they are named where there is room.',
      'Strokes are 95 % intervals. A hollow mark is not ranked: it is not shown to compute the same as its reference.',
      ...leftOutNote(all.length, drawn.length, 'cases'),
    ],
    legend: scene.legend(drawn, true),
    panels: byWorkload.map((group) => panelOf(scene, group, front, NARROW)),
    wide: isOne ? byWorkload.map((group) => panelOf(scene, group, front, WIDE)) : null,
    columns: [
      { key: 'case', title: 'case' },
      { key: 'workload', title: 'workload' },
      { key: 'machine', title: 'machine' },
      { key: 'memory', title: 'peak memory', unit: 'MB', align: 'right' },
      { key: 'decode', title: 'decode rate', unit: 'tok/s', align: 'right' },
      { key: 'front', title: 'on the front' },
    ],
    rows: all
      .toSorted((a, b) => a.metrics.peakRssBytes!.median - b.metrics.peakRssBytes!.median)
      .map((entry) => ({
        of: entry.ref,
        cells: {
          case: scene.short(entry),
          workload: workloadOf(entry),
          machine: entry.machine,
          memory: number(entry.metrics.peakRssBytes!.median / 1e6),
          decode: figureText(entry, 'decodeRate').replace(' tok/s', ''),
          front: front.has(entry.ref) ? 'yes' : isRanked(entry) ? 'no' : 'not ranked',
        },
      })),
  };
}

function panelOf(scene: Scene, entries: Entry[], front: Set<string>, width: number): Panel {
  const frame = { left: 44, right: width - 10, top: 34, bottom: width === NARROW ? 250 : 360 };
  const memory = ({ metrics }: Entry) => metrics.peakRssBytes!.median / 1e6;
  const rate = ({ metrics }: Entry) => metrics.decodeRate!.median;
  const x = fittingScale(entries.map(memory), [frame.left, frame.right], WIDEST_MEMORY);
  const highs = entries.map(({ metrics }) => metrics.decodeRate!.interval95?.high ?? metrics.decodeRate!.median);
  const y = fittingScale([...highs, ...entries.map(rate)], [frame.bottom, frame.top]);
  const points = entries.map((entry) => ({ entry, x: x(memory(entry)), y: y(rate(entry)) }));
  const onFront = points.filter(({ entry }) => front.has(entry.ref)).sort((a, b) => a.x - b.x);
  const step = lineOf<{ x: number; y: number }>(
    (point) => point.x,
    (point) => point.y,
  ).curve(curveStepAfter);
  const fronts = [...groupBy(onFront, ({ entry }) => entry.machine).values()].map(
    (own) =>
      html`<g class="${scene.hue(own[0]!.entry)}">${path(step([...own, { x: frame.right, y: own.at(-1)!.y }]), 'front', { fill: 'none', stroke: 'currentColor', 'stroke-width': 1.2, opacity: 0.7 })}</g>`,
  );
  const marks = points.map(({ entry, x: cx, y: cy }) => {
    const { interval95 } = entry.metrics.decodeRate!;
    const floor = y.isLog ? rate(entry) / 10 : 0;
    const stroke =
      interval95 === null ? null : whisker([cx, y(Math.max(floor, interval95.low))], [cx, y(interval95.high)]);
    const tip = `${scene.full(entry)}: ${figureText(entry, 'decodeRate')} in ${figureText(entry, 'peakRssBytes')}`;
    return entryGroup(
      entry.ref,
      scene.hue(entry),
      tip,
      html`${stroke}${mark(scene.shape(entry), cx, cy, 64, !isRanked(entry))}`,
    );
  });
  const named = placeWords(
    onFront.map(({ entry, x: cx, y: cy }) => ({ x: cx, y: cy, words: wordings(scene.short(entry), width) })),
    points,
    frame,
  );
  return {
    title: workloadOf(entries[0]!),
    width,
    height: frame.bottom + 42,
    body: html`${xAxis(frame, { scale: x, ticks: x.ticks, label: 'peak memory, MB' })}${yAxis(frame, { scale: y, ticks: y.ticks, label: 'decode, tok/s' })}${fronts}${marks}${named.map((word) => text(word.x, word.y, word.words, { kind: 'halo', ...(word.anchor === undefined ? {} : { anchor: word.anchor }) }))}`,
  };
}

/** Whole, or cut off. */
function wordings(words: string, width: number): string[] {
  return [fitted(words, width * 0.62), fitted(words, width * 0.36)];
}
