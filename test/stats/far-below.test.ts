// Causes of a low share: each is named where its fact is there, and only there.
import { describe, expect, it } from 'vitest';
import type { CaseResult } from '../../src/contract/result.js';
import type { PhaseWithCeiling as Phase } from '../../src/contract/views/figures.js';
import { ceilingShares } from '../../src/stats/ceiling-share.js';
import { whyFarBelow } from '../../src/stats/far-below.js';
import { CEILINGS, ceilingOf, documentWith, workedCase } from '../fixtures/ceilings.js';

function why(phase: Phase, change: (result: CaseResult) => void = () => {}, ceilings = CEILINGS): string[] | null {
  const result = workedCase(12_805, 100);
  change(result);
  const document = documentWith(ceilings, [result]);
  return whyFarBelow(document, result, phase, ceilingShares(document, result)[phase]!, null);
}

const graph = (result: CaseResult) => result.checkpoint!.graph;
const options = (result: CaseResult) =>
  (result.rounds[0] as Extract<CaseResult['rounds'][number], { status: 'ok' }>).options;

describe('a rate far below its ceiling', () => {
  it('starts below 40 % for decode and 30 % for prefill', () => {
    const document = (result: CaseResult) => documentWith(CEILINGS, [result]);
    const outcome = (ttftMs: number, tpotMs: number, phase: Phase) => {
      const result = workedCase(ttftMs, tpotMs);
      return whyFarBelow(document(result), result, phase, ceilingShares(document(result), result)[phase]!, null);
    };
    expect(outcome(1280.5 / 0.31, 10, 'prefill')).toBeNull();
    expect(outcome(1280.5 / 0.29, 10, 'prefill')).toEqual([]);
    expect(outcome(1280.5, 10 / 0.41, 'decode')).toBeNull();
    expect(outcome(1280.5, 10 / 0.39, 'decode')).toEqual([]);
  });

  it('blames half precision where the runtime converts it, not where it has kernels for it', () => {
    const inHalf = (runtime: CaseResult['key']['runtime']) => (result: CaseResult) => {
      result.key.runtime = runtime;
      graph(result).work!.products.push({ operator: 'Mul', arithmetic: 'fp16', operations: 1 });
    };
    const withHalf = [...CEILINGS, ceilingOf('matmul-fp16', 1000)];
    const causes = (runtime: CaseResult['key']['runtime']) => why('decode', inHalf(runtime), withHalf)!.join('; ');
    expect(causes('onnxruntime')).toContain('converts to single precision');
    expect(causes('llama.cpp')).not.toContain('converts to single precision');
  });

  it('blames no operator of ONNX Runtime where another engine computes', () => {
    const inFloat = (runtime: CaseResult['key']['runtime']) => (result: CaseResult) => {
      result.key.runtime = runtime;
      graph(result).formats = [{ operator: 'MatMulNBits', accuracyLevel: 0 }];
    };
    expect(why('decode', inFloat('onnxruntime'))).toHaveLength(1);
    expect(why('decode', inFloat('llama.cpp'))).toEqual([]);
  });

  it.each<[string, Phase, (result: CaseResult) => void]>([
    [
      'unpacked and multiplied in float',
      'decode',
      (r) => {
        graph(r).formats = [{ operator: 'MatMulNBits', accuracyLevel: 0 }];
      },
    ],
    [
      'KV cache is copied',
      'decode',
      (r) => {
        options(r).kv = 'passed';
      },
    ],
    [
      'logits for each of the 512 positions',
      'prefill',
      (r) => {
        graph(r).head = { bits: 32, logits: 'every position' };
      },
    ],
    [
      '4 threads share 2 cores',
      'decode',
      (r) => {
        r.key.threads = 4;
      },
    ],
    [
      'converts to single precision',
      'decode',
      (r) => {
        graph(r).work!.products[0]!.arithmetic = 'fp16';
      },
    ],
  ])('is explained: %s', (words, phase, change) => {
    const ceilings = [...CEILINGS, ...CEILINGS.map((ceiling) => ({ ...ceiling, threads: 4 }))];
    expect(why(phase, change, ceilings)).toEqual([expect.stringContaining(words)]);
    expect(why(phase, () => {}, ceilings)).toEqual([]);
  });

  it('is explained by an operator that is slow at its best', () => {
    const own = ceilingOf('matmul-int8', 90, { operator: 'MatMulNBits' });
    expect(why('prefill', () => {}, [...CEILINGS, own])).toEqual([
      'its operator MatMulNBits reaches 90 Gop/s at best on this machine, another one of int8 400 Gop/s',
    ]);
  });

  it('is explained by a step that could be too short, and by nodes on the CPU', () => {
    const fast = [
      ceilingOf('read-bandwidth', 100, { ep: 'webgpu' }),
      ceilingOf('matmul-int8', 4000, { ep: 'webgpu' }),
      ceilingOf('matmul-fp32', 1000, { ep: 'webgpu' }),
    ];
    const causes = why(
      'decode',
      (r) => {
        r.key.ep = 'webgpu';
        const provider = (ep: string, nodes: number) => ({ ep, nodes, bookkeepingNodes: 0, timeShare: 0.5 });
        r.placement = {
          method: 'm',
          providers: [provider('webgpu', 90), provider('cpu', 7)],
          copies: 3,
          cpuOperators: {},
        };
      },
      fast,
    );
    expect(causes).toEqual([
      '7 computing nodes ran on the CPU instead of webgpu',
      expect.stringContaining('a step could take 2.0 ms'),
    ]);
  });
});
