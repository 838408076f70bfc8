// Answers of `fit` about a machine whose predictions are known.
import { expect, it } from 'vitest';
import type { Dtype } from '../../src/contract/dtypes.js';
import type { UseProfile } from '../../src/contract/use-profile.js';
import { type Asked, fitView, servesWhatIsAsked } from '../../src/verdict/fit-view.js';
import { boxOf } from '../fixtures/fit-target.js';
import { SIZE } from '../fixtures/size.js';

const asked = (weights: Partial<Record<Dtype, number>>, parameters: number | null = null): Asked => ({
  ...{ id: 'm', name: 'M', parameters, parametersActive: null, context: 2048 },
  variants: Object.entries(weights).map(([dtype, weightBytes]) => ({
    layout: 'tuned',
    dtype: dtype as Dtype,
    size: weightBytes === 0 ? null : { ...SIZE, weightBytes, kvBytesPerToken: 1e3 },
  })),
});

const DECODE: UseProfile = {
  ...{ id: 'read', name: 'Read', what: 'reading', lengths: [], workload: { kind: 'single', prompt: 100, new: 10 } },
  thresholds: [
    {
      ...{ metric: 'decodeTokensPerSecond', better: 'higher', acceptable: 8, good: 20 },
      ...{ basis: 'reason', why: 'a test', source: 'a test' },
    },
  ],
};
const question = { lengths: { prompt: 100, new: 10, depth: 0 }, context: 1000, uses: [DECODE] };

it('finds the dtype that fits and is the fastest, and says which do not fit', () => {
  const view = fitView([asked({ fp16: 2e9, int8: 1e9, q4: 0.5e9 })], boxOf(), question);
  const [model] = view.models;
  // Needs at 1.35 to 1.8 times the weights: 2.7 to 3.6, 1.35 to 1.8 and 0.675 to 0.9 GB.
  expect(model!.variants.map(({ memory: { fits } }) => fits)).toEqual(['fail', 'pass', 'pass']);
  expect(model!.best).toBe(2);
  expect(model!.why).toBe('q4 is the fastest that fits; fp16 does not fit');
  expect(model!.variants.map(({ uses }) => uses[0]!.verdict)).toEqual(['fail', 'pass', 'pass']);
  expect(servesWhatIsAsked(view)).toBe(true);
});

it('is not sure where the range of what is needed reaches beyond what there is', () => {
  const [model] = fitView([asked({ int8: 1.25e9 })], boxOf(), question).models;
  expect(model!.variants[0]!.memory).toMatchObject({ fits: 'not shown', needed: { low: 1.6875e9, high: 2.25e9 } });
  expect(model!.why).toBe('whether it fits is not sure: 1.69 GB to 2.25 GB of 2.00 GB');
});

it('gives the arithmetic of what does not fit, and the answer no', () => {
  const view = fitView([asked({ fp16: 40e9, q4: 10e9 })], boxOf(), question);
  expect(view.models[0]).toMatchObject({
    best: null,
    why: 'q4 weights of 10.0 GB + 0.00 GB of KV cache for 1,000 tokens; A box has 2.00 GB for them',
  });
  expect(servesWhatIsAsked(view)).toBe(false);
});

it('prefers what serves more over what is faster', () => {
  const box = boxOf({ low: 9e9, value: 9e9, high: 9e9 });
  const { values } = box;
  // A machine that is slower in 4 bits than people read.
  const slow = (dtype: Dtype) => ({
    ...values(SIZE, question.lengths, 'tuned', dtype),
    ...(dtype === 'q4' ? { decodeRate: 30, ttftMs: 9000 } : { decodeRate: 12, ttftMs: 900 }),
  });
  const soon: UseProfile = {
    ...DECODE,
    thresholds: [
      ...DECODE.thresholds,
      { ...DECODE.thresholds[0]!, metric: 'ttftSeconds', better: 'lower', acceptable: 2, good: 2 },
    ],
  };
  const target = { ...box, values: (_: unknown, __: unknown, ___: unknown, dtype: Dtype) => slow(dtype) };
  const [model] = fitView([asked({ int8: 1e9, q4: 0.5e9 })], target, { ...question, uses: [soon] }).models;
  expect(model!.variants[model!.best!]!.dtype).toBe('int8');
});

it('does not rule out what may just fit where an application gets the most', () => {
  // 2.09 GB at the least: more than the 2.0 to plan with, less than the 2.2 that there may be.
  const [model] = fitView([asked({ q4: 1.55e9 })], boxOf(), question).models;
  expect(model!.variants[0]!.memory.fits).toBe('not shown');
  expect(fitView([asked({ q4: 1.7e9 })], boxOf(), question).models[0]!.variants[0]!.memory.fits).toBe('fail');
});

it('knows of a model without a graph what its parameters weigh, and nothing of one without parameters', () => {
  const [known] = fitView([asked({ q4: 0 }, 300e9)], boxOf(), question).models;
  expect(known).toMatchObject({
    best: null,
    variants: [{ layout: null, fileBytes: (300e9 * 5) / 8, uses: [{ verdict: 'fail' }] }],
  });
  expect(known!.why).toBe('q4 weights of 188 GB; A box has 2.00 GB for them');
  const [unknown] = fitView([asked({ q4: 0 })], boxOf(), question).models;
  expect(unknown).toMatchObject({
    best: 0,
    variants: [{ fileBytes: null, memory: { needed: null, fits: 'not shown' }, uses: [{ verdict: 'not shown' }] }],
  });
});

it('never predicts less memory than weights and cache', () => {
  const thrifty = { ...boxOf(), values: () => ({ decodeRate: 1, prefillRate: 1, ttftMs: 1, peakRssBytes: 1 }) };
  const { needed } = fitView([asked({ q4: 0.5e9 })], thrifty, question).models[0]!.variants[0]!.memory;
  expect(needed).toEqual({ value: 0.501e9, low: 0.501e9, high: 0.501e9 });
});

it('counts a context no longer than the model was made for', () => {
  const [model] = fitView(
    [asked({ q4: 0.5e9 })],
    { ...boxOf(), values: () => ({ decodeRate: 1, prefillRate: 1, ttftMs: 1, peakRssBytes: 1 }) },
    { ...question, context: 1e6 },
  ).models;
  expect(model!.variants[0]!.memory.needed!.value).toBe(0.5e9 + 2048 * 1e3);
});
