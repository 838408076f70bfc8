// Speed that came with other tokens is not called better.
import { describe, expect, it } from 'vitest';
import { okRounds } from '../../src/contract/result.js';
import type { Comparison } from '../../src/contract/views/compare.js';
import { exitCodeOf } from '../../src/stats/compare.js';
import { changesOf, compare, rounds } from '../fixtures/comparison.js';
import { type FakeCase, generateCase } from '../fixtures/document.js';

describe('faster but different', () => {
  const prompt = { seed: 0, tokens: 32, vocabSize: 100 };
  const answering = (factor: number, tokens: number[], options: FakeCase = {}) => {
    const result = generateCase(rounds(6, 100 * factor, 20 * factor), options);
    // At the second position 12 is a near-tie, 13 is not.
    const logits = {
      candidates: [1, 11, 2, 12],
      gaps: [0, 0.3, 0, 1e-6],
      asked: [{ at: 1, token: 13, gap: 2 }],
      noise: 0,
    };
    result.answer = { prompt, tokens, logits };
    return result;
  };
  const same = () => answering(1, [1, 2]);
  const outcomes = (comparison: Comparison) =>
    [...changesOf(comparison)].map(([metric, change]) => `${metric} ${change.outcome}`);

  it.each([
    ['the same tokens', [1, 2], 'better', 0],
    ['a near-tie', [1, 12], 'better', 0],
    ['other tokens by a large gap', [1, 13], 'faster but different', 1],
    ['other tokens by an unknown gap', [11, 13], 'faster but different', 1],
  ] as const)('%s: speed is judged, memory is not', (_, tokens, expected, code) => {
    const comparison = compare([same()], [answering(0.5, [...tokens])]);
    expect(outcomes(comparison)).toEqual([
      `prefillRate ${expected}`,
      `decodeRate ${expected}`,
      `ttftMs ${expected}`,
      'loadMs not shown',
      'peakRssBytes not shown',
    ]);
    expect(exitCodeOf(comparison)).toBe(code);
  });

  it('is not said of what is slower or as fast', () => {
    expect(outcomes(compare([same()], [answering(2, [1, 13])]))).toContain('decodeRate worse');
    const equal = compare([same()], [answering(1, [1, 13])]);
    expect(outcomes(equal)).toContain('decodeRate not shown');
    expect(exitCodeOf(equal)).toBe(0);
  });

  it('is an answer and no fault where other real files were asked for', () => {
    const real = (factor: number, tokens: number[], graph: string) =>
      answering(factor, tokens, { key: { weights: 'real', layout: null }, identity: { graph } });
    const comparison = compare([real(1, [1, 2], 'a')], [real(0.5, [1, 13], 'b')], { across: ['graph'] });
    expect(outcomes(comparison)).toContain('decodeRate faster but different');
    expect(exitCodeOf(comparison)).toBe(0);
  });

  it('is not said of two draws of synthetic weights, whose tokens have nothing in common', () => {
    const published = answering(0.5, [1, 13], { key: { layout: 'published' }, identity: { graph: 'x', weights: 'x' } });
    const comparison = compare([same()], [published], { across: ['layout'] });
    expect(outcomes(comparison)).toContain('decodeRate better');
    expect(comparison.cases[0]).toMatchObject({ parity: null });
  });

  it('goes by the tokens of the rounds where no answers are stored', () => {
    const hashed = (factor: number, hash: string) => {
      const tokensHash = (seed: number) => `${hash}${seed}`;
      return generateCase(rounds(6, 100 * factor, 20 * factor, { tokensHash }));
    };
    expect(outcomes(compare([hashed(1, 'a')], [hashed(0.5, 'b')]))).toContain('decodeRate faster but different');
    expect(outcomes(compare([hashed(1, 'a')], [hashed(0.5, 'a')]))).toContain('decodeRate better');
  });

  const timed = (factor: number, tokens: number[], hash: string, options: FakeCase = {}) => {
    const tokensHash = (seed: number) => `${hash}${seed}`;
    const result = generateCase(rounds(6, 100 * factor, 20 * factor, { tokensHash }), options);
    return Object.assign(result, { answer: answering(1, tokens).answer });
  };

  it.each([
    ['the common prompt does not excuse other tokens of the rounds', [1, 2], 'b', 'faster but different', 1],
    ['nor does a near-tie on it excuse other tokens in all rounds', [1, 12], 'b', 'faster but different', 1],
    ['nor is a different answer excused by equal rounds', [1, 13], 'a', 'faster but different', 1],
    ['equal rounds and a near-tie are the same computation', [1, 12], 'a', 'better', 0],
  ] as const)('of one identity: %s', (_, tokens, hash, expected, code) => {
    const comparison = compare([timed(1, [1, 2], 'a')], [timed(0.5, [...tokens], hash)]);
    expect(outcomes(comparison)).toContain(`decodeRate ${expected}`);
    expect(exitCodeOf(comparison)).toBe(code);
  });

  it.each([
    ['equal logits on the common prompt excuse no other token', 0, 1, 'faster but different'],
    ['logits that rounding moves excuse as many as it explains', 0.002, 1, 'better'],
    ['and no more', 0.002, 6, 'faster but different'],
    ['much rounding explains other tokens in every pass', 0.1, 6, 'better'],
  ])('of other threads: %s', (_, moved, passes, expected) => {
    const after = timed(0.5, [1, 2], 'a', { key: { threads: 4 }, identity: { options: 'x' } });
    for (const round of okRounds(after).slice(0, passes))
      for (const pass of round.iterations) Object.assign(pass, { tokensHash: 'other' });
    const { logits } = after.answer!;
    logits!.gaps = logits!.gaps.map((gap) => (gap === 0.3 ? gap + 2 * moved : gap));
    const comparison = compare([timed(1, [1, 2], 'a')], [after], { across: ['threads'] });
    expect(outcomes(comparison)).toContain(`decodeRate ${expected}`);
    expect(exitCodeOf(comparison)).toBe(expected === 'better' ? 0 : 1);
  });

  it('is said of a candidate that is not proven to read its prompt', () => {
    const skipping = answering(0.5, [1, 2]);
    skipping.answer!.logits!.reading = { otherPasses: 0.7, otherText: 1 };
    const comparison = compare([same()], [skipping]);
    expect(outcomes(comparison)).toContain('prefillRate faster but different');
    expect(comparison.cases[0]).toMatchObject({ work: { proven: false } });
    skipping.answer!.logits!.reading = { otherPasses: 0.4, otherText: 1 };
    expect(outcomes(compare([same()], [skipping]))).toContain('prefillRate better');
  });

  it('names other logits where nothing but them differs', () => {
    const hashed = (hash: string | null) => {
      const result = generateCase(rounds(6, 100, 20));
      for (const round of okRounds(result))
        for (const pass of round.iterations) if (hash !== null) Object.assign(pass, { logitsHash: hash });
      return result;
    };
    const sameLogits = (a: string | null, b: string | null) =>
      compare([hashed(a)], [hashed(b)]).cases.map((entry) => entry.status === 'compared' && entry.sameLogits);
    expect([sameLogits('a', 'a'), sameLogits('a', 'b'), sameLogits('a', null)]).toEqual([[true], [false], [null]]);
  });
});
