// Which stored results are worth comparing: measured, of one machine, with cases in common, of the same plan.
import { describe, expect, it } from 'vitest';
import { hasSucceeded, haveSamePlan, shareCases } from '../../src/contract/comparable.js';
import { documentOf, generateCase, steadyRound } from '../fixtures/document.js';

const of = (threads: number) => generateCase([steadyRound(100, 10)], { key: { threads } });
const failed = (threads: number) => ({ ...of(threads), rounds: generateCase(['failed']).rounds });
const skipped = (threads: number) => ({ ...of(threads), status: 'skipped' as const, rounds: [] });

describe('hasSucceeded', () => {
  it('is what one round of one case is enough for', () => {
    expect(hasSucceeded(documentOf([failed(1), of(2)]))).toBe(true);
    expect(hasSucceeded(documentOf([failed(1), skipped(2)]))).toBe(false);
  });
});

describe('shareCases', () => {
  it('asks for one case that both measured, on one machine', () => {
    expect(shareCases(documentOf([of(1), of(2)]), documentOf([of(2), of(4)]))).toBe(true);
    expect(shareCases(documentOf([of(1)]), documentOf([of(2)]))).toBe(false);
    expect(shareCases(documentOf([of(1)]), documentOf([of(1)], { machine: 'another' }))).toBe(false);
    for (const other of [failed(1), skipped(1)]) {
      expect(shareCases(documentOf([of(1)]), documentOf([other]))).toBe(false);
      expect(shareCases(documentOf([other]), documentOf([of(1)]))).toBe(false);
    }
  });
});

describe('haveSamePlan', () => {
  const hashed = (hash: string, ...cases: ReturnType<typeof of>[]) => {
    const document = documentOf(cases);
    return { ...document, suite: { ...document.suite, hash } };
  };

  it('goes by the content of the suite, or by all cases where its form has changed', () => {
    expect(haveSamePlan(hashed('a', of(1)), hashed('a', of(2)))).toBe(true);
    expect(haveSamePlan(hashed('a', of(1), of(2)), hashed('b', skipped(2), of(1)))).toBe(true);
    expect(haveSamePlan(hashed('a', of(1), of(2)), hashed('b', of(1)))).toBe(false);
  });
});
