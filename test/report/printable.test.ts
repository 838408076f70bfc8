// Nothing that a terminal obeys leaves edgeproof, whatever the text of a file says; its own colours do.
import { describe, expect, it } from 'vitest';
import type { Page } from '../../src/report/page.js';
import { printable, printableLine } from '../../src/report/printable.js';
import { OUTPUT_FORMATS, render } from '../../src/report/render.js';
import { PLAIN } from '../../src/report/table.js';

/** Colours, the title of the window, C1, bell, backspace, return, a turned direction, isolates, an invisible mark. */
const HOSTILE = '\x1b[31mred\x1b]0;title\x07 \x9b2J \b\r\x7f \u202etxt.exe \u2066x\u2069 \u200f\ufeff\u2028';
const OBEYED = /(?!\n)[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\ufeff]/u;

const page: Page = {
  heading: [`heading ${HOSTILE}`],
  columns: [
    { key: 'name', title: `title ${HOSTILE}` },
    { key: 'value', title: 'value', align: 'right' },
  ],
  rows: [{ name: `cell ${HOSTILE}\nsecond line`, value: '1' }],
  notes: [`note ${HOSTILE}`, 'two\nlines'],
  json: { [`key ${HOSTILE}`]: HOSTILE },
  records: [{ [`key ${HOSTILE}`]: HOSTILE, value: 1 }],
};

describe('a page of hostile texts', () => {
  it.each(OUTPUT_FORMATS)('prints as %s without what a terminal obeys', (format) => {
    for (const columns of [Number.POSITIVE_INFINITY, 20])
      expect(render(page, format, PLAIN, columns)).not.toMatch(OBEYED);
  });

  it('keeps its data in JSON, as escapes', () => {
    expect(JSON.parse(render(page, 'json', PLAIN))).toEqual(page.json);
    expect(JSON.parse(render(page, 'jsonl', PLAIN))).toEqual(page.records[0]);
    expect(render(page, 'json', PLAIN)).toContain('\\u202etxt.exe');
  });

  it('keeps the colours that are our own, and each row on its line', () => {
    const style = { strong: (text: string) => `\x1b[1m${text}\x1b[22m`, faint: (text: string) => text };
    const lines = render(page, 'table', style).split('\n');
    expect(lines[0]).toBe(`\x1b[1mheading ${printable(HOSTILE)}\x1b[22m`);
    expect(lines.filter((line) => line.startsWith('cell '))).toEqual([expect.stringContaining('second line')]);
  });
});

describe('a text', () => {
  it('shows where something was', () => {
    expect(printable('a\x1b[2Jb\tc\r\nd')).toBe('a�[2Jb c\nd');
    expect(printableLine('a\nb')).toBe('a b');
    expect(printable('naïve 你好 🙂 e\u0301 ± µ')).toBe('naïve 你好 🙂 e\u0301 ± µ');
  });

  it('of a megabyte is cut, and says by how much', () => {
    expect(printable('x'.repeat(1_000_000))).toBe(`${'x'.repeat(20_000)} … (980000 more characters)`);
  });
});
