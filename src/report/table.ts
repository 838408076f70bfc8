// A page as a table for people: headings, aligned columns, notes. In a narrow terminal lines break where they should. Pure.
import stringWidth from 'string-width';
import { labelColumns, layoutOf, wrapped } from './fit-width.js';
import type { Column, Page } from './page.js';

export interface Style {
  strong(text: string): string;
  faint(text: string): string;
}

export const PLAIN: Style = { strong: (text) => text, faint: (text) => text };

const INDENT = '  ';

/** `most`: columns of the terminal. */
export function table({ heading, columns, rows, notes }: Page, style: Style, most: number): string {
  const fitted = (text: string) => text.split('\n').flatMap((line) => wrapped(line, most, INDENT));
  const isTooWide = layoutOf(sizedColumns(columns, rows), most).blocks.length !== 1;
  const spreads = isTooWide ? spreadsIn(rows) : [];
  const shown = isTooWide ? rows.map(withoutSpreads) : rows;
  const body = [
    ...heading.flatMap((text, i) => fitted(text).map(i === 0 ? style.strong : style.faint)),
    ...(heading.length > 0 && rows.length > 0 ? [''] : []),
    ...(rows.length > 0 ? tableLines(columns, shown, style, most) : []),
    ...(notes.length > 0 || spreads.length > 0 ? [''] : []),
    ...notes.flatMap(fitted),
    ...(spreads.length > 0
      ? fitted(`Left out of the table at ${most} columns: ±, at most ${largest(spreads)} %.`)
      : []),
  ];
  return `${body.join('\n')}\n`;
}

/** What a narrow table leaves out first: ` ± 1.2 %` at the end of a cell. */
const SPREAD = / ± (>?[\d.]+) %$/;

function withoutSpreads(row: Page['rows'][number]): Page['rows'][number] {
  return Object.fromEntries(Object.entries(row).map(([key, cell]) => [key, cell.replace(SPREAD, '')]));
}

function spreadsIn(rows: Page['rows']): string[] {
  return rows.flatMap((row) => Object.values(row).flatMap((cell) => SPREAD.exec(cell)?.[1] ?? []));
}

function largest(spreads: string[]): string {
  const size = (text: string) => (text.startsWith('>') ? Number.POSITIVE_INFINITY : Number(text));
  return spreads.reduce((a, b) => (size(b) > size(a) ? b : a));
}

type SizedColumn = Column & { align: 'left' | 'right'; width: number };

function sizedColumns(columns: Column[], rows: Page['rows']): SizedColumn[] {
  return columns.map((column) => {
    const cells = [column.title, column.unit ?? '', ...rows.map((row) => row[column.key] ?? '')];
    const width = cells.reduce((widest, cell) => Math.max(widest, stringWidth(cell)), 0);
    return { ...column, align: column.align ?? 'left', width };
  });
}

/** Row by row, where not even the columns that name a row fit beside a number. */
function stackedLines(columns: SizedColumn[], rows: Page['rows'], style: Style, most: number): string[] {
  const labels = columns.slice(0, labelColumns(columns));
  const figures = columns.slice(labels.length);
  const width = figures.reduce((widest, { title }) => Math.max(widest, stringWidth(title)), 0);
  // An empty first label means that of the row above.
  let first = '';
  return rows.flatMap((row, i) => {
    first = row[labels[0]!.key] || first;
    const name = [first, ...labels.slice(1).map(({ key }) => row[key] ?? '')].filter((cell) => cell !== '');
    return [
      ...(i > 0 ? [''] : []),
      ...wrapped(name.join(' '), most, INDENT).map(style.strong),
      ...figures
        .filter(({ key }) => (row[key] ?? '') !== '')
        .flatMap(({ key, title, unit }) =>
          wrapped(`${INDENT}${pad(title, width, 'left')} ${row[key]} ${unit ?? ''}`.trimEnd(), most, INDENT + INDENT),
        ),
    ];
  });
}

function tableLines(columns: Column[], rows: Page['rows'], style: Style, most: number): string[] {
  const sized = sizedColumns(columns, rows);
  const { gap, blocks, lastWidth } = layoutOf(sized, most);
  if (blocks.length === 0) return stackedLines(sized, rows, style, most);
  const space = ' '.repeat(gap);
  return blocks.flatMap((places, block) => {
    const shown = places.map((place) => sized[place]!);
    const line = (cell: (column: Column) => string) =>
      shown
        .map((column) => pad(cell(column), column.width, column.align))
        .join(space)
        .trimEnd();
    const rowLines = (row: Record<string, string>) => {
      if (lastWidth === null) return [line(({ key }) => row[key] ?? '')];
      const last = shown.at(-1)!;
      const [first, ...more] = wrapped(row[last.key] ?? '', lastWidth);
      const before = sized.slice(0, -1).reduce((sum, column) => sum + column.width + gap, 0);
      return [
        line((column) => (column === last ? first! : (row[column.key] ?? ''))),
        ...more.map((text) => ' '.repeat(before) + text),
      ];
    };
    return [
      ...(block > 0 ? [''] : []),
      style.strong(line(({ title }) => title)),
      ...(shown.some(({ unit }) => unit !== undefined) ? [style.faint(line(({ unit }) => unit ?? ''))] : []),
      ...rows.flatMap(rowLines),
    ];
  });
}

function pad(text: string, size: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, size - stringWidth(text)));
  return align === 'right' ? space + text : text + space;
}
