// Fit prediction: sums that a pencil confirms.
import { describe, expect, it } from 'vitest';
import { estimatedWeights, fitArithmetic, fitOf } from '../../src/verdict/memory-fit.js';

const GB = 1e9;

describe('fit', () => {
  it('adds weights, cache and working set, each named', () => {
    // Qwen2.5-0.5B: 24 layers × 2 × 2 heads × 64 numbers of 4 bytes = 24,576 bytes a token.
    const need = {
      weights: { name: 'q4 weights', bytes: 0.786 * GB },
      kvBytesPerToken: 24 * 2 * 2 * 64 * 4,
      tokens: 4096,
    };
    const fit = fitOf(need, 8 * GB);
    expect(fit.terms.map(({ name }) => name)).toEqual(['q4 weights', 'KV cache of 4,096 tokens', 'working set']);
    expect(fit.terms[1]!.bytes).toBe(100_663_296);
    expect(fit.neededBytes).toBe(0.786 * GB + 100_663_296 + 300_000_000);
    expect(fit.fits).toBe(true);
  });

  it('tells the arithmetic of what does not fit', () => {
    const fit = fitOf({ weights: { name: 'q4 weights', bytes: 377 * GB }, kvBytesPerToken: null, tokens: 1 }, 24 * GB);
    expect(fit.fits).toBe(false);
    expect(fitArithmetic(fit)).toBe('q4 weights 377 GB + working set 0.30 GB = 377 GB; this machine has 24.0 GB');
  });

  it('is decided at the last byte', () => {
    const need = { weights: { name: 'w', bytes: GB }, kvBytesPerToken: 10, tokens: 10 };
    expect(fitOf(need, 1.3 * GB + 100).fits).toBe(true);
    expect(fitOf(need, 1.3 * GB + 99).fits).toBe(false);
  });
});

describe('weights that are not here', () => {
  it.each([
    ['fp32', 4e9],
    ['fp16', 2e9],
    ['q8', 1e9],
    // One 32-bit scale for 32 weights is one bit a weight; a 16-bit one half of it.
    ['q4', 0.625e9],
    ['q4f16', 0.5625e9],
  ])('of 1e9 parameters in %s are estimated at %d bytes', (dtype, bytes) => {
    expect(estimatedWeights(1e9, dtype)!.bytes).toBe(bytes);
  });

  it('are unknown in a dtype that is not known', () => {
    expect(estimatedWeights(1e9, 'auto')).toBeNull();
  });
});
