// A page as a table for people: headings, aligned columns, notes. In a narrow terminal lines break where they should. Pure.
import stringWidth from 'string-width';
import { layoutOf, wrapped } from './fit-width.js';
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
  const body = [
    ...heading.flatMap((text, i) => fitted(text).map(i === 0 ? style.strong : style.faint)),
    ...(heading.length > 0 && rows.length > 0 ? [''] : []),
    ...(rows.length > 0 ? tableLines(columns, rows, style, most) : []),
    ...(notes.length > 0 ? ['', ...notes.flatMap(fitted)] : []),
  ];
  return `${body.join('\n')}\n`;
}

function tableLines(columns: Column[], rows: Page['rows'], style: Style, most: number): string[] {
  const sized = columns.map((column) => {
    const cells = [column.title, column.unit ?? '', ...rows.map((row) => row[column.key] ?? '')];
    const width = cells.reduce((widest, cell) => Math.max(widest, stringWidth(cell)), 0);
    return { ...column, align: column.align ?? 'left', width };
  });
  const { gap, blocks, lastWidth } = layoutOf(sized, most);
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
