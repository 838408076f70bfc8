// What is scaled to a device, by hand.
import { describe, expect, it } from 'vitest';
import type { CeilingShare } from '../../src/contract/views/ceiling-share.js';
import { scaledOf } from '../../src/stats/scaled.js';
import { documentOf, generateCase, steadyRound } from '../fixtures/document.js';

const DEVICE = {
  ...{ id: 'board', name: 'A board', cores: 4, memoryBytes: 2e9, bytesPerSecond: 5e9 },
  operationsPerSecond: { int8: 100e9, fp32: 30e9 },
};
const limits = { memoryBytes: 2e9, swapBytes: 0, device: 'board' };
const one = generateCase([steadyRound(100, 20)], { key: { limits, threads: 2 } });
const document = { ...documentOf([one]), devices: [DEVICE] };

const share = (values: Partial<CeilingShare>): CeilingShare => ({
  ...{
    share: 0.5,
    boundBy: 'read bandwidth',
    impossible: false,
    ceilingRate: 100,
    highestRate: 110,
    tokens: 1,
    bytes: 1,
  },
  ...{ rate: 50, bytesPerSecond: 20e9, operations: {}, operationsPerSecond: {} },
  ...values,
});
const shares = {
  decode: share({}),
  prefill: share({
    rate: 400,
    operations: { int8: 1e12, fp32: 1e10 },
    operationsPerSecond: { int8: 400e9, fp32: 100e9 },
  }),
};

describe('scaledOf', () => {
  it('scales decode to the bandwidth of the device, and prefill to its rate of what is multiplied most', () => {
    expect(scaledOf(document, one, shares)).toEqual({
      ...{ device: 'board', name: 'A board', memoryBytes: 2e9, cores: 2, deviceCores: 4 },
      decode: { rate: 12.5, factor: 0.25, own: 20e9, device: 5e9 },
      prefill: { rate: 100, factor: 0.25, own: 400e9, device: 100e9 },
    });
  });

  it('takes the rate of floats where the device has none of integers', () => {
    const old = { ...DEVICE, operationsPerSecond: { int8: null, fp32: 30e9 } };
    expect(scaledOf({ ...document, devices: [old] }, one, shares)?.prefill?.rate).toBeCloseTo((400 * 30) / 400, 9);
  });

  it('scales nothing without a ceiling', () => {
    expect(scaledOf(document, one, { decode: null, prefill: null })).toMatchObject({ decode: null, prefill: null });
  });

  it('is of no case that was not run as on a device', () => {
    const plain = generateCase([steadyRound(100, 20)]);
    expect(scaledOf(document, plain, shares)).toBeNull();
    expect(scaledOf(documentOf([one]), one, shares)).toBeNull();
  });
});
