// How a decoder graph is to be fed, read from the graph alone; and the reason when it cannot be.
import { describe, expect, it } from 'vitest';
import { type Decoder, decoderOf, kvBytesPerToken } from '../../../src/formats/onnx/decoder-interface.js';
import { planExternalData } from '../../../src/formats/onnx/graph-builder.js';
import type { Node, OnnxModel, ValueInfo } from '../../../src/formats/onnx/model.js';
import { architectureOf } from '../../../src/networks/architectures.js';
import { buildDecoder } from '../../../src/networks/decoder.js';
import { modelById } from '../../fixtures/model.js';

const { config } = modelById('qwen2.5-0.5b');

/** A fresh graph, to be broken. */
function graph(): OnnxModel {
  return structuredClone(planExternalData(buildDecoder(architectureOf(config).plan(config), 'q4', 'tuned'), 'w').model);
}

function decoder(model: OnnxModel): Decoder {
  const found = decoderOf(model);
  if (typeof found === 'string') throw new Error(found);
  return found;
}

const input = (model: OnnxModel, name: string): ValueInfo => model.inputs.find((value) => value.name === name)!;
const output = (model: OnnxModel, name: string): ValueInfo => model.outputs.find((value) => value.name === name)!;
const without = (values: ValueInfo[], name: string) => values.filter((value) => value.name !== name);
/** The attention of the last layer: one layer that differs is enough. */
const attention = (model: OnnxModel): Node =>
  model.nodes.filter((node) => node.opType === 'GroupQueryAttention').at(-1)!;

describe('the interface', () => {
  it('is read from inputs and outputs', () => {
    const found = decoder(graph());
    expect(found).toMatchObject({
      layers: 24,
      logitsType: 'float32',
      vocabSize: 151_936,
      fed: [
        { name: 'input_ids', type: 'int64', rank: 2 },
        { name: 'attention_mask', type: 'int64', rank: 2 },
        { name: 'num_logits_to_keep', type: 'int64', rank: 0 },
      ],
      shareableKv: true,
    });
    const shape = { heads: 2, size: 64, type: 'float32' };
    expect(found.cache).toHaveLength(48);
    expect(found.cache.slice(-2)).toEqual([
      { past: 'past_key_values.23.key', present: 'present.23.key', ...shape },
      { past: 'past_key_values.23.value', present: 'present.23.value', ...shape },
    ]);
    expect(kvBytesPerToken(found)).toBe(24 * 2 * 2 * 64 * 4);
  });

  it('says what is fed, in the type that the graph declares', () => {
    const model = graph();
    model.inputs = without(model.inputs, 'num_logits_to_keep');
    model.inputs.push({ name: 'position_ids', type: 'int32', dims: ['batch_size', 'sequence_length'] });
    input(model, 'input_ids').type = 'int32';
    expect(decoder(model).fed.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'input_ids int32',
      'attention_mask int64',
      'position_ids int32',
    ]);
  });

  it('takes an initializer that is listed among the inputs for no input', () => {
    const model = graph();
    // Files before IR version 4 list every weight as an input too.
    model.inputs.push({ name: 'model.norm.weight', type: 'float32', dims: [896] });
    expect(decoder(model).layers).toBe(24);
  });

  it('lets every cache entry have its own shape and type', () => {
    const model = graph();
    input(model, 'past_key_values.9.key').dims = ['batch_size', 16, 'past_sequence_length', 192];
    input(model, 'past_key_values.9.value').type = 'float16';
    const found = decoder(model);
    expect(found.cache[18]).toMatchObject({ heads: 16, size: 192, type: 'float32' });
    expect(found.cache[19]).toMatchObject({ heads: 2, size: 64, type: 'float16' });
    expect(kvBytesPerToken(found)).toBe(46 * 2 * 64 * 4 + 16 * 192 * 4 + 2 * 64 * 2);
  });

  it('has an unknown vocabulary size when the width of the logits is a symbol', () => {
    const model = graph();
    output(model, 'logits').dims = ['batch_size', 'sequence_length', 'vocab_size'];
    expect(decoder(model).vocabSize).toBeNull();
  });
});

describe('the cache may be shared', () => {
  it.each<{ name: string; break: (model: OnnxModel) => void }>([
    {
      name: 'past goes through another node',
      break: (m) => {
        const node = attention(m);
        const past = node.inputs[3]!;
        node.inputs[3] = 'scaled';
        m.nodes.unshift({
          opType: 'Mul',
          domain: '',
          name: 'scale',
          inputs: [past, 'two'],
          outputs: ['scaled'],
          attributes: {},
        });
      },
    },
    {
      name: 'past has a second user',
      break: (m) => {
        m.nodes.push({
          opType: 'Shape',
          domain: '',
          name: 'length',
          inputs: ['past_key_values.23.value'],
          outputs: ['length'],
          attributes: {},
        });
      },
    },
    {
      name: 'present comes from another node',
      break: (m) => {
        attention(m).outputs[2] = 'raw';
        m.nodes.push({
          opType: 'Identity',
          domain: '',
          name: 'copy',
          inputs: ['raw'],
          outputs: ['present.23.value'],
          attributes: {},
        });
      },
    },
    {
      name: 'key and value are exchanged',
      break: (m) => {
        const { inputs } = attention(m);
        [inputs[3], inputs[4]] = [inputs[4]!, inputs[3]!];
      },
    },
    {
      name: 'present is another layer’s',
      break: (m) => {
        attention(m).outputs[1] = 'present.0.key';
      },
    },
    {
      name: 'the attention is of another kind',
      break: (m) => {
        attention(m).opType = 'MultiHeadAttention';
      },
    },
    {
      name: 'nothing uses past',
      break: (m) => {
        m.nodes = m.nodes.filter((node) => node !== attention(m));
      },
    },
  ])('not when $name', ({ break: damage }) => {
    const model = graph();
    expect(decoder(model).shareableKv).toBe(true);
    damage(model);
    expect(decoder(model).shareableKv).toBe(false);
  });
});

describe('the reason why not', () => {
  it.each<{ name: string; break: (model: OnnxModel) => void; words: string[] }>([
    {
      name: 'no input_ids',
      break: (m) => {
        m.inputs = without(m.inputs, 'input_ids');
      },
      words: ['input_ids'],
    },
    {
      name: 'no attention_mask',
      break: (m) => {
        m.inputs = without(m.inputs, 'attention_mask');
      },
      words: ['attention_mask'],
    },
    {
      name: 'embeddings in place of ids',
      break: (m) => {
        input(m, 'input_ids').name = 'inputs_embeds';
      },
      words: ['inputs_embeds'],
    },
    {
      name: 'several unknown inputs',
      break: (m) => {
        for (const name of ['use_cache_branch', 'lora.A']) m.inputs.push({ name, type: 'bool', dims: [1] });
      },
      words: ['use_cache_branch', 'lora.A'],
    },
    {
      name: 'no logits',
      break: (m) => {
        m.outputs = without(m.outputs, 'logits');
      },
      words: ['logits'],
    },
    {
      name: 'logits in a type that is not fetched',
      break: (m) => {
        output(m, 'logits').type = 'bfloat16';
      },
      words: ['logits', 'bfloat16'],
    },
    {
      name: 'logits of an unknown type',
      break: (m) => {
        output(m, 'logits').type = null;
      },
      words: ['logits', 'unknown'],
    },
    {
      name: 'no cache',
      break: (m) => {
        m.inputs = m.inputs.filter(({ name }) => !name.startsWith('past'));
      },
      words: ['past_key_values'],
    },
    {
      name: 'a key without its value',
      break: (m) => {
        m.inputs = without(m.inputs, 'past_key_values.5.value');
      },
      words: ['past_key_values.5.key', 'past_key_values.5.value'],
    },
    {
      name: 'a value without its key',
      break: (m) => {
        m.inputs = without(m.inputs, 'past_key_values.5.key');
      },
      words: ['past_key_values.5.key', 'past_key_values.5.value'],
    },
    {
      name: 'no present key',
      break: (m) => {
        m.outputs = without(m.outputs, 'present.7.key');
      },
      words: ['present.7.key'],
    },
    {
      name: 'no present value',
      break: (m) => {
        m.outputs = without(m.outputs, 'present.7.value');
      },
      words: ['present.7.value'],
    },
    {
      name: 'heads that are a symbol',
      break: (m) => {
        input(m, 'past_key_values.0.key').dims[1] = 'heads';
      },
      words: ['past_key_values.0.key', 'heads'],
    },
    {
      name: 'a head size that is unnamed',
      break: (m) => {
        input(m, 'past_key_values.0.key').dims[3] = null;
      },
      words: ['past_key_values.0.key'],
    },
    {
      name: 'a cache of three dimensions',
      break: (m) => {
        input(m, 'past_key_values.0.key').dims = ['batch_size', 'length', 128];
      },
      words: ['past_key_values.0.key'],
    },
    {
      name: 'a cache in 8 bits',
      break: (m) => {
        input(m, 'past_key_values.0.key').type = 'int8';
      },
      words: ['past_key_values.0.key', 'int8'],
    },
    {
      name: 'a later layer whose head size is a symbol',
      break: (m) => {
        input(m, 'past_key_values.9.value').dims[3] = 'size';
      },
      words: ['past_key_values.9.value'],
    },
  ])('$name', ({ break: damage, words }) => {
    const model = graph();
    damage(model);
    const reason = decoderOf(model);
    expect(reason).toBeTypeOf('string');
    for (const word of words) expect(reason).toContain(word);
  });
});

describe('a decoder that is one of several sessions', () => {
  it('is told by the inputs that the others compute', () => {
    const model = graph();
    model.inputs = without(model.inputs, 'input_ids');
    model.inputs.push({ name: 'inputs_embeds', type: 'float32', dims: ['batch_size', 'sequence_length', 896] });
    expect(decoderOf(model)).toBe(
      'it is one of several sessions, and edgeproof runs one: inputs_embeds comes from embed_tokens',
    );
    model.inputs.push({ name: 'encoder_hidden_states', type: 'float32', dims: ['batch_size', 'length', 896] });
    expect(decoderOf(model)).toContain('encoder_hidden_states comes from the encoder');
  });

  it('is not fed positions of three parts as if they were one', () => {
    const model = graph();
    model.inputs.push({ name: 'position_ids', type: 'int64', dims: [3, 'batch_size', 'sequence_length'] });
    expect(decoderOf(model)).toBe('position_ids has shape [3, batch_size, sequence_length]; expected [batch, length]');
  });
});
