// Places words beside marks so that none covers another: right, left, above, below; where no place is free the words are left
// out, and the table has them. Pure.
import type { Frame } from './svg.js';
import { widthOf } from './svg.js';

export interface Wanted {
  x: number;
  y: number;
  /** What is said where there is room, then what is said instead. */
  words: readonly string[];
}

interface Placed {
  x: number;
  y: number;
  words: string;
  anchor: 'middle' | 'end' | undefined;
}

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const DISTANCE = 8;
const HEIGHT = 13;

/** `marks`: all points that are drawn, which words keep off as well. */
export function placeWords(
  wanted: readonly Wanted[],
  marks: readonly { x: number; y: number }[],
  frame: Frame,
): Placed[] {
  const taken: Box[] = marks.map(({ x, y }) => ({ left: x - 5, right: x + 5, top: y - 5, bottom: y + 5 }));
  return wanted.flatMap(({ x, y, words }) => {
    for (const text of words) {
      const width = widthOf(text);
      for (const { at, base, anchor, left } of placesAround(x, y, width)) {
        const box = { left, right: left + width, top: base - HEIGHT + 3, bottom: base + 3 };
        if (!isInside(box, frame) || taken.some((other) => meet(box, other))) continue;
        taken.push(box);
        return [{ x: at, y: base, words: text, anchor }];
      }
    }
    return [];
  });
}

function placesAround(x: number, y: number, width: number) {
  const right = { at: x + DISTANCE, anchor: undefined, left: x + DISTANCE };
  const left = { at: x - DISTANCE, anchor: 'end' as const, left: x - DISTANCE - width };
  const middle = { at: x, anchor: 'middle' as const, left: x - width / 2 };
  const [above, beside, below] = [y - DISTANCE, y + 4, y + DISTANCE + 10];
  return [
    { ...right, base: above },
    { ...right, base: beside },
    { ...left, base: beside },
    { ...middle, base: above },
    { ...middle, base: below },
    { ...left, base: above },
    { ...right, base: below },
    { ...left, base: below },
  ];
}

function isInside({ left, right, top, bottom }: Box, frame: Frame): boolean {
  return left >= frame.left + 2 && right <= frame.right && top >= frame.top - 12 && bottom <= frame.bottom;
}

function meet(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
