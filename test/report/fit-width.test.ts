// Tables and lines in narrow terminals: what is tried first, and where words break.
import { describe, expect, it } from 'vitest';
import { type FittedColumn, layoutOf, wrapped } from '../../src/report/fit-width.js';
import type { Page } from '../../src/report/page.js';
import { render } from '../../src/report/render.js';
import { PLAIN } from '../../src/report/table.js';

const left = (width: number): FittedColumn => ({ width, align: 'left' });
const right = (width: number): FittedColumn => ({ width, align: 'right' });

describe('layoutOf', () => {
  const columns = [left(10), right(10), right(10), left(5)];

  it.each([
    // 35 characters, and gaps of 3 or 2 between four columns.
    [Number.POSITIVE_INFINITY, { gap: 3, blocks: [[0, 1, 2, 3]], lastWidth: null }],
    [44, { gap: 3, blocks: [[0, 1, 2, 3]], lastWidth: null }],
    [43, { gap: 2, blocks: [[0, 1, 2, 3]], lastWidth: null }],
    [41, { gap: 2, blocks: [[0, 1, 2, 3]], lastWidth: null }],
    [
      40,
      {
        gap: 3,
        blocks: [
          [0, 1, 2],
          [0, 3],
        ],
        lastWidth: null,
      },
    ],
    [
      35,
      {
        gap: 3,
        blocks: [
          [0, 1],
          [0, 2, 3],
        ],
        lastWidth: null,
      },
    ],
    [22, { gap: 3, blocks: [], lastWidth: null }],
  ])('in %d columns', (most, layout) => expect(layoutOf(columns, most)).toEqual(layout));

  it('names rows by the columns before the first number', () => {
    expect(layoutOf([left(5), left(5), right(20), right(20)], 40).blocks).toEqual([
      [0, 1, 2],
      [0, 1, 3],
    ]);
  });

  it('wraps a last column of words while there is room for some', () => {
    expect(layoutOf([left(10), left(90)], 60)).toEqual({ gap: 2, blocks: [[0, 1]], lastWidth: 48 });
    expect(layoutOf([left(40), left(90)], 50).lastWidth).toBeNull();
  });
});

describe('wrapped', () => {
  it.each([
    ['one two three', 13, ['one two three']],
    ['one two three', 12, ['one two', '  three']],
    ['one two three', 7, ['one two', '  three']],
    ['  indented words', 12, ['  indented', '  words']],
    ['see results/a/long/path.json there', 10, ['see', '  results/a/long/path.json', '  there']],
    ['results/a/long/path.json', 10, ['results/a/long/path.json']],
    ['$ npm install --prefix somewhere', 10, ['$ npm install --prefix somewhere']],
    ['', 10, ['']],
  ])('%j in %d columns', (text, most, lines) => expect(wrapped(text, most, '  ')).toEqual(lines));

  it('keeps every word, and no line too long where words are short', () => {
    const words = Array.from({ length: 200 }, (_, i) => 'x'.repeat(1 + ((i * 7) % 9)));
    for (let most = 11; most < 80; most++) {
      const lines = wrapped(words.join(' '), most, '  ');
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(most);
      expect(lines.join(' ').split(/ +/)).toEqual(words);
    }
  });
});

it('aligns what is seen: wide scripts and emoji', () => {
  const row = (name: string, value: string) => ({ name, value });
  const page: Page = {
    heading: [],
    columns: [
      { key: 'name', title: 'name' },
      { key: 'value', title: 'value', align: 'right' },
    ],
    rows: [row('模型', '1'), row('👩‍🔬 lab', '22'), row('é', '4')],
    notes: ['模型 模型 模型 模型'],
    json: null,
    records: [],
  };
  expect(render(page, 'table', PLAIN, 15)).toMatchInlineSnapshot(`
    "name     value
    模型         1
    👩‍🔬 lab      22
    é            4

    模型 模型 模型
      模型
    "
  `);
});

it('a table in a narrow terminal, by eye', () => {
  const page: Page = {
    heading: ['quick · a model of some name'],
    columns: [
      { key: 'workload', title: 'workload' },
      { key: 'ttft', title: 'TTFT', unit: 'ms', align: 'right' },
      { key: 'decode', title: 'decode', unit: 'tok/s', align: 'right' },
      { key: 'grade', title: 'grade' },
    ],
    rows: [{ workload: 'pp512 tg128', ttft: '1,253 ± 1.9 %', decode: '54.4 ± 2.2 %', grade: '4 A 1 B' }],
    notes: ['It is fast enough to read along.'],
    json: null,
    records: [],
  };
  expect(render(page, 'table', PLAIN, 30)).toMatchInlineSnapshot(`
    "quick · a model of some name

    workload       TTFT   decode
                     ms    tok/s
    pp512 tg128   1,253     54.4

    workload      grade
    pp512 tg128   4 A 1 B

    It is fast enough to read
      along.
    Left out of the table at 30
      columns: ±, at most 2.2 %.
    "
  `);
  expect(render(page, 'table', PLAIN, 20)).toMatchInlineSnapshot(`
    "quick · a model of
      some name

    pp512 tg128
      TTFT   1,253 ms
      decode 54.4 tok/s
      grade  4 A 1 B

    It is fast enough to
      read along.
    Left out of the
      table at 20
      columns: ±, at
      most 2.2 %.
    "
  `);
  expect(render(page, 'table', PLAIN, 60)).toContain('54.4 ± 2.2 %');
  // An empty first label is that of the row above, and row by row it has to be said again.
  const second = { workload: '', ttft: '7', decode: '8', grade: 'B' };
  const twice = render({ ...page, rows: [...page.rows, second] }, 'table', PLAIN, 20);
  expect(twice.match(/^pp512 tg128$/gm)).toHaveLength(2);
});
