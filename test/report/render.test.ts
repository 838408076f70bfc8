// The five forms of one answer, against texts read by eye.
import { describe, expect, it } from 'vitest';
import type { Page } from '../../src/report/page.js';
import { render } from '../../src/report/render.js';
import { PLAIN } from '../../src/report/table.js';

const PAGE: Page = {
  heading: ['quick · a model', 'a machine'],
  columns: [
    { key: 'workload', title: 'workload' },
    { key: 'decode', title: 'decode', unit: 'tok/s', align: 'right' },
    { key: 'status', title: 'status' },
  ],
  rows: [
    { workload: 'pp512 tg128', decode: '43.2 ± 5.5 %', status: 'ok' },
    { workload: 'pp8 tg2', decode: '7.10', status: 'a|b' },
    { workload: 'pp1 tg1' },
  ],
  notes: ['It is fast.'],
  json: { cases: [1] },
  records: [
    { id: 'a,b', rate: 43.25, note: 'say "hi"' },
    { id: 'c', rate: null, extra: true },
  ],
};

describe('render', () => {
  it('aligns a table by what is seen, with units under titles and nothing behind the last cell', () => {
    expect(render(PAGE, 'table', PLAIN)).toBe(
      [
        'quick · a model',
        'a machine',
        '',
        'workload            decode   status',
        '                     tok/s',
        'pp512 tg128   43.2 ± 5.5 %   ok',
        'pp8 tg2               7.10   a|b',
        'pp1 tg1',
        '',
        'It is fast.',
        '',
      ].join('\n'),
    );
  });

  it('colours titles only when a style is given', () => {
    const style = { strong: (text: string) => `<${text}>`, faint: (text: string) => `(${text})` };
    const lines = render(PAGE, 'table', style).split('\n');
    expect(lines.slice(0, 2)).toEqual(['<quick · a model>', '(a machine)']);
    expect(lines[3]).toBe('<workload            decode   status>');
    expect(lines[5]).toBe('pp512 tg128   43.2 ± 5.5 %   ok');
  });

  it('writes Markdown with escaped bars, right-aligned numbers, and lists that keep heading and notes apart', () => {
    expect(render({ ...PAGE, notes: ['It is fast.', 'failed: a case\n  try again'] }, 'md', PLAIN)).toBe(
      [
        '- quick · a model',
        '- a machine',
        '',
        '| workload | decode (tok/s) | status |',
        '| --- | ---: | --- |',
        '| pp512 tg128 | 43.2 ± 5.5 % | ok |',
        '| pp8 tg2 | 7.10 | a\\|b |',
        '| pp1 tg1 |  |  |',
        '',
        '- It is fast.',
        '- failed: a case',
        '    try again',
        '',
      ].join('\n'),
    );
  });

  it('writes CSV as RFC 4180 has it, one column for every key of any record', () => {
    expect(render(PAGE, 'csv', PLAIN)).toBe('id,rate,note,extra\n"a,b",43.25,"say ""hi""",\nc,,,true\n');
  });

  it('writes JSON that reads back equal, and one record a line', () => {
    expect(JSON.parse(render(PAGE, 'json', PLAIN))).toEqual(PAGE.json);
    const lines = render(PAGE, 'jsonl', PLAIN).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(PAGE.records);
  });
});
