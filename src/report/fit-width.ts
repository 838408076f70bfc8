// A table in a terminal that is narrower: a smaller gap, else a last column that wraps, else columns in blocks below each
// other, each with the leading ones that name the rows. Pure.

export interface Layout {
  gap: number;
  /** Places of columns, block by block. */
  blocks: number[][];
  /** Of the last column, where its words wrap. */
  lastWidth: number | null;
}

const GAP = 3;
const SMALL_GAP = 2;
/** A last column of words may be this narrow. */
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
  const right = columns.findIndex(({ align }) => align === 'right');
  const labels = all.slice(0, right < 0 ? 1 : Math.max(1, right));
  const blocks: number[][] = [];
  for (const place of all.slice(labels.length)) {
    const last = blocks.at(-1);
    if (last !== undefined && total([...last, place], GAP) <= most) last.push(place);
    else blocks.push([...labels, place]);
  }
  return { gap: GAP, blocks, lastWidth: null };
}

/**
 * Lines of at most so many characters, broken between words. A longer word and a line that begins with `$ ` stay whole: a
 * path and a command are there to be copied.
 */
export function wrapped(text: string, most: number, indent = ''): string[] {
  if (text.startsWith('$ ')) return [text];
  const lines: string[] = [];
  let rest = text;
  while (rest.length > most) {
    const first = rest.length - rest.trimStart().length;
    const before = rest.lastIndexOf(' ', most);
    const at = before > first ? before : rest.indexOf(' ', Math.max(most, first));
    if (at < 0) break;
    lines.push(rest.slice(0, at).trimEnd());
    rest = indent + rest.slice(at).trimStart();
  }
  return [...lines, rest];
}
