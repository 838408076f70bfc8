// Every model that can be written against what is published of it: parameters to the last one, files within one percent,
// rotary frequencies against the formulas of the reference. From plans alone: no weights are written.
import { describe, expect, it } from 'vitest';
import { SYNTHETIC_DTYPES, type SyntheticDtype } from '../../src/contract/dtypes.js';
import { GRAPH_LAYOUTS, type GraphLayout } from '../../src/contract/layouts.js';
import { graphFacts } from '../../src/formats/onnx/facts.js';
import { planExternalData } from '../../src/formats/onnx/graph-builder.js';
import { encodeModel } from '../../src/formats/onnx/write.js';
import { loadRegistry, type Model } from '../../src/models/registry.js';
import { architectureOf, configSchemaOf } from '../../src/networks/architectures.js';
import { rotaryFrequencies, rotaryMagnitude } from '../../src/networks/blocks/rotary.js';
import { buildDecoder } from '../../src/networks/decoder.js';
import { modelById } from '../fixtures/model.js';
import { mathsOf, type TinyArchitectureConfig } from '../reference/architectures.js';

const MODELS = loadRegistry().filter((model) => configSchemaOf(model.config.model_type) !== undefined);

const planOf = ({ config }: Model) => architectureOf(config).plan(config);
const placed = (model: Model, layout: GraphLayout, dtype: SyntheticDtype) =>
  planExternalData(buildDecoder(planOf(model), dtype, layout), 'd');

function publishedSize(model: Model, dtype: SyntheticDtype): number {
  const { bytes, model: graph } = placed(model, 'published', dtype);
  return bytes + encodeModel(graph).length;
}

/** Exports of one dtype that hold less than ours, and how much. */
const LESS: Record<string, Partial<Record<SyntheticDtype, number>>> = {
  // An export without rotary tables: ours has cos and sin of half a head of 256, for 32,768 positions and two bases.
  'gemma-3-1b': { int8: 2 * 2 * 32_768 * 128 * 4 },
};

/** Parameters that an export stores twice: the integers of a quantised embedding, again for the head. */
const storedTwice = (model: Model, layout: GraphLayout, dtype: SyntheticDtype) => {
  const { publishesQuantizedEmbedding, vocab, hidden } = planOf(model);
  return publishesQuantizedEmbedding && layout === 'published' && dtype.startsWith('q4') ? vocab * hidden : 0;
};

describe.each(MODELS.map((model) => ({ id: model.id, model })))('$id', ({ id, model }) => {
  it('has its published parameters in every layout and dtype', () => {
    // Graphs of ten thousands of experts take seconds; their dtypes differ as those of smaller models do.
    const dtypes = (model.parameters ?? 0) > 20e9 ? (['q4'] as const) : SYNTHETIC_DTYPES;
    const counts = GRAPH_LAYOUTS.flatMap((layout) =>
      dtypes.map((dtype) => {
        const { parameters, parametersActive, copiedParameters } = graphFacts(placed(model, layout, dtype).model);
        expect(copiedParameters, `${layout} ${dtype}`).toBe(storedTwice(model, layout, dtype));
        return [parameters, parametersActive];
      }),
    );
    const all = model.decoderParameters ?? model.parameters ?? counts[0]![0];
    expect(counts).toEqual(Array(GRAPH_LAYOUTS.length * dtypes.length).fill([all, model.activeParameters ?? all]));
  });

  const listed = SYNTHETIC_DTYPES.filter((dtype) => model.publishedBytes[dtype] !== undefined);
  it.runIf(listed.length > 0)('has the bytes of the hub, within one percent', () => {
    for (const dtype of listed) {
      const ratio = (publishedSize(model, dtype) - (LESS[id]?.[dtype] ?? 0)) / model.publishedBytes[dtype]!;
      expect(Math.abs(ratio - 1), `${dtype}: ${ratio}`).toBeLessThan(0.01);
    }
  });

  const { layers, context } = planOf(model);
  // Others are held against a reference of their own (architectures/experts.test.ts).
  const dense = layers.every(({ mlp }) => mlp.kind === 'gated');
  it.runIf(dense)('rotates by the frequencies of its modelling code, and sees as far', () => {
    const maths = mathsOf(architectureOf(model.config).decoderConfig(model.config) as TinyArchitectureConfig);
    layers.forEach(({ attention }, index) => {
      const expected = maths.layer(index);
      const frequencies = rotaryFrequencies(attention.rope);
      expect(frequencies.length).toBe(expected.frequencies.length);
      // They are kept in single precision.
      frequencies.forEach((frequency, i) => {
        expect(Math.abs(frequency / expected.frequencies[i]! - 1)).toBeLessThan(2 ** -23);
      });
      expect(rotaryMagnitude(attention.rope.scaling)).toBeCloseTo(expected.magnitude, 12);
      expect(attention.rope.interleaved).toBe(expected.interleaved);
      const window = attention.kind === 'grouped' ? attention.window : undefined;
      expect(Math.min(window ?? context, context)).toBe(Math.min(expected.window, context));
    });
  });
});

describe('listings that are known', () => {
  it('are of every dtype for Qwen2.5-0.5B', () => {
    expect(Object.keys(modelById('qwen2.5-0.5b').publishedBytes).sort()).toEqual([...SYNTHETIC_DTYPES].sort());
  });

  /** Exports keep tensors under 1 KiB in the graph file, and leave no gaps between the others. */
  const largeTensors = (id: string, dtype: SyntheticDtype) =>
    placed(modelById(id), 'published', dtype).weights.filter((weight) => weight.bytes >= 1024);
  const sum = (bytes: number[]) => bytes.reduce((total, each) => total + each, 0);

  it.each([
    // https://huggingface.co/econetworkai/Qwen3-0.6B-ONNX-external-data
    { id: 'qwen3-0.6b', dtype: 'q4f16', theirs: 569_493_504 },
    // https://github.com/nico-martin/language-model-polyfill/blob/b07f5e1/src/constants.ts
    { id: 'gemma-3-270m', dtype: 'fp32', theirs: 1_139_501_568 },
  ] as const)('to the byte: the data of $id $dtype', ({ id, dtype, theirs }) => {
    expect(sum(largeTensors(id, dtype).map(({ bytes }) => bytes))).toBe(theirs);
  });

  it.each([
    { dtype: 'q4f16', theirs: 763_067_904 },
    { dtype: 'q4', theirs: 859_106_816 },
  ] as const)('to the byte: the data of Gemma 3 1B $dtype, whose norms are float32', ({ dtype, theirs }) => {
    const { weights } = placed(modelById('gemma-3-1b'), 'published', dtype);
    const bytes = weights.map(({ name, dims, bytes: ours }) => (name.includes('norm') ? dims[0]! * 4 : ours));
    expect(sum(bytes)).toBe(theirs);
  });

  it('to the tensor: the three files of Qwen3-4B q4f16 hold ours and half a megabyte of nodes', () => {
    const nodes =
      modelById('qwen3-4b').publishedBytes.q4f16! - sum(largeTensors('qwen3-4b', 'q4f16').map((w) => w.bytes));
    expect(nodes).toBe(406_673);
  });
});
