// The strokes that charts are made of: lines, words, marks, whiskers, axes. Strings, without a document to draw in. Pure.
import { type SymbolType, symbol, symbolsFill } from 'd3-shape';
import stringWidth from 'string-width';
import { number } from '../format.js';
import { attributes, html, type Markup } from '../html/markup.js';

export type Scale = (value: number) => number;

const fixed = (value: number) => Number(value.toFixed(1));

export function line(x1: number, y1: number, x2: number, y2: number, kind: string): Markup {
  const [a, b, c, d] = [x1, y1, x2, y2].map(fixed);
  return html`<path class="${kind}" d="M${a!},${b!}L${c!},${d!}"/>`;
}

export function path(d: string | null, kind: string, more: Record<string, string | number> = {}): Markup {
  return html`<path class="${kind}" d="${d ?? ''}"${attributes(more)}/>`;
}

interface TextOptions {
  anchor?: 'middle' | 'end';
  kind?: string;
  turn?: number;
}

export function text(x: number, y: number, words: string, { anchor, kind, turn }: TextOptions = {}): Markup {
  const place = { x: fixed(x), y: fixed(y), 'text-anchor': anchor, class: kind };
  const transform = turn === undefined ? undefined : `rotate(${turn} ${fixed(x)} ${fixed(y)})`;
  return html`<text${attributes({ ...place, transform })}>${words}</text>`;
}

export function bar(x: number, y: number, width: number, height: number, opacity = 1): Markup {
  const sizes = { x: fixed(x), y: fixed(y), width: fixed(Math.max(0, width)), height: fixed(height) };
  return html`<rect${attributes({ ...sizes, fill: 'currentColor', opacity: opacity === 1 ? null : opacity })}/>`;
}

/** One of seven shapes, of equal area. */
export function mark(shape: number, x: number, y: number, area = 64, isHollow = false): Markup {
  const paint = isHollow ? { fill: 'none', stroke: 'currentColor', 'stroke-width': 1.6 } : { fill: 'currentColor' };
  if (shape === 0)
    return html`<circle${attributes({ cx: fixed(x), cy: fixed(y), r: fixed(Math.sqrt(area / Math.PI)), ...paint })}/>`;
  const type = symbolsFill[shape % symbolsFill.length] as SymbolType;
  return html`<path d="${symbol(type, area)() ?? ''}" transform="translate(${fixed(x)},${fixed(y)})"${attributes(paint)}/>`;
}

/** From one end of an interval to the other, with a stroke across each end. */
export function whisker(from: [number, number], to: [number, number]): Markup {
  const [[x1, y1], [x2, y2]] = [from.map(fixed), to.map(fixed)] as [[number, number], [number, number]];
  const isLevel = y1 === y2;
  const end = (x: number, y: number) => (isLevel ? `M${x},${y - 3}v6` : `M${x - 3},${y}h6`);
  return html`<path d="M${x1},${y1}L${x2},${y2}${end(x1, y1)}${end(x2, y2)}" fill="none" stroke="currentColor" stroke-width="1.3"/>`;
}

/** What belongs to an entry: it has a tip and can be filtered. */
/** What is said of a mark that stands in a panel of its own. */
export function tipped(tip: string, content: Markup | Markup[]): Markup {
  return html`<g><title>${tip}</title>${content}</g>`;
}

export function entryGroup(ref: string, hue: string, tip: string, content: Markup | Markup[], y?: number): Markup {
  const transform = y === undefined ? null : `translate(0,${fixed(y)})`;
  return html`<g${attributes({ class: hue, 'data-c': ref, transform })}><title>${tip}</title>${content}</g>`;
}

/** Of the widest of the common fonts at 12 pixels. */
const PIXELS_PER_COLUMN = 7;

export function widthOf(words: string): number {
  return stringWidth(words) * PIXELS_PER_COLUMN;
}

/** Cut off where it would be wider. */
export function fitted(words: string, pixels: number): string {
  if (widthOf(words) <= pixels) return words;
  const letters = [...words];
  while (letters.length > 1 && widthOf(`${letters.join('')}…`) > pixels) letters.pop();
  return `${letters.join('').trimEnd()}…`;
}

export interface Frame {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

interface Axis {
  scale: Scale;
  ticks: readonly number[];
  label: string;
  format?: (value: number) => string;
}

export function xAxis({ left, right, top, bottom }: Frame, { scale, ticks, label, format = tick }: Axis): Markup[] {
  return [
    ...ticks.map((value) => line(scale(value), top, scale(value), bottom, 'grid')),
    line(left, bottom, right, bottom, 'axis'),
    ...ticks.map((value) => text(scale(value), bottom + 16, format(value), { anchor: 'middle', kind: 'quiet' })),
    ...(label === '' ? [] : [text((left + right) / 2, bottom + 34, label, { anchor: 'middle', kind: 'quiet' })]),
  ];
}

/** Its label stands above it, so that it is read without turning the head. */
export function yAxis({ left, right, top }: Frame, { scale, ticks, label, format = tick }: Axis): Markup[] {
  return [
    ...ticks.map((value) => line(left, scale(value), right, scale(value), 'grid')),
    ...ticks.map((value) => text(left - 6, scale(value) + 4, format(value), { anchor: 'end', kind: 'quiet' })),
    text(2, top - 12, label, { kind: 'quiet' }),
  ];
}

/** 0 · 0.5 · 20 · 1,000: without digits that only say zero. */
export function tick(value: number): string {
  return value === 0
    ? '0'
    : Number.isInteger(value)
      ? value.toLocaleString('en-US')
      : number(value).replace(/\.?0+$/, '');
}
