// Shares of ceilings, against arithmetic that a pencil confirms.
import { describe, expect, it } from 'vitest';
import { PRODUCT_PROBES } from '../../src/contract/ceilings.js';
import { ceilingShares, isImpossible, operatorRate } from '../../src/stats/ceiling-share.js';
import { compareResults } from '../../src/stats/compare.js';
import { CEILINGS, ceilingOf, documentWith, WORK, workedCase } from '../fixtures/ceilings.js';

const shares = (result = workedCase(2561, 20), ceilings: typeof CEILINGS | null = CEILINGS) =>
  ceilingShares({ ceilings }, result);

describe('a share', () => {
  it('of decode: the bytes of a token at the bandwidth, over the time that it took', () => {
    // 200 MB at 20 GB/s take 10 ms, 1.2 Gop at 400 Gop/s 3 ms: reading binds.
    expect(shares().decode).toMatchObject({ rate: 50, ceilingRate: 100, share: 0.5, boundBy: 'read bandwidth' });
    expect(shares().decode!.highestRate).toBeCloseTo(105, 9);
  });

  it('of prefill: the operations of the prompt, the head once', () => {
    // 512 + 0.2 Gop at 400 Gop/s take 1,280.5 ms.
    const { prefill } = shares();
    expect(prefill).toMatchObject({ boundBy: 'matrix products', impossible: false });
    expect(prefill!.share).toBeCloseTo(1280.5 / 2561, 9);
  });

  it('adds up what is multiplied in different arithmetics', () => {
    const attention = [
      { layers: 1, queryHeads: 1, keySize: 1e6, valueSize: 1e6, arithmetic: 'fp32' as const, rowBytes: 0, window: 1 },
    ];
    // Each of 512 positions attends to one row: 2 × 2e6 operations; 2.048 Gop at 100 Gop/s take 20.48 ms.
    const { prefill } = shares(workedCase(2561, 20, { work: { ...WORK, attention } }));
    expect((512 / prefill!.ceilingRate) * 1000).toBeCloseTo(1280.5 + 20.48, 6);
  });

  it('is impossible only beyond what a graph can do that reads its last layer for the last token alone', () => {
    const attention = [
      { layers: 4, queryHeads: 1, keySize: 1, valueSize: 1, arithmetic: 'fp32' as const, rowBytes: 0, window: 1 },
    ];
    const of = (layers: number) =>
      shares(workedCase(2561, 20, { work: { ...WORK, attention: [{ ...attention[0]!, layers }] } })).prefill!;
    // 512 Gop of products and 0.2 Gop of the head, of which three of four layers must read the whole prompt.
    const [four, many] = [of(4), of(1000)];
    const high = many.highestRate / many.ceilingRate;
    expect(four.highestRate / four.ceilingRate / high).toBeCloseTo(512.2 / (0.75 * 512 + 0.2), 2);
    expect(four.share).toBeCloseTo(many.share, 3);
  });

  it('takes the best of all measurements, of any kernel that could do the same', () => {
    const better = [...CEILINGS, ceilingOf('read-bandwidth', 25), ceilingOf('matmul-fp32', 800)];
    expect(shares(undefined, better).decode!.ceilingRate).toBeCloseTo(125, 9);
    expect(shares(undefined, better).prefill!.operationsPerSecond.int8).toBe(800e9);
  });

  it('of products without ONNX Runtime: a floor that raises the ceiling, lowers none and stands for none', () => {
    const probed = (rate: number, kernels = CEILINGS) =>
      shares(undefined, [...kernels, ceilingOf('matmul-int8', rate, { operator: PRODUCT_PROBES.int8 })]).prefill;
    expect(probed(50)).toEqual(shares().prefill);
    expect(probed(800)!.ceilingRate).toBeCloseTo(2 * shares().prefill!.ceilingRate, 9);
    const failed = CEILINGS.map((ceiling) =>
      ceiling.kind.startsWith('matmul') ? { ...ceiling, value: null } : ceiling,
    );
    expect(probed(50, failed)).toBeNull();
  });

  it('takes the bandwidth over the largest memory that is no larger than what a token reads', () => {
    const sizes = [2 ** 26, 2 ** 27, 2 ** 28].map((workingSetBytes, i) =>
      ceilingOf('read-bandwidth', 40 - 10 * i, { workingSetBytes }),
    );
    expect(shares(undefined, [...sizes, CEILINGS[1]!]).decode!.bytesPerSecond).toBe(30e9);
  });

  it('is unknown without ceilings of its threads, without work, for a single token and for micro operations', () => {
    const none = { prefill: null, decode: null };
    expect(shares(undefined, null)).toEqual(none);
    expect(shares(workedCase(2561, 20, { key: { threads: 1 } }))).toEqual(none);
    const old = workedCase(2561, 20);
    delete old.checkpoint!.graph.work;
    expect(shares(old)).toEqual(none);
    expect(shares(undefined, [ceilingOf('read-bandwidth', 1, { value: null }), CEILINGS[1]!])).toEqual(none);
  });

  it('of a sustained workload is that of the same passes', () => {
    const lengths = { prompt: 512, new: 3, depth: 0 };
    const once = workedCase(2561, 20, { key: { workload: { kind: 'generate', ...lengths } } });
    const lasting = workedCase(2561, 20, { key: { workload: { kind: 'sustained', ...lengths, seconds: 60 } } });
    expect(shares(lasting)).toEqual(shares(once));
    expect(shares(lasting).decode).toMatchObject({ rate: 50, share: 0.5 });
  });

  it('of llama.cpp: the memory is the same, the kernels are not', () => {
    const result = workedCase(2561, 20, { key: { runtime: 'llama.cpp', layout: 'gguf' } });
    expect(shares(result, [CEILINGS[0]!])).toMatchObject({ prefill: null, decode: { share: 0.5 } });
    // Products of ONNX Runtime at 40 Gop/s would need 30 ms for a token that llama.cpp has in 20.
    const slow = [CEILINGS[0]!, ceilingOf('matmul-int8', 40), ceilingOf('matmul-fp32', 40)];
    const beside = { share: 0.5, boundBy: 'read bandwidth', impossible: false };
    expect(shares(result, slow)).toMatchObject({ prefill: null, decode: beside });
    expect(shares(undefined, slow).decode).toMatchObject({ boundBy: 'matrix products', impossible: true });
  });

  it('knows the best of one operator', () => {
    const own = ceilingOf('matmul-int8', 90, { operator: 'MatMulNBits' });
    const document = { ceilings: [...CEILINGS, own] };
    expect(operatorRate(document, workedCase(1, 1), 'MatMulNBits', 'int8')).toBe(90e9);
    expect(operatorRate(document, workedCase(1, 1), 'QMoE', 'int8')).toBeNull();
  });
});

describe('a rate above its ceiling', () => {
  it.each([
    [9.6, false],
    [9.5, true],
  ])('of %d ms a token, where 10 ms and 5 %% of uncertainty are: impossible is %s', (tpotMs, impossible) => {
    expect(isImpossible({ ceilings: CEILINGS }, workedCase(2561, tpotMs))).toBe(impossible);
  });

  it('is not compared, and fails a candidate', () => {
    const [fine, wrong] = [20, 5].map((tpotMs) => documentWith(CEILINGS, [workedCase(2561, tpotMs)])) as [
      ReturnType<typeof documentWith>,
      ReturnType<typeof documentWith>,
    ];
    const outcome = (a: typeof fine, b: typeof fine) => compareResults(a, b, { across: [] }).cases[0];
    expect(outcome(fine, wrong)).toMatchObject({ status: 'failed', reason: expect.stringContaining('impossible') });
    expect(outcome(wrong, fine)).toMatchObject({ status: 'unmatched', reason: expect.stringContaining('baseline') });
    expect(outcome(fine, fine)).toMatchObject({ status: 'compared' });
  });
});
