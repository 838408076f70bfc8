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
export function tableOf(
  columns: readonly Column[],
  rows: readonly ChartRow[],
  { caption, href, kind = '' }: TableOptions,
) {
  const used = columns.filter(({ key }) => rows.some(({ cells }) => (cells[key] ?? '') !== ''));
  const kinds = used.map(({ key, align }) => {
    const isLong = rows.some(({ cells }) => (cells[key] ?? '').length > LONG);
    return align === 'right' ? 'right' : isLong ? 'words' : null;
  });
  const head = used.map(
    ({ title, unit }, i) =>
      html`<th scope="col"${attributes({ class: kinds[i] })}>${title}${unit !== undefined && html`<span class="unit">${unit}</span>`}</th>`,
  );
  return html`<p class="above">${caption}</p><div class="scroll${rows.length > 60 ? ' long' : ''}" tabindex="0" role="region" aria-label="${caption}"><table class="sortable ${kind}" aria-label="${caption}"><thead><tr>${head}</tr></thead><tbody>
${rows.map((row) => rowOf(used, kinds, row, href?.(row) ?? null))}</tbody></table></div>`;
}

/** Longer cells wrap. */
const LONG = 34;

function rowOf(
  columns: readonly Column[],
  kinds: readonly (string | null)[],
  { of, cells }: ChartRow,
  href: string | null,
): Markup {
  const content = columns.map(({ key }, i) => {
    const words = cells[key] ?? '';
    if (i === 0)
      return html`<th scope="row"${attributes({ class: kinds[i] })}>${href === null ? words : html`<a href="${href}">${words}</a>`}</th>`;
    return html`<td${attributes({ class: kinds[i] })}>${words}</td>`;
  });
  return html`<tr${attributes({ 'data-c': of })}>${content}</tr>
`;
}
