// How a table fits into a terminal that is too narrow for it: with smaller gaps, else with a last column that wraps, else
// in blocks below each other, each beginning with the columns that name the rows, else row by row. Pure.
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';

interface Layout {
  gap: number;
  /** Indices of columns, block by block; no block where a number does not fit beside the columns that name its row. */
  blocks: number[][];
  /** Width of a last column whose words wrap; null where it does not. */
  lastWidth: number | null;
}

const GAP = 3;
const SMALL_GAP = 2;
/** A last column of words is not made narrower than this. */
const LEAST_WORDS = 15;

export interface FittedColumn {
  width: number;
  align: 'left' | 'right';
}

export function layoutOf(columns: FittedColumn[], most: number): Layout {
  const all = columns.map((_, i) => i);
  const total = (places: number[], gap: number) =>
    places.reduce((sum, place) => sum + columns[place]!.width, 0) + gap * Math.max(0, places.length - 1);
  const whole = { blocks: [all], lastWidth: null };
  if (total(all, GAP) <= most) return { gap: GAP, ...whole };
  if (total(all, SMALL_GAP) <= most) return { gap: SMALL_GAP, ...whole };
  const lastWidth = most - total(all.slice(0, -1), SMALL_GAP) - SMALL_GAP;
  if (columns.at(-1)!.align === 'left' && lastWidth >= LEAST_WORDS) return { gap: SMALL_GAP, blocks: [all], lastWidth };
  const labels = all.slice(0, labelColumns(columns));
  const others = all.slice(labels.length);
  const blocks: number[][] = [];
  if (others.some((place) => total([...labels, place], GAP) > most)) return { gap: GAP, blocks, lastWidth: null };
  for (const place of others) {
    const last = blocks.at(-1);
    if (last !== undefined && total([...last, place], GAP) <= most) last.push(place);
    else blocks.push([...labels, place]);
  }
  return { gap: GAP, blocks, lastWidth: null };
}

/** How many columns name the row: those before the first number, at least one. */
export function labelColumns(columns: readonly Pick<FittedColumn, 'align'>[]): number {
  return Math.max(
    1,
    columns.findIndex(({ align }) => align === 'right'),
  );
}

/**
 * Lines of at most `most` columns, broken between words; all but the first are indented. A longer word and a line that
 * begins with `$ ` stay whole, because paths and commands are there to be copied.
 */
export function wrapped(text: string, most: number, indent = ''): string[] {
  if (text.startsWith('$ ') || stringWidth(text) <= most) return [text];
  const words = text.trimStart().split(' ');
  const lead = text.slice(0, text.length - text.trimStart().length);
  // wrap-ansi knows no hanging indent: the first line is wrapped by itself.
  const [first] = wrapAnsi(words.join(' '), Math.max(1, most - lead.length)).split('\n');
  const fitting = first!.split(' ').length;
  const rest = words.slice(fitting).join(' ').trimStart();
  const lines = rest === '' ? [] : wrapAnsi(rest, Math.max(1, most - indent.length)).split('\n');
  return [lead + words.slice(0, fitting).join(' '), ...lines.map((line) => indent + line)];
}
