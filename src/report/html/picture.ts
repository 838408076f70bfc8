// A chart as one SVG for slides and READMEs: title, legend, panels, and colours that follow the viewer's light or dark. Pure.

import { present } from '../../stats/present.js';
import type { Chart, LegendItem, Panel } from '../charts/chart.js';
import { type Colour, chartRules, PALETTE } from '../charts/palette.js';
import { mark, text, widthOf } from '../charts/svg.js';
import { html, type Markup } from './markup.js';

const MARGIN = 16;
const GAP = 24;
const MOST_ABREAST = 2;
/** More would not be read on a slide. */
const MOST_PANELS = 12;
const TITLE = 22;

export function chartPicture(chart: Chart): string {
  const all = chart.wide ?? chart.panels;
  const panels = all.slice(0, MOST_PANELS);
  const cut = panels.length < all.length && `The first ${panels.length} of ${all.length}.`;
  const note = present(chart.weights, cut).join(' ');
  const panelWidth = Math.max(...panels.map(({ width }) => width));
  const abreast = Math.min(panels.length, chart.wide === null ? MOST_ABREAST : 1);
  const width = 2 * MARGIN + abreast * panelWidth + (abreast - 1) * GAP;
  const legend = legendOf(chart.legend, width);
  const top = MARGIN + TITLE + legend.height + 8;
  const lines = Array.from({ length: Math.ceil(panels.length / abreast) }, (_, i) =>
    panels.slice(i * abreast, (i + 1) * abreast),
  );
  let y = top;
  const placed = lines.flatMap((line) => {
    const at = y;
    y += Math.max(...line.map(({ height }) => height)) + TITLE + GAP;
    return line.map((panel, i) => panelAt(panel, MARGIN + i * (panelWidth + GAP), at));
  });
  const height = Math.ceil(y - GAP + MARGIN + (note === '' ? 0 : TITLE));
  const literal = (theme: 'light' | 'dark') => (name: Colour) => PALETTE[name][theme];
  const style = `.page{fill:${PALETTE.page.light}}${chartRules(literal('light'))}@media (prefers-color-scheme:dark){.page{fill:${PALETTE.page.dark}}${chartRules(literal('dark'))}}`;
  return html`<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img"><title>${chart.title}</title><style>${{ markup: style }}</style><rect class="page" width="100%" height="100%"/>${text(MARGIN, MARGIN + 12, chart.title, { kind: 'strong' })}<g transform="translate(${MARGIN},${MARGIN + TITLE + 4})">${legend.items}</g>${placed}${note === '' ? null : text(MARGIN, height - MARGIN, note, { kind: 'quiet' })}</svg>
`.markup;
}

function panelAt({ title, body }: Panel, x: number, y: number): Markup {
  return html`<g transform="translate(${x},${y})">${text(0, 12, title, { kind: 'strong' })}<g transform="translate(0,${TITLE})">${body}</g></g>`;
}

/** Items in lines as wide as the picture. */
function legendOf(legend: readonly LegendItem[], width: number): { items: Markup[]; height: number } {
  let [x, y] = [0, 0];
  const items = legend.map(({ hue, shape, text: words }) => {
    const own = widthOf(words) + 34;
    if (x > 0 && x + own > width - 2 * MARGIN) [x, y] = [0, y + 20];
    const item = html`<g class="${hue ?? 'soft'}">${mark(shape ?? 0, x + 6, y + 6, 60)}${text(x + 18, y + 10, words)}</g>`;
    x += own;
    return item;
  });
  return { items, height: legend.length === 0 ? 0 : y + 20 };
}
