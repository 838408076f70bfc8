// llama-bench's lists and ranges: `128,512`, `0-4096+512`, `1-64*2`.
import { problem } from '../errors.js';

const RANGE = /^(\d+)(?:-(\d+)(?:([+*])(\d+))?)?$/;
const MOST_VALUES = 1000;

/** Expands `128,512` or `0-4096*2` (0, then 1, 2, 4 … 4096) into numbers, in order, without duplicates. */
export function parseRanges(option: string, text: string, least: number): number[] {
  const values = new Set<number>();
  for (const part of text.split(',')) for (const value of expand(option, part.trim())) values.add(value);
  for (const value of values) {
    if (value < least || !Number.isSafeInteger(value)) {
      throw problem('input-invalid', {
        what: `${option} ${text}: ${value} is out of range`,
        expected: `numbers of ${least} or more`,
      });
    }
  }
  return [...values];
}

function expand(option: string, part: string): number[] {
  const match = RANGE.exec(part);
  const expected = 'numbers such as 512, lists such as 128,512, ranges such as 0-4096+512 or 1-64*2';
  if (match === null)
    throw problem('input-invalid', { what: `${option}: "${part}" is not a number or a range`, expected });
  const [first, last] = [Number(match[1]), Number(match[2] ?? match[1])];
  if (!Number.isSafeInteger(last)) {
    throw problem('input-invalid', { what: `${option}: "${part}" is out of range`, expected });
  }
  const step = Number(match[4] ?? 1);
  const multiply = match[3] === '*';
  if (last < first || step < (multiply ? 2 : 1)) {
    throw problem('input-invalid', { what: `${option}: the range "${part}" does not grow`, expected });
  }
  const values: number[] = [];
  for (let value = first; value <= last; value = multiply ? Math.max(1, value * step) : value + step) {
    values.push(value);
    if (values.length > MOST_VALUES) {
      throw problem('input-invalid', {
        what: `${option}: "${part}" has more than ${MOST_VALUES} values`,
        expected: 'a larger step',
      });
    }
  }
  return values;
}
