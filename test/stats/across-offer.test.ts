// What --across is offered: enough to compare more, and nothing that leaves a choice.
import { describe, expect, it } from 'vitest';
import type { CaseKey } from '../../src/contract/case-key.js';
import type { CaseResult } from '../../src/contract/result.js';
import { acrossOffer } from '../../src/stats/across-offer.js';
import { compareResults } from '../../src/stats/compare.js';
import { documentOf, type FakeDocument, generateCase, steadyRound } from '../fixtures/document.js';

const of = (key: Partial<CaseKey> = {}, identity = {}) => generateCase([steadyRound(100, 10)], { key, identity });
const lengths = (prompt: number) =>
  of({ workload: { kind: 'generate', prompt, new: 5, depth: 0 } }, { workload: `${prompt}` });

function offer(before: CaseResult[], after: CaseResult[], other: FakeDocument = {}, across: string[] = []) {
  const documents = { baseline: documentOf(before), candidate: documentOf(after, other) };
  const found = acrossOffer(documents, { across });
  if (found !== null) {
    // What is offered works.
    const { cases } = compareResults(documents.baseline, documents.candidate, { across: found });
    expect(cases.some(({ status }) => status === 'compared')).toBe(true);
  }
  return found;
}

describe('acrossOffer', () => {
  it('is nothing where all is compared, or nothing could be', () => {
    expect(offer([of()], [of()])).toBeNull();
    expect(offer([of(), of({ threads: 4 })], [of()])).toBeNull();
  });

  it('is nothing where a side has no round', () => {
    const empty = { ...of(), rounds: [], status: 'skipped' as const, identity: null };
    expect(offer([of()], [empty])).toBeNull();
    expect(offer([empty], [of()])).toBeNull();
    expect(offer([of({ threads: 1 })], [{ ...empty, ...of({ threads: 2 }), identity: null, rounds: [] }])).toBeNull();
  });

  it('names what was refused, without what follows from it', () => {
    expect(offer([of()], [of({}, { graph: 'x' })])).toEqual(['graph']);
    expect(offer([of()], [of({}, { graph: 'x', weights: 'y' })])).toEqual(['weights']);
    expect(offer([of()], [of()], { machine: 'other', node: 'v22' })).toEqual(['node', 'machine']);
    expect(offer([of()], [of()], { machine: 'other', node: 'v22' }, ['node'])).toEqual(['node', 'machine']);
  });

  it('names the lengths in which two runs differ', () => {
    expect(offer([lengths(128)], [lengths(256)])).toEqual(['prompt']);
    expect(offer([lengths(128)], [lengths(256)], { machine: 'other' })).toEqual(['prompt', 'machine']);
  });

  it('names the fewest dimensions that pair anything', () => {
    const [plain, other] = [of({ threads: 1 }), of({ dtype: 'int8', threads: 1 }, { weights: 'x', graph: 'x' })];
    expect(offer([plain, of({ dtype: 'fp32', threads: 8 })], [other])).toEqual(['dtype']);
  });

  it('offers nothing that leaves a choice', () => {
    expect(offer([of({ threads: 1 }), of({ threads: 2 })], [of({ threads: 4 })])).toBeNull();
  });
});
