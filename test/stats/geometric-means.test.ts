// All cases of a comparison together, against values worked out on paper.
import { describe, expect, it } from 'vitest';
import type { CaseResult } from '../../src/contract/result.js';
import { compareView } from '../../src/stats/compare-view.js';
import { comparisonsView, exitCodeOfAll } from '../../src/stats/comparisons-view.js';
import { CEILINGS, ceilingOf, documentWith, workedCase } from '../fixtures/ceilings.js';
import { documentOf, generateCase, steadyRound } from '../fixtures/document.js';

/** A case of so many threads, with a round for each time per token. */
const caseOf = (threads: number, times: number[], identity = {}) =>
  generateCase(
    times.map((tpotMs) => steadyRound(400, tpotMs)),
    { key: { threads }, identity },
  );
const side = (cases: CaseResult[], day = 1) => ({
  document: documentOf(cases, { startedAt: `2025-01-0${day}T12:00:00.000Z` }),
  path: `${day}.json`,
});
const OPTIONS = { across: [], grade: 'C' } as const;
const decodeOf = (before: CaseResult[], after: CaseResult[]) =>
  compareView(side(before), side(after, 2), OPTIONS).means.find(({ metric }) => metric === 'decodeRate');
const steady = (ms: number) => Array.from({ length: 5 }, () => ms);

describe('the geometric mean', () => {
  it('of rates that double and halve is no change, and of 2 and 8 is 4', () => {
    const before = [caseOf(1, steady(20)), caseOf(2, steady(20))];
    expect(decodeOf(before, [caseOf(1, steady(10)), caseOf(2, steady(40))])!.change).toBeCloseTo(0, 9);
    const mean = decodeOf(before, [caseOf(1, steady(10)), caseOf(2, steady(2.5))])!;
    expect(mean).toMatchObject({ cases: 2, ofCeiling: null });
    expect(mean.change).toBeCloseTo(3, 9);
    expect(mean.interval95!.low).toBeCloseTo(3, 9);
  });

  it('needs two cases', () => {
    expect(decodeOf([caseOf(1, steady(20))], [caseOf(1, steady(10))])).toBeUndefined();
  });

  it('is as uncertain as the means of whole rounds: what hits every case of a round does not average out', () => {
    const noise = [1, 1.1, 0.9, 1.05, 0.95];
    const opposite = noise.map((factor) => 1 / factor);
    const times = (factors: number[]) => factors.map((factor) => 20 * factor);
    const width = (...cases: number[][]) => {
      const all = cases.map((factors, i) => caseOf(i + 1, times(factors)));
      const { low, high } = decodeOf(all, all)!.interval95!;
      return Math.log1p(high) - Math.log1p(low);
    };
    const alone = width(noise, noise);
    expect(width(noise, noise, noise, noise)).toBeCloseTo(alone, 9);
    // Two cases that err in opposite directions leave the mean of each round as it is.
    expect(width(noise, opposite)).toBeCloseTo(0, 9);
  });

  it('of two rounds a side has the limits of Student: t(2) × √(2 × half the distance²)', () => {
    const [a, b] = [20, 20 * Math.exp(0.02)];
    const cases = [caseOf(1, [a, b]), caseOf(2, [a, b])];
    const { low, high } = decodeOf(cases, cases)!.interval95!;
    expect(Math.log1p(high)).toBeCloseTo(4.3027 * Math.sqrt(2) * 0.01, 5);
    expect(Math.log1p(low)).toBeCloseTo(-Math.log1p(high), 9);
  });

  it('of a single round has no interval', () => {
    const cases = [caseOf(1, [20]), caseOf(2, [20])];
    expect(decodeOf(cases, cases)!.interval95).toBeNull();
  });
});

describe('what is faster but different', () => {
  const hashed = (threads: number, ms: number, hash: string) =>
    generateCase(
      Array.from({ length: 6 }, () => ({ ...steadyRound(400, ms), tokensHash: (seed: number) => `${hash}${seed}` })),
      { key: { threads } },
    );
  const before = [1, 2, 3].map((threads) => hashed(threads, 20, 'a'));
  const wrong = [hashed(1, 5, 'b'), hashed(2, 20, 'a'), hashed(3, 20, 'a')];

  it('is not in the mean', () => {
    expect(decodeOf(before, wrong)).toMatchObject({ cases: 2, change: 0 });
  });

  it('is in the mean of no candidate, so that all means are of the same cases', () => {
    const { means } = comparisonsView(side(before), [side(before, 2), side(wrong, 3)], () => [], OPTIONS);
    expect(new Set(means.flat().map(({ cases }) => cases))).toEqual(new Set([2]));
  });
});

describe('of two machines', () => {
  it('is also the ratio of the shares of their ceilings, which one machine does not have', () => {
    // 20 GB/s: a token of 200 MB takes 10 ms at the least. Of twice that, 5 ms.
    const fast = CEILINGS.map((ceiling) => ceilingOf(ceiling.kind, (2 * ceiling.value!) / 1e9));
    const cases = [1, 2].map((i) => workedCase(2561, 20, { key: { layout: i === 1 ? 'tuned' : 'split' } }));
    const quicker = [1, 2].map((i) => workedCase(2561, 10 * i, { key: { layout: i === 1 ? 'tuned' : 'split' } }));
    const a = documentWith(CEILINGS, cases);
    const b = documentWith(fast, quicker);
    const other = { ...b, startedAt: '2025-01-02T12:00:00.000Z', machine: { ...b.machine, cpu: 'Other CPU' } };
    const view = compareView(
      { document: a, path: 'a' },
      { document: other, path: 'b' },
      { ...OPTIONS, across: ['machine'] },
    );
    const [first] = view.cases;
    // 10 of 20 ms before; 5 of 10 ms after, and 5 of 20 ms in the other case.
    expect(first).toMatchObject({ ofCeiling: { baseline: { decode: 0.5 }, candidate: { decode: 0.5 } } });
    const mean = view.means.find(({ metric }) => metric === 'decodeRate')!;
    expect(mean.ofCeiling).toBeCloseTo(Math.sqrt(1 * 0.5), 9);
    expect(mean.change).toBeCloseTo(Math.sqrt(2) - 1, 9);
    // Where one case has no share, there is no mean of shares.
    const lacking = structuredClone(other);
    delete lacking.cases[1]!.checkpoint!.graph.work;
    const unknown = compareView(
      { document: a, path: 'a' },
      { document: lacking, path: 'b' },
      { ...OPTIONS, across: ['machine'] },
    );
    expect(unknown.means.map(({ ofCeiling }) => ofCeiling)).toEqual(unknown.means.map(() => null));
    const own = compareView({ document: a, path: 'a' }, { document: a, path: 'a' }, OPTIONS);
    expect(own.means.map(({ ofCeiling }) => ofCeiling)).toEqual(own.means.map(() => null));
  });
});

describe('several candidates', () => {
  const all = (before: CaseResult[], ...candidates: CaseResult[][]) =>
    comparisonsView(
      side(before),
      candidates.map((cases, i) => side(cases, i + 2)),
      () => [],
      OPTIONS,
    );
  const spread = (ms: number) => [0.99, 0.995, 1, 1.005, 1.01].map((factor) => ms * factor);
  const decodesOf = (view: ReturnType<typeof all>) =>
    view.comparisons.map(({ cases }) =>
      cases.flatMap((entry) =>
        entry.status === 'compared' ? entry.changes.filter(({ metric }) => metric === 'decodeRate') : [],
      ),
    );

  it('are one family: p counts as often as there are candidates, and 4 rounds a side no longer suffice', () => {
    const slower = [caseOf(2, spread(40))];
    const one = compareView(side([caseOf(2, spread(20))]), side(slower, 2), OPTIONS);
    const single = one.cases.flatMap((entry) => (entry.status === 'compared' ? entry.changes : []));
    const p = single.find(({ metric }) => metric === 'decodeRate')!.adjustedP;
    const view = all([caseOf(2, spread(20))], slower, slower, slower);
    for (const [change] of decodesOf(view)) expect(change).toMatchObject({ adjustedP: p * 3, outcome: 'worse' });
    expect([one.roundsNeeded, view.comparisons[0]!.roundsNeeded]).toEqual([4, 5]);
    const four = [20, 20.1, 20.2, 20.3];
    const few = all(
      [caseOf(2, four)],
      [
        caseOf(
          2,
          four.map((ms) => 2 * ms),
        ),
      ],
      [caseOf(2, four)],
    );
    expect(decodesOf(few)[0]![0]!.outcome).toBe('too few rounds');
    expect(decodesOf(few)[0]![0]!.visibleEffect).toBeNull();
  });

  it('show less each, by their rounds and by their sittings', () => {
    const later = (cases: CaseResult[], day: number) => {
      const own = side(cases, day);
      for (const { rounds } of own.document.cases)
        for (const round of rounds) round.startedAt = `2025-01-0${day}T12:00:0${round.index}.000Z`;
      return own;
    };
    const [base, other] = [later([caseOf(2, spread(20))], 1), later([caseOf(2, spread(21))], 2)];
    const several = comparisonsView(base, [other, other, other], () => [], OPTIONS);
    const limits = [compareView(base, other, OPTIONS), several.comparisons[0]!].map(({ cases }) => {
      const [entry] = cases;
      const changes = entry?.status === 'compared' ? entry.changes : [];
      return changes.find(({ metric }) => metric === 'decodeRate')!.sittings!.limit;
    });
    // docs/comparison.md: 13.3 % for 4 figures, 15.4 % for 12.
    expect(limits[0]).toBeCloseTo(0.133, 3);
    expect(limits[1]).toBeGreaterThan(0.15);
    const noisy = [caseOf(2, [16, 18, 20, 22, 24])];
    const visible = [
      all(noisy, noisy, noisy, noisy).comparisons[0]!,
      compareView(side(noisy), side(noisy, 2), OPTIONS),
    ].map(({ cases: [entry] }) => {
      const changes = entry?.status === 'compared' ? entry.changes : [];
      return changes.find(({ metric }) => metric === 'decodeRate')!.visibleEffect!;
    });
    expect(visible[0]).toBeGreaterThan(visible[1]!);
  });

  it('have means over the cases with which all of them were compared', () => {
    const three = [1, 2, 3].map((threads) => caseOf(threads, spread(20)));
    const view = all(three, three, three.slice(1));
    const counts = view.means.map((means) => means.map(({ cases }) => cases));
    expect(new Set(counts.flat())).toEqual(new Set([2]));
    expect(view.cases.map(({ key }) => key.threads)).toEqual([1, 2, 3]);
  });

  it('say no where any is worse, and give no answer where one could not be compared', () => {
    const [base, slow, other] = [
      [caseOf(2, spread(20))],
      [caseOf(2, spread(40))],
      [caseOf(2, spread(20), { weights: 'x' })],
    ];
    expect(exitCodeOfAll(all(base, base, slow), {})).toBe(1);
    expect(exitCodeOfAll(all(base, base, other), {})).toBe(2);
    expect(exitCodeOfAll(all(base, slow, other), {})).toBe(1);
    expect(exitCodeOfAll(all(base, base, base), {})).toBe(0);
  });
});
