// Shares of ceilings as people and programs see them.
import { describe, expect, it } from 'vitest';
import { render } from '../../src/report/render.js';
import { resultPage } from '../../src/report/result-page.js';
import { PLAIN } from '../../src/report/table.js';
import { showView } from '../../src/stats/show.js';
import { CEILINGS, documentWith, workedCase } from '../fixtures/ceilings.js';

const pageOf = (cases: Parameters<typeof documentWith>[1], ceilings: typeof CEILINGS | null = CEILINGS) =>
  resultPage(showView(documentWith(ceilings, cases), null));

describe('a result with ceilings', () => {
  it('has a share beside each rate, and says what it is', () => {
    const table = render(pageOf([workedCase(2561, 20)]), 'table', PLAIN);
    expect(table).toMatch(/prefill +of ceiling +decode +of ceiling/);
    expect(table).toMatch(/200 +50 % +50\.0 +50 %/);
    expect(table).toContain('“of ceiling” is the share of what this machine can do at best');
  });

  it('has neither column nor note without them', () => {
    const table = render(pageOf([workedCase(2561, 20)], null), 'table', PLAIN);
    expect(table).not.toContain('ceiling');
  });

  it('names what is impossible, with the arithmetic', () => {
    const view = pageOf([workedCase(2561, 5)]);
    expect(view.rows[0]!.status).toBe('impossible');
    expect(view.notes.join('\n')).toContain(
      'impossible: decode of pp512 tg5: 200 tok/s, but reading 200 MB a token at 20.00 GB/s allows 100, 105 at the most.',
    );
    expect(view.json).toMatchObject({ cases: [{ status: 'impossible', ofCeiling: { decode: { impossible: true } } }] });
    const prompt = pageOf([workedCase(600, 20)]).notes.join('\n');
    expect(prompt).toContain('computing 512 Gop of int8 at 400 Gop/s for 512 tokens');
  });

  it('explains what is far below once for all cases that are alike', () => {
    const cases = [1, 2].map((i) => {
      const result = workedCase(2561, 100, { key: { model: `m${i}` } });
      result.checkpoint!.graph.formats = [{ operator: 'MatMulNBits', accuracyLevel: 0 }];
      return result;
    });
    expect(pageOf(cases).notes.filter((note) => note.includes('below'))).toEqual([
      'decode of m1 pp512 tg5 and 1 more stay below 40 % of their ceiling (read bandwidth): accuracy_level is not 4: packed weights are unpacked and multiplied in float.',
    ]);
    expect(pageOf(cases.slice(1)).notes.join('\n')).toContain('decode of pp512 tg5 stays below 40 % of its ceiling');
  });

  it('is documented JSON', () => {
    const { json, records } = pageOf([workedCase(2561, 20)]);
    expect(json).toMatchObject({
      ceilings: CEILINGS,
      cases: [
        {
          ofCeiling: {
            prefill: { tokens: 512, boundBy: 'matrix products', operations: { int8: 512.2e9 } },
            decode: { share: 0.5, boundBy: 'read bandwidth', bytes: 200e6, bytesPerSecond: 20e9, tokens: 1 },
          },
        },
      ],
    });
    expect(records[0]).toMatchObject({ prefillOfCeiling: expect.closeTo(0.5, 9), decodeOfCeiling: 0.5 });
  });
});
