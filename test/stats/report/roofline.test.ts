// Points and roofs of the roofline, against the arithmetic of a case in round numbers (test/fixtures/ceilings.ts).
import { expect, it } from 'vitest';
import { CEILINGS, ceilingOf, documentWith, workedCase } from '../../fixtures/ceilings.js';
import { storedOf, viewOf } from '../../fixtures/report.js';

it('a phase lies at its operations a byte and at the speed that its rate amounts to', () => {
  // 512 tokens in 2.561 s; then 20 ms a token, each 1.2 Gop over 200 MB.
  const { roofs } = viewOf(storedOf(documentWith(CEILINGS, [workedCase(2561, 20)])));
  expect(roofs).toHaveLength(1);
  const [{ points, bytesPerSecond, operationsPerSecond }] = roofs as [(typeof roofs)[number]];
  expect([bytesPerSecond, operationsPerSecond]).toEqual([20e9, { fp32: 100e9, int8: 400e9 }]);
  const [prefill, decode] = points;
  expect(prefill!.phase).toBe('prefill');
  expect(prefill!.operationsPerByte).toBeCloseTo(512.2 / 0.2, 6);
  expect(prefill!.operationsPerSecond / 1e9).toBeCloseTo(512.2 / 2.561, 6);
  expect(prefill!.boundBy).toBe('matrix products');
  expect(decode!.operationsPerByte).toBeCloseTo(6, 9);
  expect(decode!.operationsPerSecond / 1e9).toBeCloseTo(60, 6);
  expect(decode!.boundBy).toBe('read bandwidth');
  // A point on its roof would have a share of 1: 6 operations a byte at 20 GB/s allow 120 Gop/s.
  expect(decode!.share).toBeCloseTo(60 / 120, 6);
});

it('threads and machines have roofs of their own; without ceilings there is none', () => {
  const four = CEILINGS.map((ceiling) => ({ ...ceiling, threads: 4, value: ceiling.value! * 2 }));
  const cases = [workedCase(2561, 20), workedCase(2000, 15, { key: { threads: 4 } })];
  const { roofs } = viewOf(storedOf(documentWith([...CEILINGS, ...four], cases)));
  expect(roofs.map(({ threads, bytesPerSecond }) => [threads, bytesPerSecond])).toEqual([
    [2, 20e9],
    [4, 40e9],
  ]);
  expect(viewOf(storedOf(documentWith(null, cases))).roofs).toEqual([]);
});

it('what is faster than the machine can be is not drawn', () => {
  const { roofs, entries } = viewOf(storedOf(documentWith([ceilingOf('read-bandwidth', 20)], [workedCase(2561, 5)])));
  expect(entries.map(({ status }) => status)).toEqual(['impossible']);
  expect(roofs).toEqual([]);
});
