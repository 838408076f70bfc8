// How the rates of a machine grow with threads.
import { expect, it } from 'vitest';
import { ceilingsByThreads } from '../../src/stats/ceilings-by-threads.js';
import { ceilingOf } from '../fixtures/ceilings.js';

it('takes the best kernel of each thread count, and the reason where nothing was measured', () => {
  const product = (threads: number, rate: number, operator: string) =>
    ceilingOf('matmul-int8', rate, { threads, operator });
  const storage = ceilingOf('storage-read', 1, { ep: null, threads: null, value: null, method: 'not measured: why' });
  const groups = ceilingsByThreads([
    product(1, 198, 'MatMulNBits'),
    product(1, 1547, 'MatMulInteger'),
    product(2, 3094, 'MatMulInteger'),
    storage,
  ]);
  expect(groups.map(({ kind, best, reason }) => ({ kind, best, reason }))).toEqual([
    {
      kind: 'matmul-int8',
      best: [
        { threads: 1, value: 1547e9, operator: 'MatMulInteger', timesFirst: 1 },
        { threads: 2, value: 3094e9, operator: 'MatMulInteger', timesFirst: 2 },
      ],
      reason: null,
    },
    { kind: 'storage-read', best: [], reason: 'not measured: why' },
  ]);
});
