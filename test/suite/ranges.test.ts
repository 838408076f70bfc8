// Lists and ranges of numbers: llama-bench's grammar, and words for what is none.
import { describe, expect, it } from 'vitest';
import { uniform } from '../../src/stats/random.js';
import { parseRanges } from '../../src/suite/ranges.js';
import { thrownBy } from '../fixtures/thrown.js';

const from = (least: number) => ({ least, most: 2 ** 24 });

describe('parseRanges', () => {
  // The examples of llama-bench's README and --help, and what its loop makes of them.
  it.each([
    ['512', [512]],
    ['128,512', [128, 512]],
    ['1-4', [1, 2, 3, 4]],
    ['10-20+5', [10, 15, 20]],
    ['0-4096+1024', [0, 1024, 2048, 3072, 4096]],
    ['1-64*2', [1, 2, 4, 8, 16, 32, 64]],
    ['3-100*3', [3, 9, 27, 81]],
    ['5-5', [5]],
    ['10-21+5', [10, 15, 20]],
    ['512,1-3,64-256*2', [512, 1, 2, 3, 64, 128, 256]],
  ])('%s is %j', (text, expected) => {
    expect(parseRanges('--prompt', text, from(0))).toEqual(expected);
  });

  it('goes beyond llama-bench where a product starts at zero: then one, and on from there', () => {
    expect(parseRanges('--depth', '0-4096*2', from(0))).toEqual([0, ...Array.from({ length: 13 }, (_, i) => 2 ** i)]);
    expect(parseRanges('--depth', '0-0*2', from(0))).toEqual([0]);
  });

  it('equals the loop of llama-bench for 300 random lists', () => {
    const next = uniform(5);
    const number = (most: number) => Math.floor(next() * most);
    for (let i = 0; i < 300; i++) {
      const parts = Array.from({ length: 1 + number(3) }, () => {
        const first = 1 + number(50);
        const last = first + number(200);
        return [
          `${first}`,
          `${first}-${last}`,
          `${first}-${last}+${1 + number(9)}`,
          `${first}-${last}*${2 + number(3)}`,
        ][number(4)]!;
      });
      const text = parts.join(',');
      expect(parseRanges('-p', text, from(1)), text).toEqual([...new Set(parts.flatMap(llamaBench))]);
    }
  });

  it('drops what comes twice and allows spaces after commas', () => {
    expect(parseRanges('-p', '4, 2,1-4, 2', from(1))).toEqual([4, 2, 1, 3]);
  });

  it.each([
    ['', '"" is not a number'],
    ['abc', '"abc" is not a number'],
    ['1,', '"" is not a number'],
    ['-5', '"-5" is not a number'],
    ['1.5', '"1.5" is not a number'],
    ['1e3', '"1e3" is not a number'],
    ['1-', '"1-" is not a number'],
    ['1-5+', '"1-5+" is not a number'],
    ['1-5/2', '"1-5/2" is not a number'],
    ['+5', '"+5" is not a number'],
    ['9-5', '"9-5" does not grow'],
    ['1-5+0', '"1-5+0" does not grow'],
    ['1-5*1', '"1-5*1" does not grow'],
    ['1-5*0', '"1-5*0" does not grow'],
    ['1-1002', '"1-1002" has more than 1000 values'],
    ['9007199254740992-9007199254740994', '9007199254740992'],
    ['9007199254740993', 'out of range'],
    [`1${'0'.repeat(25)}`, 'out of range'],
    ['4,0', '"0" is out of range'],
  ])('%j is refused by name: %s', (text, words) => {
    const error = thrownBy(() => parseRanges('--prompt', text, from(1)));
    expect(error.code).toBe('input-invalid');
    expect(error.message).toContain('--prompt');
    expect(error.message).toContain(words);
    expect(error.hint).toMatch(/^expected ./);
  });

  it('allows a thousand values', () => {
    expect(parseRanges('-p', '1-1000', from(1))).toHaveLength(1000);
  });
});

/** One part of llama-bench's parse_int_range, step by step; its own checks left out. */
function llamaBench(part: string): number[] {
  const [, first, last, operator = '+', step = '1'] = /^(\d+)(?:-(\d+)(?:([+*])(\d+))?)?$/.exec(part)!;
  const values: number[] = [];
  for (let i = Number(first); i <= Number(last ?? first); ) {
    values.push(i);
    if (operator === '+') i += Number(step);
    else i *= Number(step);
  }
  return values;
}
