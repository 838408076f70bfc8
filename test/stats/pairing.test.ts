// Which cases are compared with which: by id, else the only ones that differ in nothing but what may; never a guess.
import { describe, expect, it } from 'vitest';
import type { CaseKey } from '../../src/contract/case-key.js';
import type { CaseResult } from '../../src/contract/result.js';
import { type PairingOptions, pairCases } from '../../src/stats/pairing.js';
import { generateCase, steadyRound } from '../fixtures/document.js';
import { thrownBy } from '../fixtures/thrown.js';

const of = (key: Partial<CaseKey>) => generateCase([steadyRound(100, 10)], { key });
const threads = (...counts: number[]) => counts.map((count) => of({ threads: count }));
const name = ({ key }: CaseResult) => `${key.dtype} t${key.threads}`;

function pairsOf(before: CaseResult[], after: CaseResult[], options: PairingOptions) {
  const { pairs, onlyBaseline, onlyCandidate } = pairCases(
    { baseline: { cases: before }, candidate: { cases: after } },
    options,
  );
  return {
    pairs: pairs.map((pair) => `${name(pair.before)} → ${name(pair.after)}`),
    onlyBaseline: onlyBaseline.map(name),
    onlyCandidate: onlyCandidate.map(name),
  };
}
const across = (...names: string[]) => ({ across: names });

describe('pairCases', () => {
  it('pairs cases of one id, whatever may differ, and whatever the order', () => {
    const found = { pairs: ['q4 t2 → q4 t2', 'q4 t1 → q4 t1'], onlyBaseline: ['q4 t4'], onlyCandidate: [] };
    expect(pairsOf(threads(1, 2, 4), threads(2, 1), across('threads'))).toEqual(found);
    expect(pairsOf(threads(1, 2, 4), threads(2, 1), across())).toEqual(found);
  });

  it('pairs the only two that differ in nothing but what may', () => {
    expect(pairsOf(threads(1), threads(4), across('threads')).pairs).toEqual(['q4 t1 → q4 t4']);
    const dtypes = (dtype: CaseKey['dtype']) => [1, 2].map((count) => of({ dtype, threads: count }));
    expect(pairsOf(dtypes('q4'), dtypes('int8'), across('dtype')).pairs).toEqual([
      'q4 t1 → int8 t1',
      'q4 t2 → int8 t2',
    ]);
  });

  it.each([
    ['two of the baseline', [1, 2], [4]],
    ['two of the candidate', [1], [2, 4]],
    ['two of each', [1, 2], [4, 8]],
    ['some have a partner of the same id', [1, 2], [2, 4]],
  ])('refuses to choose: %s', (_, before, after) => {
    expect(thrownBy(() => pairsOf(threads(...before), threads(...after), across('threads'))).code).toBe(
      'pairing-ambiguous',
    );
  });

  it('lists the pairs, each with the options that choose it', () => {
    const error = thrownBy(() => pairsOf(threads(1, 2), threads(4), across('threads')));
    expect(error.message).toBe(
      [
        'across threads, these cases can be paired in more than one way:',
        '  threads=1 → threads=4: --pair threads=1:4',
        '  threads=2 → threads=4: --pair threads=2:4',
      ].join('\n'),
    );
    expect(error.hint).toBe('choose a pair with the options behind it');
  });

  it('says which shorter --across leaves nothing to choose', () => {
    const both = (dtype: CaseKey['dtype']) => [1, 2].map((count) => of({ dtype, threads: count }));
    const error = thrownBy(() => pairsOf(both('q4'), both('int8'), across('threads', 'dtype')));
    expect(error.message).toContain(
      'dtype=q4 threads=1 → dtype=int8 threads=2: --pair dtype=q4:int8 --pair threads=1:2',
    );
    expect(error.hint).toMatch(/with --across dtype$/);
  });

  it('lists eight pairs at most', () => {
    const error = thrownBy(() => pairsOf(threads(1, 2, 3, 4), threads(5, 6, 7), across('threads')));
    expect(error.message.split('\n')).toHaveLength(10);
    expect(error.message).toContain('and 4 more');
  });

  it('--pair keeps the named cases of each side, and lets that dimension differ', () => {
    const pair = [{ dimension: 'threads', baseline: '1', candidate: '4' }];
    const found = pairsOf(threads(1, 2), threads(2, 4), { across: [], pair });
    expect(found).toEqual({ pairs: ['q4 t1 → q4 t4'], onlyBaseline: [], onlyCandidate: [] });
  });

  it.each([
    ['threads', '3', '4', 'no case of the baseline has threads=3', 'a value that it has: 1, 2'],
    ['threads', '1', '1', 'no case of the candidate has threads=1', 'a value that it has: 2, 4'],
    ['thread', '1', '4', 'no case of the baseline has thread=1', 'a value that it has: none'],
  ])('--pair %s=%s:%s says what no case has', (dimension, before, after, message, hint) => {
    const pair = [{ dimension, baseline: before, candidate: after }];
    const error = thrownBy(() => pairsOf(threads(1, 2), threads(2, 4), { across: [], pair }));
    expect(error.message).toContain(message);
    expect(error.hint).toContain(hint);
  });

  it('--pair knows the defaults that ids leave out', () => {
    const [spinning, quiet] = [of({}), of({ options: { spinning: false } })];
    const pair = [{ dimension: 'option.spinning', baseline: 'on', candidate: 'off' }];
    const sides = [quiet, spinning];
    const { pairs } = pairCases({ baseline: { cases: sides }, candidate: { cases: sides } }, { across: [], pair });
    expect(pairs).toEqual([{ before: spinning, after: quiet }]);
  });
});
