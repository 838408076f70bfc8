// One answer, five forms: a table for people, Markdown, CSV, JSON, JSON lines. Pure.
import type { Column, Page } from './page.js';
import { printable, printableJson, printablePage } from './printable.js';
import { type Style, table } from './table.js';

export const OUTPUT_FORMATS = ['table', 'md', 'json', 'jsonl', 'csv'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** `columns`: the width of the terminal that a table is printed to. */
export function render(page: Page, format: OutputFormat, style: Style, columns = Number.POSITIVE_INFINITY): string {
  switch (format) {
    case 'table':
      return table(printablePage(page), style, columns);
    case 'md':
      return markdown(printablePage(page));
    case 'json':
      return `${printableJson(JSON.stringify(page.json, null, 2))}\n`;
    case 'jsonl':
      return page.records.map((record) => `${printableJson(JSON.stringify(record))}\n`).join('');
    case 'csv':
      return csv(page);
  }
}

function markdown(page: Page): string {
  const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const title = ({ title, unit }: Column) => cell(unit === undefined ? title : `${title} (${unit})`);
  const lines = [
    `| ${page.columns.map(title).join(' | ')} |`,
    `| ${page.columns.map((column) => (column.align === 'right' ? '---:' : '---')).join(' | ')} |`,
    ...page.rows.map((row) => `| ${page.columns.map((column) => cell(row[column.key] ?? '')).join(' | ')} |`),
  ];
  // Lists, because Markdown would run the lines together into one paragraph.
  const items = (texts: string[]) => texts.map((text) => `- ${text.replaceAll('\n', '\n  ')}`);
  return [
    ...block(items(page.heading)),
    ...block(page.rows.length === 0 ? [] : lines),
    ...block(items(page.notes)),
  ].join('\n');
}

function block(lines: string[]): string[] {
  return lines.length === 0 ? [] : [...lines, ''];
}

/** RFC 4180: fields with a comma, quote or line break are quoted. */
function csv(page: Page): string {
  const field = (value: unknown) => {
    const text = value === null || value === undefined ? '' : printable(String(value));
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const keys = [...new Set(page.records.flatMap((record) => Object.keys(record)))];
  return [keys, ...page.records.map((record) => keys.map((key) => record[key]))]
    .map((row) => `${row.map(field).join(',')}\n`)
    .join('');
}
