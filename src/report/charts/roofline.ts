// The roofline: what read bandwidth and matrix products of a machine allow at every ratio of operations to bytes, and where
// prefill and decode of each case lie below it. Pure. docs/ceilings.md.
import type { Entry, RoofPoint, Roofs } from '../../contract/views/report.js';
import { ARITHMETICS } from '../../contract/work.js';
import { workloadOf } from '../../stats/report/front.js';
import { bytes, number, plural } from '../format.js';
import { html, type Markup } from '../html/markup.js';
import { type Drawing, NARROW, type Panel, WIDE } from './chart.js';
import { logScale } from './scales.js';
import type { Scene } from './scene.js';
import { entryGroup, type Frame, line, mark, text, tick, widthOf, xAxis, yAxis } from './svg.js';

const GIGA = 1e9;
/** A phase has one shape here, whatever shapes mean elsewhere: circle and triangle. */
const SHAPES = { decode: 0, prefill: 5 } as const;

export function drawRoofline(scene: Scene): Drawing | null {
  const { roofs } = scene.view;
  if (roofs.length === 0) return null;
  const points = roofs.flatMap((roof) => roof.points.map((point) => ({ roof, point, entry: scene.entry(point.ref) })));
  const entries = points.map(({ entry }) => entry);
  return {
    caption: [
      'Left of the bend memory is the limit, right of it products are. A case stands as far below its roof as it wastes. Both axes are logarithmic; the roofs were measured in the same run.',
    ],
    legend: [
      ...scene.legend(entries, false),
      { hue: null, shape: SHAPES.decode, text: 'decode' },
      { hue: null, shape: SHAPES.prefill, text: 'prefill' },
    ],
    panels: roofs.map((roof) => panelOf(scene, roof, NARROW, roofs.length > 1)),
    wide: roofs.length === 1 ? roofs.map((roof) => panelOf(scene, roof, WIDE, false)) : null,
    columns: [
      { key: 'case', title: 'case' },
      { key: 'workload', title: 'workload' },
      { key: 'machine', title: 'machine' },
      { key: 'phase', title: 'phase' },
      { key: 'intensity', title: 'operations a byte', align: 'right' },
      { key: 'speed', title: 'speed', unit: 'Gop/s', align: 'right' },
      { key: 'share', title: 'of ceiling', align: 'right' },
      { key: 'bound', title: 'bound by' },
    ],
    rows: points.map(({ roof, point, entry }) => ({
      of: point.ref,
      cells: {
        case: scene.short(entry),
        workload: workloadOf(entry),
        machine: roof.machine,
        phase: point.phase,
        intensity: number(point.operationsPerByte),
        speed: number(point.operationsPerSecond / GIGA),
        share: point.share === null ? 'no ceiling' : `${Math.round(point.share * 100)} %`,
        bound: point.boundBy ?? '',
      },
    })),
  };
}

function panelOf(scene: Scene, roof: Roofs, width: number, hasMany: boolean): Panel {
  const frame = { left: 50, right: width - 10, top: 34, bottom: width === NARROW ? 250 : 360 };
  const products = ARITHMETICS.flatMap((name) => {
    const rate = roof.operationsPerSecond[name];
    return rate === undefined ? [] : [{ name, rate: rate / GIGA }];
  });
  const bandwidth = roof.bytesPerSecond / GIGA;
  const bends = products.map(({ rate }) => rate / bandwidth);
  const speeds = roof.points.map((point) => point.operationsPerSecond / GIGA);
  const x = logScale([...roof.points.map((point) => point.operationsPerByte), ...bends], [frame.left, frame.right]);
  const y = logScale([...speeds, ...products.map(({ rate }) => rate)], [frame.bottom, frame.top]);
  const where = `${roof.ep}, ${plural(roof.threads, 'thread')}, ${bytes(roof.bytesPerSecond)}/s`;
  return {
    title: hasMany ? `${roof.machine} · ${where}` : where,
    width,
    height: frame.bottom + 42,
    body: html`${xAxis(frame, { scale: x, ticks: x.ticks, label: 'operations a byte', format: tick })}${yAxis(frame, { scale: y, ticks: y.ticks, label: 'billion operations a second', format: tick })}${roofLines(frame, x, y, bandwidth, products)}${roof.points.map((point) => markOf(scene.entry(point.ref), point, x, y, scene))}`,
  };
}

type Position = (value: number) => number;

function roofLines(
  frame: Frame,
  x: Position,
  y: Position,
  bandwidth: number,
  products: { name: string; rate: number }[],
): Markup {
  // Where a sloped line enters the frame: from the left or from below.
  const unscaled = (pixels: number) => invert(x, pixels);
  const [first, last] = [unscaled(frame.left), unscaled(frame.right)];
  const lowest = invert(y, frame.bottom);
  const start = Math.max(first, lowest / bandwidth);
  const top = Math.max(...products.map(({ rate }) => rate), start * bandwidth);
  const bend = Math.min(last, top / bandwidth);
  const slope = line(x(start), y(start * bandwidth), x(bend), y(bend * bandwidth), 'roof');
  const level = products.map(({ name, rate }) => {
    const from = Math.max(first, Math.min(last, rate / bandwidth));
    const words = `${name} ${tick(Math.round(rate))}`;
    const middle = (x(from) + frame.right) / 2;
    const named = text(middle, y(rate) - 5, words, { anchor: 'middle', kind: 'halo quiet' });
    const fits = frame.right - x(from) > widthOf(words) + 8;
    return html`${line(x(from), y(rate), frame.right, y(rate), 'roof')}${fits ? named : null}`;
  });
  return html`${slope}${level}`;
}

/** The value at a pixel of a logarithmic scale. */
function invert(scale: Position, pixels: number): number {
  const [one, ten] = [scale(1), scale(10)];
  return 10 ** ((pixels - one) / (ten - one));
}

function markOf(entry: Entry, point: RoofPoint, x: Position, y: Position, scene: Scene): Markup {
  const share = point.share === null ? '' : `, ${Math.round(point.share * 100)} % of the ceiling (${point.boundBy})`;
  const speed = point.operationsPerSecond / GIGA;
  const tip = `${point.phase} of ${scene.full(entry)}: ${number(speed)} Gop/s at ${number(point.operationsPerByte)} operations a byte${share}`;
  return entryGroup(point.ref, scene.hue(entry), tip, mark(SHAPES[point.phase], x(point.operationsPerByte), y(speed)));
}
