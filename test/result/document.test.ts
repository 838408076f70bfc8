// Which rounds a document still wants, and in which order.
import { describe, expect, it } from 'vitest';
import { pendingRounds } from '../../src/result/document.js';
import { documentOf, generateCase } from '../fixtures/document.js';

const ROUND = { tokenMs: [[10, 20]] };
const order = (document: ReturnType<typeof documentOf>) =>
  pendingRounds(document).map(({ result, round }) => `${result.key.threads} in ${round}`);

describe('pending rounds', () => {
  const cases = [1, 2, 3].map((threads) => generateCase([], { key: { threads } }));

  it('visit all cases in every round, forwards and backwards in turn', () => {
    const document = documentOf(cases);
    document.suite.content.rounds = 3;
    expect(order(document)).toEqual([
      ...['1 in 0', '2 in 0', '3 in 0'],
      ...['3 in 1', '2 in 1', '1 in 1'],
      ...['1 in 2', '2 in 2', '3 in 2'],
    ]);
  });

  it('leave out what was measured and keep what failed', () => {
    const document = documentOf([generateCase([ROUND, 'failed'], { key: { threads: 4 } }), ...cases.slice(0, 1)]);
    document.suite.content.rounds = 2;
    expect(order(document)).toEqual(['1 in 0', '1 in 1', '4 in 1']);
  });
});
