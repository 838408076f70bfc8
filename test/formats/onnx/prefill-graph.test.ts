// The prefill graph is the decoder graph without its head, with every product of blocks in int8 and nothing else changed.
import { describe, expect, it } from 'vitest';
import type { SyntheticDtype } from '../../../src/contract/dtypes.js';
import { planExternalData } from '../../../src/formats/onnx/graph-builder.js';
import { prefillGraph, prefillPath } from '../../../src/formats/onnx/prefill-graph.js';
import { architectureOf } from '../../../src/networks/architectures.js';
import { buildDecoder } from '../../../src/networks/decoder.js';
import { TINY_CONFIG } from '../../reference/tiny-model.js';

const LOCATION = 'model_q4.onnx_data';

function decoder(dtype: SyntheticDtype) {
  return planExternalData(buildDecoder(architectureOf(TINY_CONFIG).plan(TINY_CONFIG), dtype, 'tuned'), LOCATION);
}

const { model, bytes } = decoder('q4');
const prefill = prefillGraph(model, LOCATION, bytes)!;
const count = (nodes: typeof model.nodes, opType: string) => nodes.filter((node) => node.opType === opType).length;

describe('of a tuned graph', () => {
  it('has the same cache and no logits', () => {
    const names = (values: { name: string }[]) => values.map(({ name }) => name);
    expect(names(prefill.model.outputs)).toEqual(names(model.outputs).filter((name) => name !== 'logits'));
    expect(names(model.inputs)).toEqual([...names(prefill.model.inputs), 'num_logits_to_keep']);
  });

  it('has no blocks left, and no product behind the keys and values of the last layer', () => {
    // Of four products a layer (qkv, output, gate with up or both, down) the last layer needs the first.
    const perLayer = (count(model.nodes, 'MatMulNBits') - 1) / TINY_CONFIG.num_hidden_layers;
    expect(count(prefill.model.nodes, 'MatMulNBits')).toBe(0);
    expect(count(prefill.model.nodes, 'MatMulIntegerToFloat')).toBe(perLayer * (TINY_CONFIG.num_hidden_layers - 1) + 1);
    expect(count(prefill.model.nodes, 'GroupQueryAttention')).toBe(TINY_CONFIG.num_hidden_layers);
  });

  it('keeps what a graph inside a node uses', () => {
    const shape = { ...model.initializers[0]!, name: 'used_by_a_branch' };
    const given = { ...model, initializers: [...model.initializers, shape], usedInside: [shape.name] };
    expect(prefillGraph(given, LOCATION, bytes)!.model.initializers).toContainEqual(shape);
  });

  it('quantises an input once, however many products it enters', () => {
    const inputs = prefill.model.nodes.filter((node) => node.opType === 'QuantizeLinear').map((node) => node.name);
    expect(new Set(inputs).size).toBe(inputs.length);
    expect(inputs.length).toBeLessThanOrEqual(count(prefill.model.nodes, 'MatMulIntegerToFloat'));
  });

  it('puts its weights behind those of the decoder, apart, on pages', () => {
    let end = bytes;
    for (const weight of prefill.derived) {
      expect(weight.offset % 4096).toBe(0);
      expect(weight.offset).toBeGreaterThanOrEqual(end);
      end = weight.offset + weight.bytes;
    }
    expect(prefill.bytes).toBe(end);
  });

  it('refers to nothing that is not there', () => {
    const { nodes, initializers, inputs, outputs } = prefill.model;
    const known = new Set([...initializers, ...inputs].map(({ name }) => name).concat(''));
    for (const node of nodes) {
      for (const name of node.inputs) expect(known, `${node.name} needs ${name}`).toContain(name);
      for (const name of node.outputs) known.add(name);
    }
    for (const { name } of outputs) expect(known).toContain(name);
    const used = new Set(nodes.flatMap((node) => node.inputs));
    expect(initializers.filter(({ name }) => !used.has(name))).toEqual([]);
  });
});

it.each(['fp32', 'fp16', 'q4f16'] as const)('%s has no product that int8 kernels could take', (dtype) => {
  expect(prefillGraph(decoder(dtype).model, LOCATION, 0)).toBeNull();
});

it('stands beside its decoder graph', () => {
  expect(prefillPath('/a/onnx/model_q4.onnx')).toBe('/a/onnx/model_q4_prefill.onnx');
});
