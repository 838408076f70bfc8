// A chart as a section of the page: its words, legend, panels and table. Pure.

import { present } from '../../stats/present.js';
import type { Chart, LegendItem, Panel } from '../charts/chart.js';
import { mark } from '../charts/svg.js';
import { attributes, html, type Markup } from './markup.js';
import { tableOf } from './table.js';

/** So many panels are seen at once; the others open. */
const MOST_OPEN = 9;

export function figureOf(chart: Chart): Markup {
  const { name, title, caption, weights, legend, panels, wide, columns, rows } = chart;
  return html`<section id="${name}"><h2>${title}</h2>
<p class="quiet">${present(...caption, weights).join(' ')}</p>
${legend.length > 0 && html`<ul class="legend">${legend.map(legendItem)}</ul>`}
${wide !== null && html`<div class="panels wide">${wide.map((panel) => panelOf(title, panel))}</div>`}<div class="panels">${panels.slice(0, MOST_OPEN).map((panel) => panelOf(title, panel))}</div>
${panels.length > MOST_OPEN && html`<details class="more"><summary>${panels.length - MOST_OPEN} more</summary><div class="panels">${panels.slice(MOST_OPEN).map((panel) => panelOf(title, panel))}</div></details>`}
<details><summary>The numbers of this chart, as a table</summary>${tableOf(columns, rows, { caption: title })}</details></section>
`;
}

function legendItem({ hue, shape, text }: LegendItem): Markup {
  return html`<li><svg class="chart ${hue ?? 'soft'}" viewBox="0 0 12 12" aria-hidden="true">${mark(shape ?? 0, 6, 6, 60)}</svg>${text}</li>`;
}

function panelOf(title: string, { title: name, width, height, body, of, rows }: Panel): Markup {
  const box = `0 0 ${width} ${height}`;
  const stack = rows === undefined ? {} : { 'data-top': rows.top, 'data-step': rows.step, 'data-box': box };
  const label = `${title}: ${name}. The table below has its numbers.`;
  return html`<figure${attributes({ class: 'panel', 'data-c': of })}><figcaption>${name}</figcaption><svg${attributes({ class: 'chart', viewBox: box, role: 'img', 'aria-label': label, ...stack })}>${body}</svg></figure>
`;
}
