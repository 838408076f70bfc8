// The steps on graphs of ours and of others: what they do, what they leave alone, and why they do not apply.
import { describe, expect, it } from 'vitest';
import type { SyntheticDtype } from '../../../../src/contract/dtypes.js';
import type { GraphLayout } from '../../../../src/contract/layouts.js';
import { graphFacts } from '../../../../src/formats/onnx/facts.js';
import { planExternalData } from '../../../../src/formats/onnx/graph-builder.js';
import type { OnnxModel } from '../../../../src/formats/onnx/model.js';
import { rewrite, STEPS, type StepName } from '../../../../src/formats/onnx/rewrite/steps.js';
import { architectureOf } from '../../../../src/networks/architectures.js';
import { buildDecoder } from '../../../../src/networks/decoder.js';
import { unfusedDecoder } from '../../../fixtures/unfused-decoder.js';
import { TINY_CONFIG } from '../../../reference/tiny-model.js';

function tiny(layout: GraphLayout, dtype: SyntheticDtype, changes = {}): OnnxModel {
  const config = { ...TINY_CONFIG, ...changes };
  const { model } = planExternalData(buildDecoder(architectureOf(config).plan(config), dtype, layout), 'w');
  return structuredClone(model);
}

function apply(model: OnnxModel, steps: readonly StepName[], headBits: 4 | 8 = 8) {
  const { draft, reports } = rewrite({ model, made: new Map() }, steps, { headBits });
  return {
    model: draft.model,
    facts: graphFacts(draft.model),
    notes: reports.map(({ applied, note }) => (applied ? '+ ' : '- ') + note),
  };
}

const without = (model: OnnxModel, opType: string) => model.nodes.filter((node) => node.opType !== opType);

describe('accuracy-level', () => {
  it('is 4 on every 4- and 8-bit product, and nothing else changes', () => {
    const before = tiny('published', 'q4');
    const { model, facts, notes } = apply(before, ['accuracy-level']);
    expect(notes).toEqual(['+ 10 products at accuracy level 4']);
    expect(facts.formats.find(({ operator }) => operator === 'MatMulNBits')).toMatchObject({
      accuracyLevel: 4,
      nodes: 10,
    });
    expect(without(model, 'MatMulNBits')).toEqual(without(before, 'MatMulNBits'));
  });

  it('leaves products alone that have no kernel for it: zero points in floats, reordered columns, two bits', () => {
    const model = tiny('published', 'q4');
    const products = model.nodes.filter((node) => node.opType === 'MatMulNBits');
    model.initializers.push({ ...model.initializers[0]!, name: 'floats', type: 'float32' });
    products[0]!.inputs[3] = 'floats';
    products[1]!.inputs = [...products[1]!.inputs, '', 'order'];
    products[2]!.attributes.bits = 2;
    expect(apply(model, ['accuracy-level']).notes).toEqual(['+ 7 products at accuracy level 4']);
  });

  it.each<[GraphLayout, SyntheticDtype]>([
    ['tuned', 'q4'],
    ['published', 'fp32'],
  ])('does not apply to %s %s', (layout, dtype) => {
    expect(apply(tiny(layout, dtype), ['accuracy-level']).notes).toEqual([
      '- no 4- or 8-bit MatMulNBits has another accuracy level',
    ]);
  });
});

describe('quantise-head', () => {
  it.each([4, 8] as const)('makes %i bits of a tied head and of its embedding', (bits) => {
    const { facts, notes } = apply(tiny('published', 'q4'), ['quantise-head'], bits);
    expect(notes).toEqual([`+ a head of ${bits} bits in blocks of 128, shared with the embedding`]);
    expect(facts.head).toMatchObject({ operator: 'MatMulNBits', bits, quantized: true, tied: true });
    expect(facts.embedding).toEqual({ operator: 'GatherBlockQuantized', bits, quantized: true });
    const before = graphFacts(tiny('published', 'q4'));
    expect(facts.parameters).toBe(before.parameters);
    const rows = TINY_CONFIG.vocab_size * TINY_CONFIG.hidden_size;
    // The float table is gone; integers, a scale a row of 128, and the shape of the table's rows are there.
    expect(before.weightBytes - facts.weightBytes).toBe(rows * 4 - (rows * bits) / 8 - TINY_CONFIG.vocab_size * 4 - 16);
  });

  it('takes a head of its own as it is stored, columns by rows, and leaves the embedding in floats', () => {
    const { facts, notes } = apply(tiny('published', 'fp16', { tie_word_embeddings: false }), ['quantise-head']);
    expect(notes).toEqual(['+ a head of 8 bits in blocks of 128']);
    expect(facts.head).toMatchObject({ bits: 8, tied: false });
    expect(facts.embedding).toMatchObject({ operator: 'Gather', bits: 16 });
  });

  it.each<[GraphLayout, SyntheticDtype, string]>([
    ['tuned', 'q4', 'the head is a MatMulNBits'],
    ['published', 'int8', 'the head is a MatMulInteger'],
  ])('does not apply to %s %s', (layout, dtype, reason) => {
    expect(apply(tiny(layout, dtype), ['quantise-head']).notes).toEqual([`- ${reason}`]);
  });
});

describe('last-token-logits', () => {
  it('cuts where the tuned layout is cut: behind the last attention', () => {
    const { model, facts, notes } = apply(tiny('published', 'q4'), ['last-token-logits']);
    expect(notes).toEqual(['+ 10 nodes behind the last attention compute the last `num_logits_to_keep` positions']);
    expect(facts.head?.logits).toBe('num_logits_to_keep');
    const cut = (graph: OnnxModel) =>
      graph.nodes
        .filter(({ opType }) => opType === 'Slice')
        .map(({ inputs }) => inputs[0])
        .sort();
    const tables = /rotary|cos|sin/;
    expect(cut(model).filter((name) => !tables.test(name!))).toEqual(cut(tiny('tuned', 'q4')));
  });

  it('finds the way through attention and norms of plain operators', () => {
    const { model, notes } = apply(unfusedDecoder(), ['last-token-logits']);
    expect(notes[0]).toMatch(/^\+ 2\d nodes/);
    const cut = model.nodes.filter(({ opType }) => opType === 'Slice').map(({ inputs }) => inputs[0]);
    expect(cut.sort()).toEqual(['attended', 'embedded']);
  });

  it('stops where all positions share a number: dynamic quantisation', () => {
    const { model } = apply(tiny('published', 'int8'), ['last-token-logits']);
    const cut = model.nodes.filter(({ opType }) => opType === 'Slice').map(({ inputs }) => inputs[0]!);
    expect(cut.filter((name) => !/cache/.test(name))).toEqual([expect.stringMatching(/_quantized$/)]);
  });

  it('does not take a table with a row for each position for a constant', () => {
    const model = unfusedDecoder();
    const epsilon = model.initializers.find(({ name }) => name === 'epsilon')!;
    model.initializers.push({ ...epsilon, name: 'table', dims: [8, 1] });
    for (const node of model.nodes) if (node.name === '/final_norm/Add') node.inputs[1] = 'table';
    expect(apply(model, ['last-token-logits']).notes[0]).toMatch(/^- what makes the logits is not known/);
  });

  it('does not cut a tensor that leaves the graph or that a graph inside a node uses', () => {
    const model = unfusedDecoder();
    const { notes } = apply({ ...model, usedInside: ['output'] }, ['last-token-logits']);
    const all = apply(model, ['last-token-logits']).notes[0]!;
    expect(Number(/\d+/.exec(notes[0]!)![0])).toBeLessThan(Number(/\d+/.exec(all)![0]));
  });

  it('does not apply where it is done already, or where nothing is known', () => {
    expect(apply(tiny('tuned', 'q4'), ['last-token-logits']).notes).toEqual(['- the graph has num_logits_to_keep']);
    const odd = unfusedDecoder();
    odd.nodes.at(-1)!.opType = 'Scan';
    expect(apply(odd, ['last-token-logits']).notes[0]).toMatch(/^- what makes the logits is not known/);
    const one = unfusedDecoder();
    one.outputs[0]!.dims[1] = 1;
    expect(apply(one, ['last-token-logits']).notes).toEqual(['- it gives the last position alone']);
  });
});

describe('pack-projections', () => {
  it('makes one product of gate and up, with both outputs as they were', () => {
    const { model, facts, notes } = apply(tiny('published', 'q4'), ['pack-projections']);
    expect(notes).toEqual(['+ 4 products as 2']);
    expect(facts.operators).toMatchObject({ MatMulNBits: 8, Split: 2 });
    expect(facts.parameters).toBe(graphFacts(tiny('published', 'q4')).parameters);
    const split = model.nodes.find(({ opType }) => opType === 'Split')!;
    expect(split.outputs).toEqual([
      '/model/layers.0/mlp/gate_proj/MatMul_Q4/output_0',
      '/model/layers.0/mlp/up_proj/MatMul_Q4/output_0',
    ]);
  });

  it('takes scales and zero points as flat lists, as older exporters write them', () => {
    const model = tiny('published', 'q4');
    for (const node of model.nodes.filter(({ name }) => /gate_proj|up_proj/.test(name))) {
      const scales = model.initializers.find(({ name }) => name === node.inputs[2])!;
      const [rows, perRow] = scales.dims as [number, number];
      scales.dims = [rows * perRow];
      const zeros = { ...scales, name: `${node.name}_zeros`, type: 'uint8' as const, dims: [rows * (perRow / 2)] };
      model.initializers.push(zeros);
      node.inputs.push(zeros.name);
    }
    const packed = apply(model, ['pack-projections']).model.initializers.filter(({ name }) => name.endsWith('_packed'));
    const [rows, perRow] = [2 * TINY_CONFIG.intermediate_size, TINY_CONFIG.hidden_size / 32];
    const once = [
      ['uint8', [rows, perRow, 16]],
      ['float32', [rows, perRow]],
      ['uint8', [rows, perRow / 2]],
    ];
    expect(packed.map(({ type, dims }) => [type, dims])).toEqual([...once, ...once]);
  });

  it('does not make one of products in different formats, or of weights that something else uses', () => {
    const model = tiny('published', 'q4');
    const gates = model.nodes.filter(({ name }) => name.includes('gate_proj'));
    gates[0]!.attributes.accuracy_level = 1;
    const used = { ...model, usedInside: [gates[1]!.inputs[1]!] };
    expect(apply(used, ['pack-projections']).notes).toEqual(['- no two MatMulNBits of one format share their input']);
  });
});

describe('larger-blocks', () => {
  it('makes blocks of 128 of blocks of 32', () => {
    const { facts, notes } = apply(tiny('published', 'q4'), ['larger-blocks']);
    expect(notes).toEqual(['+ 10 matrices in blocks of 128, rounded again']);
    expect(facts.formats.filter(({ operator }) => operator === 'MatMulNBits')).toEqual([
      expect.objectContaining({ blockSize: 128, bits: 4, nodes: 10 }),
    ]);
  });

  it('does not apply to blocks of 128', () => {
    expect(apply(tiny('tuned', 'q4'), ['larger-blocks']).notes).toEqual([
      '- no MatMulNBits has blocks that could be larger',
    ]);
  });
});

it('all steps together leave a decoder of as many parameters, and nothing that nobody uses', () => {
  const { model, facts } = apply(tiny('published', 'q4'), STEPS);
  expect(facts.notADecoder).toBeNull();
  expect(facts.parameters).toBe(graphFacts(tiny('published', 'q4')).parameters);
  const used = new Set(model.nodes.flatMap(({ inputs }) => inputs));
  expect(model.initializers.filter(({ name }) => !used.has(name))).toEqual([]);
});
