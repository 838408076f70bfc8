// Bits a weight against values worked out by hand, which engines do equal work, and the rank of those that do.
import { describe, expect, it } from 'vitest';
import type { GraphFacts } from '../../src/contract/graph-facts.js';
import type { Layout } from '../../src/contract/layouts.js';
import type { CaseResult } from '../../src/contract/result.js';
import { ggufFacts } from '../../src/formats/gguf/facts.js';
import { type TensorType, tensorBytes } from '../../src/formats/gguf/tensor-types.js';
import { graphFacts } from '../../src/formats/onnx/facts.js';
import { createGraphBuilder, planExternalData } from '../../src/formats/onnx/graph-builder.js';
import { plannedFacts } from '../../src/models/checkpoint-plan.js';
import { linear } from '../../src/networks/blocks/linear.js';
import { engineWork, equalWorkGroups, isEqualWork } from '../../src/stats/equal-work.js';
import { showView } from '../../src/stats/show.js';
import { loadSuite } from '../../src/suite/load.js';
import { planCases } from '../../src/suite/plan.js';
import { documentOf, type FakeCase, generateCase, steadyRound } from '../fixtures/document.js';
import { modelById } from '../fixtures/model.js';

const VERSIONS = {
  node: '20',
  v8: '11',
  onnxruntime: '1.30.0',
  'transformers.js': '4.3.1',
  'llama.cpp': '3.22.1 (llama.cpp b1)',
};

function caseOf(facts: GraphFacts | null, key: FakeCase['key'] = {}, ttftMs = 100): CaseResult {
  const result = generateCase([steadyRound(ttftMs, 10)], { key });
  if (facts !== null) result.checkpoint!.graph = facts;
  return result;
}
const workOf = (facts: GraphFacts | null, key: FakeCase['key'] = {}) => engineWork(caseOf(facts, key), VERSIONS);

/** One product with a matrix of 96 × 64 in blocks of 32. */
function product(type: 'float16' | 'float32', zeroPoints: boolean, bits: 4 | 8 = 4): GraphFacts {
  const b = createGraphBuilder();
  b.input('x', type, ['batch_size', 64]);
  const format = { kind: 'blocks', bits, largestBlock: 32, accuracyLevel: 0 } as const;
  linear(b, zeroPoints ? { ...format, zeroPoints } : format, type, {
    node: '/y',
    weight: 'w',
    input: 'x',
    k: 64,
    n: 96,
  });
  b.renameLastOutput('y');
  b.output('y', type, ['batch_size', 96]);
  return graphFacts(planExternalData(b.graph, 'w').model);
}

function ggufOf(...types: TensorType[]): GraphFacts {
  const tensors = types.map((type, i) => ({ name: `blk.${i}.ffn_up.weight`, type, dims: [256, 96], offset: 0 }));
  return ggufFacts({
    version: 3,
    metadata: new Map([['general.architecture', 'qwen2']]),
    tensors: tensors.map((tensor) => ({ ...tensor, bytes: tensorBytes(tensor.type, tensor.dims) })),
  });
}

describe('bits a weight', () => {
  it.each([
    ['4 bits and a float32 scale for 32 weights', product('float32', false), 4 + 32 / 32],
    ['the same with a zero point of 4 bits', product('float32', true), 4 + 32 / 32 + 4 / 32],
    ['4 bits and a float16 scale', product('float16', false), 4 + 16 / 32],
    ['the same with a zero point', product('float16', true), 4 + 16 / 32 + 4 / 32],
    ['8 bits and a float16 scale', product('float16', false, 8), 8 + 16 / 32],
    ['Q4_0', ggufOf('Q4_0'), 4.5],
    ['Q8_0', ggufOf('Q8_0'), 8.5],
    ['Q6_K: 6 bits, 16 scales of 8 bits and one of 16 for 256', ggufOf('Q6_K'), 6 + (16 * 8 + 16) / 256],
    ['F16', ggufOf('F16'), 16],
    ['as much in Q4_0 as in Q8_0', ggufOf('Q4_0', 'Q8_0'), (4.5 + 8.5) / 2],
  ])('%s', (_, facts, expected) => {
    expect(workOf(facts).bitsPerWeight).toBe(expected);
  });

  it('count what a token is multiplied with: a table beside a head of its own is not', () => {
    const model = modelById('tinyllama-1.1b-chat');
    const facts = plannedFacts({ model, layout: 'published', dtype: 'q4f16' });
    // 22 layers of q and o, k and v, three of the MLP; a head of 32,000 rows.
    const matrices = 22 * (2 * 2048 * 2048 + 2 * 2048 * 256 + 3 * 2048 * 5632) + 32_000 * 2048;
    // Norms in half precision, and nothing else.
    const norms = (22 * 2 + 1) * 2048;
    const { weights, bitsPerWeight } = workOf(facts);
    expect(weights).toBe(matrices);
    expect(bitsPerWeight).toBeCloseTo((4.5 * matrices + 16 * norms) / matrices, 3);
  });

  it('are not known of older results', () => {
    expect(workOf(null)).toEqual({
      ...{ weights: null, bitsPerWeight: null, kvFormat: null, promptGraph: false, batch: 1, build: '1.30.0' },
    });
  });
});

describe('the work of a case', () => {
  const factsOf = (layout: Layout, dtype: 'q4' | 'int8') =>
    plannedFacts({ model: modelById('qwen2.5-0.5b'), layout, dtype });

  it('has the type of its KV cache, and the build', () => {
    const tuned = factsOf('tuned', 'q4');
    expect(workOf(tuned)).toMatchObject({ kvFormat: 'float32', batch: 1, build: '1.30.0' });
    expect(workOf(tuned, { options: { kvDtype: 'int8' } }).kvFormat).toBe('int8');
    expect(workOf(factsOf('gguf', 'q4'), { runtime: 'llama.cpp', layout: 'gguf' })).toMatchObject({
      kvFormat: 'float16',
      build: 'node-llama-cpp 3.22.1 (llama.cpp b1)',
    });
  });

  it('has a prompt graph where the rounds had one', () => {
    const result = caseOf(factsOf('split', 'q4'), { layout: 'split' });
    for (const round of result.rounds) if (round.status === 'ok') round.options.prefillGraph = true;
    expect(engineWork(result, VERSIONS).promptGraph).toBe(true);
  });

  it('of matched is that of the GGUF file: 24 layers in 4.5 bits and the table in 8.5', () => {
    const body = 24 * (896 * (18 * 64) + 896 * 896 + 3 * 896 * 4864);
    const table = 151_936 * 896;
    const bits = (4.5 * body + 8.5 * table) / (body + table);
    for (const layout of ['matched', 'gguf'] as const) {
      const work = workOf(factsOf(layout, 'q4'));
      expect(work).toMatchObject({ weights: body + table, kvFormat: 'float16' });
      expect(work.bitsPerWeight).toBeGreaterThan(bits);
      expect(work.bitsPerWeight).toBeLessThan(1.005 * bits);
    }
  });
});

describe('equal work', () => {
  const work = { ...workOf(ggufOf('Q4_0')), weights: 1000, bitsPerWeight: 5, kvFormat: 'float16' };

  it.each([
    ['10 % more bits', { bitsPerWeight: 5.5 }, true],
    ['10.2 % more', { bitsPerWeight: 5.51 }, false],
    ['11 % fewer', { bitsPerWeight: 4.5 }, false],
    ['1 % more weights', { weights: 1010 }, true],
    ['another model', { weights: 1020 }, false],
    ['another cache', { kvFormat: 'float32' }, false],
    ['prompts in another graph', { promptGraph: true }, false],
    ['another batch', { batch: 2 }, false],
    ['another build', { build: '2' }, true],
    ['bits that are not known', { bitsPerWeight: null }, null],
    ['a cache that is not known', { kvFormat: null }, null],
  ])('%s: %o', (_, change, expected) => {
    expect(isEqualWork([work, { ...work, ...change }])).toBe(expected);
  });

  it('groups cases of several runtimes, each group within 10 % from end to end', () => {
    const ranked = (
      [
        ['onnxruntime', 5.2],
        ['llama.cpp', 5.6],
        ['llama.cpp', 4.9],
        ['onnxruntime', 6],
        ['onnxruntime', 4.8],
        ['onnxruntime', 8],
        ['onnxruntime', 8],
      ] as const
    ).map(([runtime, bitsPerWeight]) => ({
      key: { ...caseOf(null).key, runtime },
      engineWork: { ...work, bitsPerWeight },
    }));
    const groups = equalWorkGroups(ranked).map((group) => group.map((one) => ranked.indexOf(one)));
    expect(groups).toEqual([
      [0, 1],
      [2, 4],
    ]);
  });

  it('stands in the view of a result, each group with its own rank', () => {
    const cases = [
      caseOf(ggufOf('Q8_0'), { runtime: 'onnxruntime', dtype: 'int8' }, 100),
      caseOf(ggufOf('Q4_0'), { runtime: 'llama.cpp', layout: 'gguf' }, 300),
      caseOf(ggufOf('Q4_0'), { runtime: 'onnxruntime' }, 200),
    ];
    for (const { checkpoint } of cases)
      checkpoint!.graph.kv = { shareable: true, shapes: [{ heads: 1, size: 1, type: 'float16' }] };
    const { engineRanking, ranking } = showView(documentOf(cases), null);
    const [int8, gguf, q4] = cases.map(({ id }) => id);
    expect(ranking.map(({ id }) => id)).toEqual([int8, q4, gguf]);
    expect(engineRanking).toEqual({
      isEqual: false,
      groups: [
        [
          { id: q4, notShownSlower: true },
          { id: gguf, notShownSlower: false },
        ],
      ],
    });
    expect(showView(documentOf(cases.slice(1)), null).engineRanking).toMatchObject({ isEqual: true });
    expect(showView(documentOf([cases[0]!, cases[2]!]), null).engineRanking).toBeNull();
  });
});

it('the suite engines has both engines at equal work, in each dtype', () => {
  const cases = planCases(loadSuite('engines'), 2).map(({ key }) => ({
    key,
    engineWork: {
      ...workOf(plannedFacts({ model: modelById(key.model), layout: key.layout!, dtype: key.dtype as 'q4' })),
      promptGraph: key.layout === 'split',
    },
  }));
  const groups = equalWorkGroups(cases).map((group) => group.map(({ key }) => `${key.layout} ${key.dtype}`).sort());
  expect(groups.sort()).toEqual([
    ['gguf int8', 'matched int8'],
    ['gguf q4', 'matched q4'],
  ]);
});
