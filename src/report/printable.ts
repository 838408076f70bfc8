// Text from files and from the network, made safe to print: whatever a terminal would obey is replaced. Every output goes
// through here before colours are added. Pure.
import type { Page } from './page.js';

/** C0 and C1 but for line breaks, DEL, line separators, and the marks that turn the direction of writing. */
const OBEYED = /(?!\n)[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;
const REPLACED = '\ufffd';

/** Longer texts are names only in damaged files, and take minutes to fit into a table. */
const LONGEST = 20_000;

/** Keeps line breaks. */
export function printable(text: string): string {
  const shown = text.length > LONGEST ? `${text.slice(0, LONGEST)} … (${text.length - LONGEST} more characters)` : text;
  return shown.replaceAll('\r\n', '\n').replaceAll('\t', ' ').replaceAll(OBEYED, REPLACED);
}

export function printableLine(text: string): string {
  return printable(text).replaceAll('\n', ' ');
}

/** What `render` prints of a page. The JSON view keeps its data: see printableJson. */
export function printablePage(page: Page): Page {
  return {
    ...page,
    heading: page.heading.map(printable),
    columns: page.columns.map((column) => ({ ...column, title: printableLine(column.title) })),
    rows: page.rows.map((row) =>
      Object.fromEntries(Object.entries(row).map(([key, cell]) => [key, printableLine(cell)])),
    ),
    notes: page.notes.map(printable),
  };
}

/** JSON with escapes for what JSON itself would leave as it is. */
export function printableJson(json: string): string {
  return json.replaceAll(OBEYED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
