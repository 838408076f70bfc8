// Predictions from cases that were measured on a machine: which of them count, and that a machine of known efficiency is found.
import { describe, expect, it } from 'vitest';
import type { PublishedRow } from '../../src/contract/published.js';
import type { SizeFacts } from '../../src/contract/size-facts.js';
import type { CaseDigest, Digest } from '../../src/contract/views/digest.js';
import { measuredCases } from '../../src/verdict/own-machine.js';
import { scoreView } from '../../src/verdict/score-view.js';
import { machineTarget } from '../../src/verdict/target.js';
import { ceilingOf } from '../fixtures/ceilings.js';
import { fakeCase, fakeDigest } from '../fixtures/digest.js';
import { SIZE } from '../fixtures/size.js';

const CEILINGS = [
  ceilingOf('read-bandwidth', 20, { workingSetBytes: 1e6 }),
  ceilingOf('matmul-int8', 400, { operator: 'MatMulNBits' }),
  ceilingOf('matmul-fp32', 100),
];
/** As large as SIZE × `factor`, in as many layers. */
const sizeOf = (factor: number): SizeFacts => ({
  ...SIZE,
  parameters: SIZE.parameters * factor,
  weightBytes: SIZE.weightBytes * factor,
  work: {
    ...SIZE.work,
    tokenBytes: SIZE.work.tokenBytes * factor,
    products: SIZE.work.products.map((one) => ({ ...one, operations: one.operations * factor })),
    head: { ...SIZE.work.head!, operations: SIZE.work.head!.operations * factor },
  },
});
/** Reads weights at 62.5 % of the bandwidth, and needs 50 µs a layer and 20 times as long for attention as MatMul would. */
const decodeSeconds = (factor: number) =>
  1.6 * ((200e6 * factor) / 20e9) + 10 * 50e-6 + (20 * 514.5 * 2 * 8 * 128 * 10) / 100e9;
const rateOf = (factor: number) => 1 / decodeSeconds(factor);

const caseOf = (model: string, factor: number, more: Partial<CaseDigest> = {}): CaseDigest => ({
  ...fakeCase([rateOf(factor)], { model }),
  size: sizeOf(factor),
  peaks: { load: 1.3 * 200e6 * factor + 150e6, run: 1.2 * 200e6 * factor + 160e6 },
  ...more,
});
const digestOf = (cases: CaseDigest[], day = 1): Digest => ({ ...fakeDigest(cases, { day }), ceilings: CEILINGS });
const familyOf = (model: string) => model.split('-')[0]!;
const FACTORS = { 'a-1': 0.5, 'a-2': 1, 'b-1': 2, 'c-1': 4, 'd-1': 8 };
const digest = digestOf(Object.entries(FACTORS).map(([model, factor]) => caseOf(model, factor)));

const target = (digests: readonly Digest[]) =>
  machineTarget({
    on: { kind: 'this machine', id: 'xeon', name: 'x', class: null, threads: 2 },
    ...{ memoryBytes: 8e9, digests, familyOf, runtime: 'onnxruntime', ep: 'cpu', threads: 2 },
  });
const LENGTHS = { prompt: 512, new: 5, depth: 0 };

describe('a machine of known efficiency', () => {
  it('is found: a model that was not measured is predicted within 5 %, between the sizes and beyond them', () => {
    const { values } = target([digest]);
    for (const factor of [0.25, 3, 12]) {
      const { decodeRate, prefillRate } = values(sizeOf(factor), LENGTHS, 'tuned', 'q4');
      expect(Math.abs(decodeRate! / rateOf(factor) - 1), `${factor}`).toBeLessThan(0.05);
      expect(prefillRate).toBeGreaterThan(0);
    }
  });

  it('takes the ceilings of the newest sitting', () => {
    // Nothing was measured beside them, so that only the bandwidth differs.
    const slow = [ceilingOf('read-bandwidth', 2, { workingSetBytes: 1e6 }), ...CEILINGS.slice(1)];
    const slower = { ...digestOf([], 2), ceilings: slow };
    const rate = (digests: Digest[]) => target(digests).values(sizeOf(4), LENGTHS, 'tuned', 'q4').decodeRate!;
    expect(rate([digest, slower])).toBeLessThan(0.3 * rate([slower, digest]));
  });

  it('predicts the higher of the peaks of loading and of running', () => {
    const { values, loadBytes } = target([digest]);
    const short = values(sizeOf(4), LENGTHS, 'tuned', 'q4').peakRssBytes!;
    expect(short / loadBytes(sizeOf(4), 'tuned', 'q4')!).toBeCloseTo(1, 9);
    // 100,000 positions of 40 kB.
    expect(values(sizeOf(4), { ...LENGTHS, depth: 100_000 }, 'tuned', 'q4').peakRssBytes).toBeGreaterThan(4e9);
  });

  it('has ranges from architectures that it was predicted without, which hold the others', () => {
    const { spreads, basis } = target([digest]);
    expect(basis).toMatchObject({ cases: 5, architectures: 4, decode: { groups: 4, coverage: 0.6 } });
    expect(spreads.decodeRate!.low).toBeGreaterThan(0.85);
    expect(spreads.decodeRate!.high).toBeLessThan(1.15);
  });

  it('scores within its limits, each model without itself; and one that is odd is told by its error', () => {
    const odd = digestOf([...digest.cases, caseOf('e-1', 2, fakeCase([rateOf(2) / 2], { model: 'e-1' }))]);
    odd.cases.at(-1)!.size = sizeOf(2);
    const { own } = scoreView([odd], familyOf, [ROW]);
    const errorOf = (model: string) => own[0]!.rows.find((row) => row.model === model)!.errors.decodeRate!;
    expect(errorOf('e-1')).toBeCloseTo(-0.5, 1);
    expect(own[0]!.summary.within.decodeRate).toEqual({ n: 6, limit: 0.15, inside: 5 });
  });

  it('counts several sittings of a case as their median', () => {
    const sittings = [1, 0.5, 1.02].map((factor, i) =>
      digestOf([caseOf('a-2', 1, { metrics: { decodeRate: [rateOf(1) * factor] } })], i + 1),
    );
    const [only, ...others] = measuredCases(sittings, familyOf);
    expect(others).toEqual([]);
    expect(only!.values.decodeRate).toBeCloseTo(rateOf(1), 9);
  });
});

it.each<[string, Partial<CaseDigest>]>([
  ['failed', { status: 'failed' }],
  ['computed something else', { isSound: false }],
  ['of an older document, without its work', { size: null }],
  ['with another option', { key: { ...digest.cases[0]!.key, options: { spinning: false } } }],
  ['under a limit', { key: { ...digest.cases[0]!.key, limits: { memoryBytes: 1e9, swapBytes: 0 } } }],
  [
    'of another workload',
    { key: { ...digest.cases[0]!.key, workload: { kind: 'sustained', prompt: 8, new: 4, depth: 0, seconds: 9 } } },
  ],
  ['without a figure', { metrics: {} }],
])('does not count a case that is %s', (_, change) => {
  expect(measuredCases([digestOf([{ ...digest.cases[0]!, ...change }])], familyOf)).toEqual([]);
});

it('counts none of a result without ceilings', () => {
  expect(measuredCases([{ ...digest, ceilings: null }], familyOf)).toEqual([]);
});

/** A published row, as scores need one at least. */
const ROW: PublishedRow = {
  ...{
    device: 'd',
    profile: null,
    class: 'board-cpu',
    bandwidthBytesPerSecond: 1e10,
    bandwidthSource: 's',
    operationsPerSecond: null,
  },
  ...{ model: 'm', family: 'f', parametersActive: 1e9, format: 'q4', engine: 'e', bytes: 1e9, bytesSource: 's' },
  ...{ decodeRate: 5, prefillRate: null, peakRssBytes: null, source: 's' },
};
