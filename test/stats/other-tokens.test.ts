// Other tokens in the rounds of two sides: where they are known, and how many rounding explains.
import { describe, expect, it } from 'vitest';
import type { CaseComparison } from '../../src/contract/views/compare.js';
import type { Parity } from '../../src/contract/views/figures.js';
import { otherTokens } from '../../src/stats/other-tokens.js';
import { compare, rounds } from '../fixtures/comparison.js';
import { generateCase, microCase, steadyRound } from '../fixtures/document.js';

describe('same tokens', () => {
  const tokens = (tokensHash: (seed: number) => string, seed?: number) =>
    generateCase(rounds(4, 100, 20, { tokensHash, ...(seed === undefined ? {} : { seed }) }));
  const sameTokens = (entry: CaseComparison | undefined) =>
    entry?.status === 'compared' ? entry.sameTokens : undefined;

  it('is true where equal prompts led to equal tokens', () => {
    expect(sameTokens(compare([tokens((seed) => `t${seed}`)], [tokens((seed) => `t${seed}`)]).cases[0])).toBe(true);
  });

  it('is false where a single prompt led to others', () => {
    const after = tokens((seed) => (seed === 3000 ? 'other' : `t${seed}`));
    expect(sameTokens(compare([tokens((seed) => `t${seed}`)], [after]).cases[0])).toBe(false);
  });

  it('is unknown where no prompt was the same, and for micro workloads', () => {
    const hash = (seed: number) => `t${seed}`;
    expect(sameTokens(compare([tokens(hash, 1)], [tokens(hash, 2)]).cases[0])).toBeNull();
    const micro = microCase([{ sampleMs: [1] }], 'tokenize');
    expect(sameTokens(compare([micro], [micro]).cases[0])).toBeNull();
  });

  it('is unknown where the prompts of one seed have other lengths', () => {
    const hash = (seed: number) => `t${seed}`;
    const long = tokens(hash);
    const workload = { kind: 'generate', prompt: 128, new: 5, depth: 0 } as const;
    const short = generateCase(rounds(4, 100, 20, { tokensHash: (seed) => `u${seed}` }), { key: { workload } });
    expect(sameTokens(compare([long], [short], { across: ['prompt'] }).cases[0])).toBeNull();
  });
});

describe('other tokens', () => {
  /** `passes` of 10 passes, of 128 tokens each, with other tokens. */
  const pairOf = (passes: number) => {
    const of = (count: number) =>
      generateCase(
        Array.from({ length: 10 }, (_, i) => ({
          ...steadyRound(100, 20, 128),
          tokensHash: (seed: number) => `${i < count ? 'other' : 'same'}${seed}`,
        })),
      );
    return { before: of(0), after: of(passes) };
  };
  const parity = (more: Partial<Parity>): Parity => ({
    ...{ tokens: 32, firstDivergence: null, gap: null, gapIsLarger: false, tolerance: 0.02 },
    ...{ spread: 0, verdict: 'same', ...more },
  });

  it('are nothing where all are the same', () => expect(otherTokens(pairOf(0), parity({}))).toBeNull());

  // A pass parts with probability 128 × 5 × 3 spread, at most 1: R has pbinom(k - 1, 10, q, lower.tail = FALSE).
  it.each([
    [1, 0, 0, false],
    [1, 1e-6, 0.019035, true],
    [2, 1e-6, 0.0001642, false],
    [2, 1e-4, 0.5995516, true],
    [6, 1e-4, 0.0051501, false],
    [5, 1e-4, 0.0277947, true],
    [10, 1e-3, 1, true],
  ])(
    '%i of 10 passes with a spread of %d: p is that of the binomial distribution',
    (passes, spread, p, isExplained) => {
      const found = otherTokens(pairOf(passes), parity({ spread }))!;
      expect(found).toMatchObject({ passes, of: 10, isExplained });
      expect(found.p).toBeCloseTo(p, 6);
    },
  );

  it('are explained by a near-tie of the common prompt, which shows that rounding reaches that far', () => {
    expect(otherTokens(pairOf(5), parity({ verdict: 'near-tie', firstDivergence: 3, gap: 0.01 }))).toMatchObject({
      p: 1,
      isExplained: true,
    });
    expect(otherTokens(pairOf(5), parity({ verdict: 'near-tie', firstDivergence: 3, gap: 1e-6 }))).toMatchObject({
      isExplained: false,
    });
  });

  it('of a side without logits need a near-tie that the other shows', () => {
    expect(otherTokens(pairOf(5), parity({ spread: null }))).toMatchObject({ isExplained: false });
    expect(otherTokens(pairOf(5), parity({ spread: null, verdict: 'near-tie' }))).toMatchObject({ isExplained: true });
  });

  it('are not explained without an answer, nor by one of another computation', () => {
    expect(otherTokens(pairOf(1), null)).toMatchObject({ p: 0, isExplained: false });
    for (const verdict of ['different', 'not shown'] as const)
      expect(otherTokens(pairOf(1), parity({ verdict, spread: 1 }))).toMatchObject({ isExplained: false });
  });
});
