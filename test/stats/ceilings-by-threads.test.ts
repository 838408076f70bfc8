// How the rates of a machine grow with threads, and whether two ways to measure a bandwidth agree.
import { expect, it } from 'vitest';
import { READ_PROBE } from '../../src/contract/ceilings.js';
import { disagreementNotes } from '../../src/report/ceiling-notes.js';
import { bandwidthDisagreements, ceilingsByThreads } from '../../src/stats/ceilings-by-threads.js';
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

it('names bandwidths that differ by more than 15 % between ONNX Runtime and the probe, best against best', () => {
  const reads = (kernels: number[], probes: number[], more = {}) => [
    ...kernels.map((rate) => ceilingOf('read-bandwidth', rate, more)),
    ...probes.map((rate) => ceilingOf('read-bandwidth', rate, { operator: READ_PROBE, ...more })),
  ];
  expect(bandwidthDisagreements(reads([20], [22.9]))).toEqual([]);
  expect(bandwidthDisagreements(reads([12, 20], [15, 22]))).toEqual([]);
  expect(bandwidthDisagreements(reads([20], []))).toEqual([]);
  expect(bandwidthDisagreements(reads([20], [30], { ep: 'webgpu' }))).toEqual([]);
  const apart = { threads: 2, workingSetBytes: 2 ** 27, kernel: 20e9, probe: 23.2e9 };
  expect(bandwidthDisagreements(reads([20], [23.2]))).toEqual([apart]);
  expect(bandwidthDisagreements([...reads([20], [16]), ...reads([9], [9], { threads: 1 })])).toHaveLength(1);
  expect(disagreementNotes(reads([20], [23.2]))).toEqual([
    'two measurements of the read bandwidth over 134 MB with 2 threads are 16 % apart: ONNX Runtime reads 20.00 GB/s, a program of edgeproof without it 23.20 GB/s. The larger one counts; the machine may have been busy.',
  ]);
});
