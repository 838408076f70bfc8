// One answer, five forms: a table for people, Markdown, CSV, JSON, JSON lines. Pure: text in, text out.
import { type Style, table } from './table.js';

export const OUTPUT_FORMATS = ['table', 'md', 'json', 'jsonl', 'csv'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

export interface Column {
  key: string;
  title: string;
  unit?: string;
  align?: 'left' | 'right';
}

export interface View {
  /** Lines above the table: what this is about. */
  heading: string[];
  columns: Column[];
  rows: Record<string, string>[];
  /** Lines below the table: conclusion first, then warnings. */
  notes: string[];
  /** The derived, documented object behind `-o json`. */
  json: unknown;
  /** One flat record a line for `-o jsonl` and `-o csv`; numbers bare, unknowns null. */
  records: Record<string, string | number | boolean | null>[];
}

/** `most` is how wide the terminal is that a table is printed to. */
export function render(view: View, format: OutputFormat, style: Style, most = Number.POSITIVE_INFINITY): string {
  switch (format) {
    case 'table':
      return table(view, style, most);
    case 'md':
      return markdown(view);
    case 'json':
      return `${JSON.stringify(view.json, null, 2)}\n`;
    case 'jsonl':
      return view.records.map((record) => `${JSON.stringify(record)}\n`).join('');
    case 'csv':
      return csv(view);
  }
}

function markdown(view: View): string {
  const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const title = ({ title, unit }: Column) => cell(unit === undefined ? title : `${title} (${unit})`);
  const lines = [
    `| ${view.columns.map(title).join(' | ')} |`,
    `| ${view.columns.map((column) => (column.align === 'right' ? '---:' : '---')).join(' | ')} |`,
    ...view.rows.map((row) => `| ${view.columns.map((column) => cell(row[column.key] ?? '')).join(' | ')} |`),
  ];
  return [...view.heading, '', ...lines, '', ...view.notes, ''].join('\n');
}

/** RFC 4180: fields with a comma, quote or line break are quoted. */
function csv(view: View): string {
  const field = (value: unknown) => {
    const text = value === null || value === undefined ? '' : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const keys = [...new Set(view.records.flatMap((record) => Object.keys(record)))];
  return [keys, ...view.records.map((record) => keys.map((key) => record[key]))]
    .map((row) => `${row.map(field).join(',')}\n`)
    .join('');
}
