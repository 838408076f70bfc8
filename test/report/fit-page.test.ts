// The answers of `fit` in words: golden pages of a machine whose predictions are known.
import { expect, it } from 'vitest';
import type { UseProfile } from '../../src/contract/use-profile.js';
import { fitPage } from '../../src/report/fit-page.js';
import { render } from '../../src/report/render.js';
import { PLAIN } from '../../src/report/table.js';
import { type Asked, fitView } from '../../src/verdict/fit-view.js';
import { boxOf } from '../fixtures/fit-target.js';
import { SIZE } from '../fixtures/size.js';

const asked = (id: string, weightBytes: number, parameters: number): Asked => ({
  ...{ id, name: id.toUpperCase(), parameters, parametersActive: null, context: 2048 },
  variants: (['int8', 'q4'] as const).map((dtype) => ({
    layout: 'tuned',
    dtype,
    size: {
      ...SIZE,
      parameters,
      parametersActive: parameters,
      weightBytes: dtype === 'q4' ? weightBytes : 2 * weightBytes,
    },
  })),
});
const READ: UseProfile = {
  ...{ id: 'read', name: 'Read', what: 'reading', lengths: [], workload: { kind: 'single', prompt: 100, new: 10 } },
  thresholds: [
    {
      ...{ metric: 'decodeTokensPerSecond', better: 'higher', acceptable: 8, good: 20 },
      ...{ basis: 'reason', why: 'a test', source: 'a test' },
    },
    {
      ...{ metric: 'stallSeconds', better: 'lower', acceptable: 1, good: 0.2 },
      ...{ basis: 'reason', why: 'a test', source: 'a test' },
    },
  ],
};
const question = { lengths: { prompt: 100, new: 10, depth: 0 }, context: 1000, uses: [READ] };
const printed = (models: Asked[], isList: boolean) =>
  render(fitPage(fitView(models, boxOf(), question), { isList, uses: [READ] }), 'table', PLAIN);

it('one model: a row for each dtype, what a token costs, and why the use is served', () => {
  expect(printed([asked('m', 0.5e9, 600e6)], false)).toBe(`fit · m · A box
M · 600 M parameters · 40 kB of KV cache a token · made for 2,048 tokens
rates for pp100 tg10, memory for 1,000 tokens of context; nothing was measured or downloaded now

dtype   weights           memory   fits     prefill            TTFT         decode   read
                              GB              tok/s               s          tok/s
int8    1.00 GB     1.35 to 1.80   yes    about 100   0.900 to 1.20   9.00 to 12.0   pass
q4       500 MB   0.675 to 0.900   yes    about 100   0.900 to 1.20   18.0 to 24.0   pass

q4 is the fastest that fits; all fit.
A token at q4 reads 200 MB of weights and takes 1.20 Gop.
read at q4 on box: pass · decode 18.0 to 24.0 tok/s (needs ≥ 8) · not predicted: longest gap
Predicted from the specification and from 113 published runs of other devices and models (docs/fit.md).
Ranges hold this share of new models, by the errors over so many architectures or devices: decode 80 % (9); edgeproof fit --score has them.
`);
});

it('a list: what serves first, of these the largest, and the answer in a sentence', () => {
  const models = [
    asked('small', 0.25e9, 300e6),
    asked('large', 0.6e9, 900e6),
    asked('huge', 60e9, 90e9),
    asked('edge', 1.2e9, 2e9),
  ];
  const page = printed(models, true).split('\n');
  expect(page.slice(5, 9).map((line) => line.split(/ {2,}/).slice(0, 3).concat(line.split(/ {2,}/).at(-1)!))).toEqual([
    ['large', '900 M', 'q4', 'pass'],
    ['small', '300 M', 'q4', 'pass'],
    ['edge', '2.00 B', 'q4', 'not shown'],
    ['huge', '90.0 B', 'q4', 'fail'],
  ]);
  expect(page).toContain(
    '2 models of 4 serve read on A box; the largest is large at q4: decode 15.0 to 20.0 tok/s, memory 0.810 to 1.08 GB.',
  );
  expect(page).toContain('1 model may, the largest edge: a threshold lies inside its range.');
});

it('several models: why one does not fit', () => {
  expect(printed([asked('m', 0.5e9, 600e6), asked('huge', 60e9, 90e9)], false)).toContain(
    'huge: does not fit: q4 weights of 60.0 GB + 0.04 GB of KV cache for 1,000 tokens; A box has 2.00 GB for them.',
  );
});
