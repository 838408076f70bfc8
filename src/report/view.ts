// One answer, five forms: a table for people, Markdown, CSV, JSON, JSON lines. Pure: text in, text out.
import { stripVTControlCharacters } from 'node:util';

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

export interface Style {
  strong(text: string): string;
  faint(text: string): string;
}

export const PLAIN: Style = { strong: (text) => text, faint: (text) => text };

export function render(view: View, format: OutputFormat, style: Style): string {
  switch (format) {
    case 'table':
      return table(view, style);
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

function table(view: View, style: Style): string {
  const { columns, rows } = view;
  const hasUnits = columns.some((column) => column.unit !== undefined);
  const widths = columns.map(({ key, title, unit }) =>
    Math.max(width(title), width(unit ?? ''), ...rows.map((row) => width(row[key] ?? ''))),
  );
  const line = (cell: (column: Column) => string) =>
    columns
      .map((column, i) => pad(cell(column), widths[i]!, column.align))
      .join('   ')
      .trimEnd();
  const body = [
    ...view.heading.map((text, i) => (i === 0 ? style.strong(text) : style.faint(text))),
    ...(view.heading.length > 0 && rows.length > 0 ? [''] : []),
    ...(rows.length > 0 ? [style.strong(line((column) => column.title))] : []),
    ...(rows.length > 0 && hasUnits ? [style.faint(line((column) => column.unit ?? ''))] : []),
    ...rows.map((row) => line((column) => row[column.key] ?? '')),
    ...(view.notes.length > 0 ? ['', ...view.notes] : []),
  ];
  return `${body.join('\n')}\n`;
}

function width(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}

function pad(text: string, size: number, align: Column['align']): string {
  const space = ' '.repeat(Math.max(0, size - width(text)));
  return align === 'right' ? space + text : text + space;
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
