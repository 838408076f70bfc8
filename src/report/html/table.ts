// Tables of a report page: they scroll by themselves where they are wider than the screen, and each row knows its entry. Pure.
import type { ChartRow } from '../charts/chart.js';
import type { Column } from '../page.js';
import { attributes, html, type Markup } from './markup.js';

interface TableOptions {
  caption: string;
  /** Rows whose first cell leads to this place. */
  href?: (row: ChartRow) => string | null;
  kind?: string;
}

/** Columns without a value in any row are left out. */
export function tableOf(columns: readonly Column[], rows: readonly ChartRow[], { caption, href, kind = '' }: TableOptions) {
  const used = columns.filter(({ key }) => rows.some(({ cells }) => (cells[key] ?? '') !== ''));
  const head = used.map(
    ({ title, unit, align }) =>
      html`<th scope="col"${attributes({ class: align === 'right' ? 'right' : null })}>${title}${unit !== undefined && html`<span class="unit">${unit}</span>`}</th>`,
  );
  return html`<div class="scroll${rows.length > 60 ? ' long' : ''}" tabindex="0" role="region" aria-label="${caption}"><table class="sortable ${kind}"><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>
${rows.map((row) => rowOf(used, row, href?.(row) ?? null))}</tbody></table></div>`;
}

function rowOf(columns: readonly Column[], { of, cells }: ChartRow, href: string | null): Markup {
  const content = columns.map(({ key, align }, i) => {
    const words = cells[key] ?? '';
    if (i === 0) return html`<th scope="row">${href === null ? words : html`<a href="${href}">${words}</a>`}</th>`;
    return html`<td${attributes({ class: align === 'right' ? 'right' : null })}>${words}</td>`;
  });
  return html`<tr${attributes({ 'data-c': of })}>${content}</tr>
`;
}
