// llama-bench's lists and ranges: `128,512`, `0-4096+512`, `1-64*2`.
import type { Bounds } from '../contract/bounds.js';
import { problem } from '../errors.js';

const RANGE = /^(\d+)(?:-(\d+)(?:([+*])(\d+))?)?$/;
const MOST_VALUES = 1000;
const NUMBERS = 'numbers such as 512, lists such as 128,512, ranges such as 0-4096+512 or 1-64*2';

/** Expands `128,512` or `0-4096*2` (0, then 1, 2, 4 … 4096) into numbers, in order, without duplicates. */
export function parseRanges(option: string, text: string, bounds: Bounds): number[] {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    for (const value of expand(option, part.trim(), bounds)) values.add(value);
    if (values.size > MOST_VALUES) throw tooMany(option, `this list has more than ${MOST_VALUES} values`);
  }
  return [...values];
}

function tooMany(option: string, what: string) {
  return problem('input-invalid', { what: `${option}: ${what}`, expected: 'fewer values, such as a larger step' });
}

function expand(option: string, part: string, { least, most }: Bounds): number[] {
  const refused = (what: string, expected = NUMBERS) =>
    problem('input-invalid', { what: `${option}: ${what}`, expected });
  const match = RANGE.exec(part);
  if (match === null) throw refused(`"${part}" is not a number or a range`);
  const [first, last] = [Number(match[1]), Number(match[2] ?? match[1])];
  if (first < least || last > most) throw refused(`"${part}" is out of range`, `numbers from ${least} to ${most}`);
  const step = Number(match[4] ?? 1);
  const multiply = match[3] === '*';
  if (last < first || step < (multiply ? 2 : 1)) throw refused(`the range "${part}" does not grow`);
  const values: number[] = [];
  for (let value = first; value <= last; value = multiply ? Math.max(1, value * step) : value + step) {
    values.push(value);
    if (values.length > MOST_VALUES) throw tooMany(option, `"${part}" has more than ${MOST_VALUES} values`);
  }
  return values;
}
