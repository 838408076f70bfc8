// Rows for tables in other programs: JSON lines and CSV, with every column in every row. Pure.
import { type ExportRow, exportRowSchema } from '../../contract/views/export.js';
import { printable, printableJson } from '../printable.js';

const COLUMNS = Object.keys(exportRowSchema.shape) as (keyof ExportRow)[];

export function jsonLine(row: ExportRow): string {
  return `${printableJson(JSON.stringify(Object.fromEntries(COLUMNS.map((name) => [name, row[name]]))))}\n`;
}

export const CSV_HEADER = `${COLUMNS.join(',')}\n`;

/** RFC 4180; what is not known is an empty field. */
export function csvLine(row: ExportRow): string {
  return `${COLUMNS.map((name) => field(row[name])).join(',')}\n`;
}

function field(value: ExportRow[keyof ExportRow]): string {
  const text = value === null ? '' : printable(String(value));
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
