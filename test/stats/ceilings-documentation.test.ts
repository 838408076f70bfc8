// The worked example and the thresholds of docs/ceilings.md, against the code that they describe.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CEILING_KINDS } from '../../src/contract/ceilings.js';
import { ceilingShares } from '../../src/stats/ceiling-share.js';
import { FAR_BELOW } from '../../src/stats/far-below.js';
import { CEILINGS, workedCase } from '../fixtures/ceilings.js';

const PAGE = readFileSync(new URL('../../docs/ceilings.md', import.meta.url), 'utf8');
const WORDS = PAGE.replace(/\s+/g, ' ');

it('lists every kind', () => {
  const listed = [...PAGE.matchAll(/^\| `([a-z0-9-]+)` +\|/gm)].map(([, kind]) => kind);
  expect(listed).toEqual([...CEILING_KINDS].sort((a, b) => listed.indexOf(a) - listed.indexOf(b)));
});

it('has the example right', () => {
  expect(WORDS).toContain('A token reads 200 MB and takes 1 Gop in int8, the head 0.2 Gop more.');
  expect(WORDS).toContain('the ceiling is 100 tok/s, and 50 tok/s are 50 % of it');
  expect(WORDS).toContain('÷ 400 Gop/s = 1280.5 ms; 2561 ms are 50 %');
  const { prefill, decode } = ceilingShares({ ceilings: CEILINGS }, workedCase(2561, 20));
  expect(decode).toMatchObject({ ceilingRate: 100, rate: 50, share: 0.5 });
  expect((1000 * 512) / prefill!.ceilingRate).toBeCloseTo(1280.5, 9);
  expect(prefill!.share).toBeCloseTo(0.5, 9);
});

it('has the thresholds right', () => {
  expect(WORDS).toContain(`Decode below ${FAR_BELOW.decode * 100} %, prefill below ${FAR_BELOW.prefill * 100} %.`);
});
