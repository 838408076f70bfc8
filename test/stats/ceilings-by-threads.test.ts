// How the rates of a machine grow with threads, and whether two ways to measure a bandwidth agree.
import { describe, expect, it } from 'vitest';
import { PRODUCT_PROBES, READ_PROBE } from '../../src/contract/ceilings.js';
import { disagreementNotes } from '../../src/report/ceiling-notes.js';
import { bandwidthDisagreements, ceilingsByThreads, kernelsBeaten } from '../../src/stats/ceilings-by-threads.js';
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

describe('products without ONNX Runtime', () => {
  const kernel = (rate: number, more = {}) => ceilingOf('matmul-int8', rate, { operator: 'MatMulNBits', ...more });
  const probe = (rate: number, more = {}) => ceilingOf('matmul-int8', rate, { operator: PRODUCT_PROBES.int8, ...more });

  it('have rows of their own, as floors', () => {
    const groups = ceilingsByThreads([kernel(400), probe(25, { threads: 1 }), probe(50)]);
    expect(groups.map(({ isFloor, best }) => [isFloor, best.map(({ value }) => value / 1e9)])).toEqual([
      [false, [400]],
      [true, [25, 50]],
    ]);
  });

  it('are named where they beat the best kernel of the same arithmetic and threads', () => {
    expect(kernelsBeaten([kernel(20), kernel(60), probe(50)])).toEqual([]);
    expect(
      kernelsBeaten([kernel(60), probe(50), kernel(40, { threads: 1 }), kernel(40, { kind: 'matmul-fp32' })]),
    ).toEqual([]);
    expect(kernelsBeaten([probe(50), kernel(40, { value: null }), kernel(40, { threads: 1 })])).toEqual([]);
    expect(kernelsBeaten([kernel(20), kernel(40), probe(50)])).toHaveLength(1);
    expect(disagreementNotes([kernel(20), kernel(40), probe(50)])).toEqual([
      "a program of edgeproof without ONNX Runtime multiplies int8 at 50.0 Gop/s with 2 threads, faster than ONNX Runtime's best kernel (MatMulNBits, 40.0 Gop/s), so its rate is the ceiling; the machine may have been busy.",
    ]);
  });
});
