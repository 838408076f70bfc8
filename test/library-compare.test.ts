// The library's `compare`: its options are those of the verb.
import { expect, it } from 'vitest';
import { compare } from '../src/library.js';
import { conditionOf, disturbed } from './fixtures/condition.js';
import { documentOf, generateCase, steadyRound } from './fixtures/document.js';

const calm = Array.from({ length: 6 }, (_, i) => ({ ...steadyRound(100 + i / 100, 20), condition: conditionOf() }));
const slow = Array.from({ length: 6 }, (_, i) => ({ ...steadyRound(150 + i / 100, 30), condition: disturbed(0.5) }));

it('leaves out rounds of a worse grade when asked to', () => {
  const [before, after] = [documentOf([generateCase(calm)]), documentOf([generateCase([...slow, ...calm])])];
  const roundsOf = (options?: Parameters<typeof compare>[2]) =>
    compare(before, after, options).cases.map((entry) => entry.status === 'compared' && entry.changes[0]!.candidate.n);
  expect([roundsOf(), roundsOf({ grade: 'C' }), roundsOf({ grade: 'B' })]).toEqual([[12], [12], [6]]);
});
