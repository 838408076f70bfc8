// Shares and divergences against published and closed-form values.
import { describe, expect, it } from 'vitest';
import type { Position } from '../../src/contract/fidelity.js';
import { fidelityOf, wilson } from '../../src/stats/fidelity.js';
import { compareLogits } from '../../src/worker/runtimes/ort/compare-logits.js';

describe("Wilson's interval", () => {
  // Newcombe (1998), Statistics in Medicine 17, table I, method 3.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('%i of %i: %f to %f', (hits, n, low, high) => {
    const found = wilson(hits, n);
    expect(found.share).toBe(hits / n);
    expect(found.low).toBeCloseTo(low, 4);
    expect(found.high).toBeCloseTo(high, 4);
  });
});

describe('two rows of logits', () => {
  it('have the divergence of their distributions: p = (¾, ¼) and q = (½, ½)', () => {
    const { divergence, same } = compareLogits(Float32Array.of(Math.log(3), 0), Float32Array.of(5, 5));
    expect(divergence).toBeCloseTo(0.75 * Math.log(1.5) + 0.25 * Math.log(0.5), 6);
    expect(same).toBe(true);
  });

  it('are equal whatever is added to all logits, and however large they are', () => {
    const moved = compareLogits(Float32Array.of(1, 2, 3), Float32Array.of(101, 102, 103));
    expect(moved.divergence).toBeCloseTo(0, 12);
    expect(moved.same).toBe(true);
    const [large, other] = [Float32Array.of(3e4, 0), Float32Array.of(0, 3e4)];
    expect(compareLogits(large, other)).toEqual({ divergence: 3e4, same: false });
  });

  it('that are not numbers are an error', () => {
    expect(() => compareLogits(Float32Array.of(1, 2), Float32Array.of(Number.NaN, 2))).toThrow('not numbers');
  });
});

describe('positions', () => {
  it('of each kind are summed up apart; the error of the mean is s / √n', () => {
    const at = (kind: Position['kind'], divergence: number, same: boolean): Position => ({ kind, divergence, same });
    const [random, continuation] = fidelityOf([
      at('random', 1, true),
      at('continuation', 4, true),
      at('random', 2, false),
      at('random', 6, true),
    ]);
    expect(random).toMatchObject({ kind: 'random', positions: 3, sameTop1: { share: 2 / 3 } });
    expect(random!.divergence).toMatchObject({ mean: 3, median: 2, max: 6, p99: null });
    expect(random!.divergence.standardError).toBeCloseTo(Math.sqrt(7 / 3), 12);
    expect(continuation!.divergence.standardError).toBeNull();
  });
});
