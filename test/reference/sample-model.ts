// A hand-built model that uses everything an OnnxModel can say, small enough to be cut and mutated at every byte.
import type { OnnxModel } from '../../src/formats/onnx/model.js';

export const SAMPLE_MODEL: OnnxModel = {
  irVersion: 10,
  producer: 'by hand',
  opsets: { '': 21, 'com.microsoft': 1 },
  graphName: 'main_graph',
  nodes: [
    {
      opType: 'Everything',
      domain: 'com.microsoft',
      name: '/attributes',
      inputs: ['input_ids', '', 'weight'],
      outputs: ['hidden', '', '', 'sum'],
      attributes: {
        integer: 7,
        zero: 0,
        negative: -1,
        large: Number.MAX_SAFE_INTEGER,
        largeNegative: Number.MIN_SAFE_INTEGER,
        text: 'Grüße, 世界',
        empty: '',
        integers: [0, -1, 300, -70_000],
        float: { float: 0.5 },
        negativeFloat: { float: -0.0009765625 },
        floats: { floats: [1, -2.25, 0] },
        tensor: {
          name: 'value',
          type: 'int64',
          typeCode: 7,
          dims: [1],
          data: { kind: 'inline', bytes: 8, data: Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255) },
        },
      },
    },
    { opType: 'Relu', domain: '', name: '', inputs: ['hidden'], outputs: ['logits'], attributes: {} },
  ],
  initializers: [
    {
      name: 'weight',
      type: 'uint8',
      typeCode: 2,
      dims: [16, 2, 64],
      data: { kind: 'external', location: 'model.onnx_data', offset: 5 * 2 ** 30, bytes: 2048 },
    },
    {
      name: 'scalar',
      type: 'float32',
      typeCode: 1,
      dims: [],
      data: { kind: 'inline', bytes: 4, data: Uint8Array.of(0, 0, 128, 63) },
    },
    { name: 'none', type: 'int64', typeCode: 7, dims: [0], data: { kind: 'inline', bytes: 0, data: new Uint8Array() } },
    {
      name: 'packed',
      type: 'int4',
      typeCode: 22,
      dims: [3],
      data: { kind: 'inline', bytes: 2, data: Uint8Array.of(0x21, 0x03) },
    },
  ],
  inputs: [
    { name: 'input_ids', type: 'int64', dims: ['batch_size', 1, null, -1, 32_768] },
    { name: 'keep', type: 'bool', dims: [] },
  ],
  outputs: [{ name: 'logits', type: 'float16', dims: ['batch_size', 'sequence_length', 151_936] }],
  subgraphs: 0,
};
