// Which results are sittings like those of the two sides, and how much sittings of the machine differ.

import { describe, expect, it } from 'vitest';
import type { ResultDocument } from '../../src/contract/result.js';
import { compareResults } from '../../src/stats/compare.js';
import { digestOf } from '../../src/stats/digest.js';
import { sittingsBetween } from '../../src/stats/sittings.js';
import { conditionOf, disturbed } from '../fixtures/condition.js';
import { documentOf, type FakeCase, type FakeDocument, generateCase, steadyRound } from '../fixtures/document.js';

/** A sitting of a day of January: five rounds of this time per token. */
function sitting(day: number, tpotMs: number, options: FakeCase = {}, more: FakeDocument = {}): ResultDocument {
  const startedAt = (second: number) => new Date(Date.UTC(2025, 0, day, 12, 0, second)).toISOString();
  const result = generateCase(
    [-2, -1, 0, 1, 2].map((step) => steadyRound(400 * (tpotMs / 20), tpotMs * (1 + step / 1000))),
    options,
  );
  const rounds = result.rounds.map((round, i) => ({ ...round, startedAt: startedAt(i) }));
  return documentOf([{ ...result, rounds }], { startedAt: startedAt(0), ...more });
}

const digested = (document: ResultDocument) => digestOf(document, 'x.json');

function decodeOf(baseline: ResultDocument, candidate: ResultDocument, history: ResultDocument[] = []) {
  const pair = { before: baseline.cases[0]!, after: candidate.cases[0]! };
  return sittingsBetween(baseline, candidate, history.map(digested))('decodeRate', pair);
}

function changeOf(baseline: ResultDocument, candidate: ResultDocument, history: ResultDocument[] = []) {
  const across = baseline.cases[0]!.identity!.runtimeVersion === candidate.cases[0]!.identity!.runtimeVersion;
  const how = { across: across ? [] : ['runtimeVersion'], history: history.map(digested) };
  const [entry] = compareResults(baseline, candidate, how).cases;
  if (entry?.status !== 'compared') throw new Error('not compared');
  return entry.changes.find(({ metric }) => metric === 'decodeRate')!;
}

describe('two sittings', () => {
  it('are one sitting within a document, and where their rounds take turns', () => {
    const one = sitting(1, 20);
    expect(decodeOf(one, one)).toBeNull();
    const [a, b] = [sitting(1, 20), sitting(2, 20)];
    expect(decodeOf(a, b)).not.toBeNull();
    // A B B A A B B A A B, and then all of A before all of B.
    const at = (document: ResultDocument, seconds: number[]) =>
      document.cases[0]!.rounds.forEach((round, i) => {
        round.startedAt = new Date(Date.UTC(2025, 0, 1, 12, 0, seconds[i])).toISOString();
      });
    at(a, [0, 3, 4, 7, 8]);
    at(b, [1, 2, 5, 6, 9]);
    expect(decodeOf(a, b)).toBeNull();
    at(a, [0, 1, 2, 3, 4]);
    at(b, [5, 6, 7, 8, 9]);
    expect(decodeOf(a, b)).not.toBeNull();
    // Two stretches of one around the other are not turns.
    at(a, [0, 1, 2, 20, 21]);
    expect(decodeOf(a, b)).not.toBeNull();
  });

  it('have the assumed spread without history, and that of the metric', () => {
    expect(decodeOf(sitting(1, 20), sitting(2, 20))).toEqual({
      baseline: [Math.log(50)],
      candidate: [Math.log(50)],
      spread: 0.025,
      isFromHistory: false,
    });
    const [a, b] = [sitting(1, 20), sitting(2, 20)];
    const pair = { before: a.cases[0]!, after: b.cases[0]! };
    expect(sittingsBetween(a, b)('peakRssBytes', pair)!.spread).toBe(0.01);
  });

  it('count those of the history that came before and are alike', () => {
    const history = [
      sitting(1, 20.2),
      sitting(2, 20.4),
      sitting(4, 19.8),
      sitting(9, 30),
      sitting(3, 40, { key: { threads: 1 } }),
      sitting(3, 40, { identity: { weights: 'x' } }),
      sitting(3, 40, {}, { machine: 'other-box-4c-8gb' }),
      { ...sitting(3, 40), tool: { version: '0.0.9', commit: null, dirty: null } },
      sitting(5, 20),
    ];
    const found = decodeOf(sitting(5, 20), sitting(6, 21), history)!;
    expect(found.baseline.map((log) => 1000 / Math.exp(log)).map((ms) => Math.round(ms * 10) / 10)).toEqual([
      20, 20.2, 20.4, 19.8,
    ]);
    expect(found.candidate).toHaveLength(1);
    // sd(log(c(20, 20.2, 20.4, 19.8))) and with 30: the history knows them all.
    expect(found.isFromHistory).toBe(true);
  });

  it('learn the spread from all cases of the history once these are worth the prior, never below 1 %', () => {
    // sd(log(c(20, 21, 20, 21, 20))) = 0.02672
    const history = [1, 2, 3, 4].map((day) => sitting(day, day % 2 === 1 ? 21 : 20));
    expect(decodeOf(sitting(5, 20), sitting(6, 20), history)!.spread).toBeCloseTo(0.02672, 4);
    expect(decodeOf(sitting(5, 20), sitting(6, 20), history.slice(0, 3))!.isFromHistory).toBe(false);
    // Of two cases with deviations of 0 and 0.02672, the upper quartile is three quarters of the way.
    const both = [...history, sitting(5, 20)].map((document, i) => ({
      ...document,
      cases: [...document.cases, ...sitting(1 + i, 30, { key: { threads: 1 } }).cases],
    }));
    expect(decodeOf(both[4]!, sitting(6, 20), both)!.spread).toBeCloseTo(0.75 * 0.02672, 4);
    const steady = [1, 2, 3, 4].map((day) => sitting(day, 20));
    expect(decodeOf(sitting(5, 20), sitting(6, 20), steady)!.spread).toBe(0.01);
  });

  it('of another identity have their own like them in the history', () => {
    const newer = { identity: { runtimeVersion: 'onnxruntime-node 1.31.0' } };
    const history = [sitting(1, 20), sitting(2, 22, newer), sitting(9, 22, newer)];
    const found = decodeOf(sitting(5, 20), sitting(6, 22, newer), history)!;
    expect([found.baseline.length, found.candidate.length]).toEqual([2, 3]);
  });
});

describe('a change that the rounds show', () => {
  it.each([
    [21, 'within sitting spread', 0],
    [26, 'worse', 0],
    [16, 'better', 0],
    [21.6, 'within sitting spread', 1],
    [22.5, 'worse', 6],
  ])('to %d ms from 20 is %s with a history of %i', (tpotMs, outcome, count) => {
    const history = Array.from({ length: count }, (_, i) => sitting(1 + i, 20 + 0.1 * (i % 3)));
    const change = changeOf(sitting(10, 20), sitting(11, tpotMs), history);
    expect(change.outcome).toBe(outcome);
    expect(change.sittings!.baseline).toBe(1 + count);
    expect(change.visibleEffect!).toBeGreaterThan(change.sittings!.limit);
    expect(changeOf(sitting(10, 20), sitting(10, tpotMs)).outcome).toBe(tpotMs > 20 ? 'worse' : 'better');
  });

  it('must go the same way as the sittings', () => {
    // The named baseline was slow for once: its history says that the candidate is slower.
    const history = Array.from({ length: 25 }, (_, i) => sitting(1 + i, 10));
    const change = changeOf(sitting(28, 20), sitting(29, 17), history);
    expect(change.change).toBeGreaterThan(0.1);
    expect(Math.log1p(change.sittings!.change)).toBeLessThan(-Math.log1p(change.sittings!.limit));
    expect(change.outcome).toBe('within sitting spread');
  });

  it('of 5 % is out of reach of two sittings, whatever the rounds', () => {
    expect(changeOf(sitting(10, 20), sitting(11, 20)).roundsToSee5Percent).toBeNull();
    expect(changeOf(sitting(10, 20), sitting(10, 20)).roundsToSee5Percent).not.toBeNull();
  });
});

it('judges sittings by their rounds of sufficient grade alone, those of the history too', () => {
  const mixed = (day: number) => {
    const [good, bad] = [sitting(day, 20), sitting(day, 20 * day)].map(({ cases }) => cases[0]!.rounds);
    const rounds = good!.map((round, i) =>
      i < 2 ? { ...round, condition: conditionOf() } : { ...bad![i]!, condition: disturbed(0.6) },
    );
    return { ...sitting(day, 20), cases: [{ ...sitting(day, 20).cases[0]!, rounds } as (typeof one)['cases'][0]] };
  };
  const one = sitting(6, 20);
  const spread = (grade: 'B' | 'C') => {
    const history = [1, 2, 3, 4].map((day) => digested(mixed(day)));
    const [entry] = compareResults(mixed(5), one, { across: [], grade, history }).cases;
    return entry?.status === 'compared' ? entry.changes[0]!.sittings!.spread : null;
  };
  expect(spread('B')).toBeLessThan(spread('C')! / 10);
});
