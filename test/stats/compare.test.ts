// Comparing two documents: which cases are compared, and the exit code.
import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../src/stats/compare.js';
import { baseline, changesOf, compare, JITTER, rounds } from '../fixtures/comparison.js';
import { generateCase, microCase } from '../fixtures/document.js';

describe('matching of cases', () => {
  it('names what only one side has', () => {
    const [q4, int8, fp32] = (['q4', 'int8', 'fp32'] as const).map((dtype) => baseline(6, { key: { dtype } }));
    const { cases } = compare([q4!, int8!], [fp32!, q4!]);
    expect(cases.map((entry) => [entry.id, entry.status, 'reason' in entry ? entry.reason : ''])).toEqual([
      [q4!.id, 'compared', ''],
      [fp32!.id, 'unmatched', 'only in the candidate'],
      [int8!.id, 'missing', 'only in the baseline'],
    ]);
  });

  it('does not depend on the order of the cases', () => {
    const [slow, fast] = [generateCase(rounds(6, 300, 60), { key: { threads: 1 } }), baseline()];
    const comparison = compare([slow, fast], [fast, slow]);
    for (const index of [0, 1]) expect(changesOf(comparison, index).get('ttftMs')!.change).toBe(0);
  });

  it('keeps the tasks of micro workloads apart', () => {
    const samples = (ms: number) => JITTER.map((factor) => ({ sampleMs: [ms * factor] }));
    const cases = [
      microCase(samples(1), 'tokenize', { identity: { workload: 'tokenize' } }),
      microCase(samples(20), 'session-run', { identity: { workload: 'session-run' } }),
    ];
    const comparison = compare(cases, cases);
    expect(comparison.cases.map((entry) => [entry.id, entry.status])).toEqual([
      [cases[0]!.id, 'compared'],
      [cases[1]!.id, 'compared'],
    ]);
    for (const index of [0, 1]) expect(changesOf(comparison, index).get('microMs')!.change).toBe(0);
  });

  it('compares a case with itself where both sides have it, whatever --across would also match', () => {
    const of = (prompt: number, ttftMs: number) =>
      generateCase(rounds(6, ttftMs, 20), { key: { workload: { kind: 'generate', prompt, new: 5, depth: 0 } } });
    const [long, short] = [of(512, 400), of(128, 100)];
    const entry = changesOf(compare([long, short], [long], { across: ['prompt'] }));
    expect(entry.get('ttftMs')!.change).toBe(0);
  });

  it.each([
    ['candidate', [baseline()], [generateCase(['failed', 'failed'])]],
    ['baseline', [generateCase(['failed'])], [baseline()]],
  ])('says which side has no measured round: the %s', (side, before, after) => {
    // A failed case has no tokens, so its key still has the lengths of the other.
    const key = baseline().key;
    const [a, b] = [before, after].map((cases) => cases.map((result) => ({ ...result, key, id: baseline().id })));
    const comparison = compare(a!, b!);
    expect(comparison.cases).toEqual([
      {
        id: baseline().id,
        status: side === 'candidate' ? 'failed' : 'unmatched',
        key,
        reason: `no measured round in the ${side} (failed)`,
      },
    ]);
    // A case that used to run and fails now is a regression; one that never ran cannot be judged.
    expect(exitCodeOf(comparison)).toBe(side === 'candidate' ? 1 : 2);
  });
});

describe('exit code', () => {
  const slow = () => generateCase(rounds(6, 200, 40));

  it('is 0 when nothing worse is shown', () => {
    expect(exitCodeOf(compare([baseline()], [baseline()]))).toBe(0);
    expect(exitCodeOf(compare([slow()], [baseline()]))).toBe(0);
  });

  it('is 1 when anything worse is shown, whatever else got better', () => {
    expect(exitCodeOf(compare([baseline()], [slow()]))).toBe(1);
    const mixed = generateCase(rounds(6, 50, 10, { loadMs: 4000 }));
    expect(exitCodeOf(compare([baseline()], [mixed]))).toBe(1);
  });

  it.each([
    ['rounds are too few', compare([baseline(3)], [generateCase(rounds(3, 200, 40))])],
    ['no case matches', compare([baseline()], [baseline(6, { key: { threads: 8 } })])],
    ['what is measured differs', compare([baseline()], [baseline(6, { identity: { weights: 'x' } })])],
  ])('is 2 when nothing could be answered: %s', (_, comparison) => {
    expect(exitCodeOf(comparison)).toBe(2);
  });

  it('is 0 when one case of several could be compared', () => {
    const other = baseline(6, { key: { threads: 8 } });
    expect(exitCodeOf(compare([baseline()], [baseline(), other]))).toBe(0);
  });
});
