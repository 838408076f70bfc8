// The terms of a prediction, by hand.
import { describe, expect, it } from 'vitest';
import { bandwidthFor, decodeTerms, loadTerms, prefillTerms, productRate, runTerms } from '../../src/verdict/terms.js';
import { HARDWARE, SIZE } from '../fixtures/size.js';

describe('decode', () => {
  it('reads the weights at the bandwidth over as much memory, attends at the rate of float32, and starts its layers', () => {
    // Tokens 2 … 3 behind 1,000: they attend to 1,001 and 1,002 rows, with 2 · 8 · 128 operations each in 10 layers.
    const [weights, attention, layers] = decodeTerms(SIZE, { prompt: 1000, new: 3, depth: 0 }, HARDWARE)!;
    expect(weights).toBeCloseTo(200e6 / 20e9, 12);
    expect(attention).toBeCloseTo((1001.5 * 2 * 8 * 128 * 10) / 100e9, 12);
    expect(layers).toBe(10);
  });

  it('multiplies with all positions, also outside of a window', () => {
    const attention = SIZE.work.attention.map((group) => ({ ...group, window: 64 }));
    const windowed = { ...SIZE, work: { ...SIZE.work, attention } };
    const lengths = { prompt: 1000, new: 3, depth: 0 };
    expect(decodeTerms(windowed, lengths, HARDWARE)).toEqual(decodeTerms(SIZE, lengths, HARDWARE));
    expect(prefillTerms(windowed, lengths, HARDWARE)).toEqual(prefillTerms(SIZE, lengths, HARDWARE));
  });

  it('is not known without a bandwidth', () => {
    expect(decodeTerms(SIZE, { prompt: 1, new: 1, depth: 0 }, { ...HARDWARE, bandwidths: [] })).toBeNull();
  });
});

describe('prefill', () => {
  it('multiplies at the rate of its own kernel, and attends at that of float32', () => {
    const [products, attention, layers] = prefillTerms(SIZE, { prompt: 100, new: 1, depth: 0 }, HARDWARE)!;
    expect(products).toBeCloseTo((100 * 1e9 + 0.2e9) / 400e9, 12);
    // Row p of 100 attends to p rows: 5,050 in all, of 2 · 8 · 128 operations in 10 layers.
    expect(attention).toBeCloseTo((5050 * 2 * 8 * 128 * 10) / 100e9, 12);
    expect(layers).toBe(10);
  });

  it('is not known where no rate of its arithmetic or a wider one is', () => {
    expect(prefillTerms(SIZE, { prompt: 8, new: 1, depth: 0 }, { ...HARDWARE, products: [] })).toBeNull();
  });
});

it('memory: weights and a process while loading; also the cache and the activations of a pass while running', () => {
  // 600 M weights read 200 MB, so that each takes a third of a byte; the head has 100 M, and is packed a second time.
  const [packed, copy] = [200e6, 100e6 / 3].map((bytes) => expect.closeTo(bytes, 3));
  expect(loadTerms(SIZE)).toEqual([packed, copy, 1]);
  expect(loadTerms({ ...SIZE, tiedHead: false })).toEqual([packed, 0, 1]);
  expect(loadTerms({ ...SIZE, parameters: 700e6 })[0]).toBeCloseTo(700e6 / 3, 3);
  expect(loadTerms({ ...SIZE, parameters: 6e9 })[0]).toBe(SIZE.weightBytes);
  expect(runTerms(SIZE, { prompt: 100, new: 20, depth: 4000 })).toEqual([packed, copy, 40e3 * 4120, 4 * 512 * 512, 1]);
  expect(runTerms(SIZE, { prompt: 100, new: 20, depth: 0 })[3]).toBe(4 * 512 * 100);
});

it('takes the bandwidth over the largest working set that is no larger than what is read, or the smallest', () => {
  expect(bandwidthFor(HARDWARE, 100e6)).toBe(40e9);
  expect(bandwidthFor(HARDWARE, 2e9)).toBe(10e9);
  expect(bandwidthFor(HARDWARE, 1e6)).toBe(40e9);
  expect(bandwidthFor({ bandwidths: [{ workingSetBytes: null, bytesPerSecond: 5e9 }], products: [] }, 1e6)).toBe(5e9);
});

it('takes the rate of an operator, else the best of its arithmetic, else that of one with more bits', () => {
  expect(productRate(HARDWARE, 'int8', 'MatMulNBits')).toBe(400e9);
  expect(productRate(HARDWARE, 'int8', 'QMoE')).toBe(2000e9);
  expect(productRate(HARDWARE, 'fp16', 'MatMul')).toBe(100e9);
  expect(productRate({ ...HARDWARE, products: [] }, 'fp32', 'MatMul')).toBeNull();
});
