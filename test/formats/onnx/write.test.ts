// What is written is protobuf as its specification has it (golden bytes derived by hand), and reading it back gives
// the same model.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AttributeValue, OnnxModel } from '../../../src/formats/onnx/model.js';
import { parseModel, readModel } from '../../../src/formats/onnx/read.js';
import { encodeModel } from '../../../src/formats/onnx/write.js';
import { SAMPLE_MODEL } from '../../reference/sample-model.js';
import { chunk, floatBytes, modelOf, varint } from '../../reference/wire.js';

const MINIMAL: OnnxModel = {
  irVersion: 10,
  producer: 'e',
  opsets: { '': 21 },
  graphName: 'g',
  nodes: [{ opType: 'Identity', domain: '', name: 'n', inputs: ['x'], outputs: ['y'], attributes: { to: -2 } }],
  initializers: [],
  inputs: [{ name: 'x', type: 'float32', dims: [300] }],
  outputs: [{ name: 'y', type: 'float16', dims: ['N'] }],
  subgraphs: 0,
};

/** Tensors come back in Buffers, which are Uint8Arrays that `toEqual` tells apart. */
function withPlainBytes(value: unknown): unknown {
  if (value instanceof Uint8Array) return Uint8Array.from(value);
  if (Array.isArray(value)) return value.map(withPlainBytes);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withPlainBytes(part)]));
}

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'edgeproof-onnx-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('golden bytes', () => {
  it('of a minimal model, field by field from onnx.proto', () => {
    const hex = [
      '08 0a', // ModelProto.ir_version (1) = 10
      '12 01 65', // producer_name (2) = "e"
      '3a 52', // graph (7), 82 bytes: 43 + 3 + 18 + 18
      '0a 29', //   GraphProto.node (1), 41 bytes: 3 + 3 + 3 + 10 + 20 + 2
      '0a 01 78', //     NodeProto.input (1) = "x"
      '12 01 79', //     output (2) = "y"
      '1a 01 6e', //     name (3) = "n"
      '22 08 49 64 65 6e 74 69 74 79', //     op_type (4) = "Identity"
      '2a 12', //     attribute (5), 18 bytes: 4 + 11 + 3
      '0a 02 74 6f', //       AttributeProto.name (1) = "to"
      '18 fe ff ff ff ff ff ff ff ff 01', //       i (3) = -2: ten bytes, 2^64 - 2
      'a0 01 02', //       type (20) = INT (2)
      '3a 00', //     domain (7) = ""
      '12 01 67', //   name (2) = "g"
      '5a 10', //   input (11), 16 bytes
      '0a 01 78', //     ValueInfoProto.name (1) = "x"
      '12 0b', //     type (2)
      '0a 09', //       TypeProto.tensor_type (1)
      '08 01', //         elem_type (1) = FLOAT (1)
      '12 05', //         shape (2)
      '0a 03', //           dim (1)
      '08 ac 02', //             dim_value (1) = 300: 0x2c + 128, 2
      '62 10', //   output (12), 16 bytes
      '0a 01 79', //     name (1) = "y"
      '12 0b', //     type (2)
      '0a 09', //       tensor_type (1)
      '08 0a', //         elem_type (1) = FLOAT16 (10)
      '12 05', //         shape (2)
      '0a 03', //           dim (1)
      '12 01 4e', //             dim_param (2) = "N"
      '42 04', // opset_import (8)
      '0a 00', //   OperatorSetIdProto.domain (1) = ""
      '10 15', //   version (2) = 21
    ];
    const expected = Buffer.from(hex.join('').replaceAll(' ', ''), 'hex');
    expect(Buffer.from(encodeModel(MINIMAL)).toString('hex')).toBe(expected.toString('hex'));
    expect(parseModel(expected)).toEqual(MINIMAL);
  });
});

describe('a round trip', () => {
  it('keeps every attribute kind, inline and external tensors, and every kind of dimension', () => {
    const path = join(directory, 'sample.onnx');
    writeFileSync(path, encodeModel(SAMPLE_MODEL));
    expect(withPlainBytes(readModel(path))).toEqual(SAMPLE_MODEL);
    expect(withPlainBytes(parseModel(encodeModel(SAMPLE_MODEL)))).toEqual(SAMPLE_MODEL);
  });

  it('is the same bytes the second time', () => {
    const once = encodeModel(SAMPLE_MODEL);
    expect(Buffer.from(encodeModel(parseModel(once))).equals(once)).toBe(true);
  });

  const roundTrip = (value: AttributeValue): AttributeValue | undefined => {
    const [node] = MINIMAL.nodes;
    const nodes = [{ ...node!, attributes: { value } }];
    return parseModel(encodeModel({ ...MINIMAL, nodes })).nodes[0]!.attributes.value;
  };

  it.each([
    { name: 'integers', value: [] },
    { name: 'floats', value: { floats: [] } },
  ])('keeps an empty list of $name', ({ value }) => {
    expect(roundTrip(value)).toEqual(value);
  });

  it('rounds a float to single precision, as the format stores it', () => {
    expect(roundTrip({ float: 0.1 })).toEqual({ float: Math.fround(0.1) });
    expect(roundTrip({ floats: [1e-6, Number.POSITIVE_INFINITY] })).toEqual({
      floats: [Math.fround(1e-6), Number.POSITIVE_INFINITY],
    });
  });

  it('keeps names as they are, even those that JavaScript objects treat specially', () => {
    const [node] = MINIMAL.nodes;
    const attributes = JSON.parse('{"__proto__": [1, 2], "constructor": 3}') as Record<string, AttributeValue>;
    const read = parseModel(encodeModel({ ...MINIMAL, nodes: [{ ...node!, attributes }] }));
    expect(Object.entries(read.nodes[0]!.attributes)).toEqual([
      ['__proto__', [1, 2]],
      ['constructor', 3],
    ]);
  });

  // Exporters write INT64_MAX for "to the end" and INT64_MIN for "from the start"; neither is a JavaScript number.
  it.each([
    { name: 'INT64_MAX', value: 2n ** 63n - 1n },
    { name: 'INT64_MIN', value: -(2n ** 63n) },
  ])('does not turn $name into something else', ({ value }) => {
    const attribute = [...chunk(1, 'ends'), 8 * 3, ...varint(value)];
    const node = [...chunk(1, 'x'), ...chunk(2, 'z'), ...chunk(4, 'Slice'), ...chunk(5, attribute)];
    const rewritten = encodeModel(parseModel(modelOf(chunk(1, node))));
    expect(Buffer.from(rewritten).includes(Buffer.from([8 * 3, ...varint(value)]))).toBe(true);
  });

  it('refuses a tensor whose bytes were not kept', () => {
    const weight = [...[8, 100, 8, 20], 16, 1, ...chunk(8, 'large'), ...chunk(9, new Uint8Array(8000))];
    const model = parseModel(modelOf(chunk(5, weight)));
    expect(model.initializers[0]).toEqual({
      name: 'large',
      type: 'float32',
      typeCode: 1,
      dims: [100, 20],
      data: { kind: 'inline', bytes: 8000, data: null },
    });
    expect(() => encodeModel(model)).toThrow('large');
  });
});

describe('files of other writers', () => {
  it('are read in packed and unpacked form', () => {
    const name = chunk(1, 'a');
    const packed = [...name, ...chunk(8, [...varint(3), ...varint(-4)])];
    const unpacked = [...name, 8 * 8, ...varint(3), 8 * 8, ...varint(-4)];
    const floats = [...name, ...chunk(7, [...floatBytes(1.5), ...floatBytes(-2)])];
    const nodeWith = (attribute: number[]) => modelOf(chunk(1, [...chunk(4, 'Op'), ...chunk(5, attribute)]));
    const read = (attribute: number[]) => parseModel(nodeWith(attribute)).nodes[1]!.attributes.a;
    expect(read(packed)).toEqual([3, -4]);
    expect(read(unpacked)).toEqual([3, -4]);
    expect(read(floats)).toEqual({ floats: [1.5, -2] });
    const dims = modelOf(chunk(5, [...chunk(1, [...varint(2), ...varint(300)]), 16, 7, ...chunk(8, 't')]));
    expect(parseModel(dims).initializers[0]!.dims).toEqual([2, 300]);
  });
});
