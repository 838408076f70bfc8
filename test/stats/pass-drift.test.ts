// Drift inside one pass: found against the other rounds of a case, and told from the growth that all of them have.
import { describe, expect, it } from 'vitest';
import type { OkRound } from '../../src/contract/result.js';
import { gradeRound } from '../../src/stats/grade.js';
import { passDrift } from '../../src/stats/pass-drift.js';
import { normal } from '../../src/stats/random.js';
import { conditionOf } from '../fixtures/condition.js';
import { generateCase } from '../fixtures/document.js';

/** Rounds of one pass each; `gap` of a place between 0 and 1. */
function roundsOf(gaps: ((place: number) => number)[], tokens = 128): OkRound[] {
  const rounds = gaps.map((gap) => {
    let ms = 100;
    const tokenMs = [ms, ...Array.from({ length: tokens - 1 }, (_, i) => (ms += gap(i / (tokens - 2))))];
    return { tokenMs: [tokenMs], condition: conditionOf() };
  });
  return generateCase(rounds).rounds as OkRound[];
}
const growing = (place: number) => 20 + 8 * place;
const steady = Array.from({ length: 4 }, () => growing);
const driftOfLast = (last: (place: number) => number, others = steady, tokens = 128) => {
  const rounds = roundsOf([...others, last], tokens);
  return passDrift(rounds.at(-1)!, rounds);
};

describe('passDrift', () => {
  it('is nothing where all rounds grow alike, nor in a round that is slow throughout', () => {
    expect(driftOfLast(growing)).toBeCloseTo(0, 12);
    expect(driftOfLast((place) => 1.5 * growing(place))).toBeCloseTo(0, 12);
  });

  it('is the change from the first token to the last, relative to the median', () => {
    // From 1 to 1.2 of what others take: 0.2 over a median of 1.1.
    expect(driftOfLast((place) => growing(place) * (1 + 0.2 * place))).toBeCloseTo(0.2 / 1.1, 6);
    expect(driftOfLast((place) => growing(place) * (1.2 - 0.2 * place))).toBeCloseTo(-0.2 / 1.1, 6);
  });

  it('leaves the good rounds alone beside one that drifts', () => {
    const rounds = roundsOf([...steady, (place) => growing(place) * (1 + 0.5 * place)]);
    for (const round of rounds.slice(0, 4)) expect(Math.abs(passDrift(round, rounds)!)).toBeLessThan(0.01);
  });

  it('is not moved by slow tokens, nor by a pause of a tenth of the pass', () => {
    expect(driftOfLast((place) => growing(place) * (Math.round(place * 126) % 9 === 0 ? 10 : 1))).toBeCloseTo(0, 9);
    expect(Math.abs(driftOfLast((place) => growing(place) * (place > 0.9 ? 3 : 1))!)).toBeLessThan(0.05);
  });

  it('of noise is small', () => {
    const draw = normal(3);
    const noisy = () => roundsOf(Array.from({ length: 5 }, () => (place: number) => growing(place) * draw(1, 0.03)));
    const drifts = Array.from({ length: 100 }, () => noisy()).flatMap((rounds) =>
      rounds.map((round) => Math.abs(passDrift(round, rounds)!)),
    );
    expect(drifts.filter((drift) => drift > 0.05).length / drifts.length).toBeLessThan(0.01);
  });

  it('is unknown with fewer than three other rounds, few tokens, or several passes', () => {
    const drifting = (place: number) => 20 + 20 * place;
    expect(driftOfLast(drifting, steady.slice(0, 2))).toBeNull();
    expect(driftOfLast(drifting, steady.slice(0, 3))).not.toBeNull();
    expect(driftOfLast(drifting, steady, 32)).toBeNull();
    expect(driftOfLast(drifting, steady, 33)).not.toBeNull();
    const [round] = generateCase([
      {
        tokenMs: [
          [1, 2, 3],
          [1, 2, 3],
        ],
      },
    ]).rounds as OkRound[];
    expect(passDrift(round!, roundsOf(steady))).toBeNull();
  });

  it('decides the grade of a round of one pass', () => {
    const grades = (change: number) => {
      const rounds = roundsOf([...steady, (place) => growing(place) * (1 + change * place)]);
      return rounds.map((round) => gradeRound(round, rounds).grade).join('');
    };
    expect([0, 0.1, 0.3].map(grades)).toEqual(['AAAAA', 'AAAAB', 'AAAAC']);
    const rounds = roundsOf([...steady, (place) => growing(place) * (1 + place)]);
    expect(gradeRound(rounds[4]!, rounds).reasons).toMatchObject([{ words: 'the time per token drifted by %' }]);
  });
});
