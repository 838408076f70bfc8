// Graphs that contradict themselves are refused by the field that is wrong, in files put together by hand.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FILE_BOUNDS } from '../../../src/contract/file-bounds.js';
import { fields, sourceOf } from '../../../src/formats/onnx/protobuf.js';
import { integers, text } from '../../../src/formats/onnx/protobuf-values.js';
import { readModel } from '../../../src/formats/onnx/read.js';
import { factsOf } from '../../../src/models/locate-real.js';
import { thrownBy } from '../../fixtures/thrown.js';
import { chunk, float, integer, modelOf, varint } from '../../reference/wire.js';

const scratch = mkdtempSync(join(tmpdir(), 'edgeproof-check-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const path = join(scratch, 'model.onnx');

const written = (bytes: Uint8Array) => {
  writeFileSync(path, bytes);
  return path;
};
const reason = (bytes: Uint8Array) =>
  thrownBy(() => readModel(written(bytes))).message.replace(`${path} is not a readable ONNX model: `, '');

const tensor = (name: string, dims: (number | bigint)[], type = 1, ...more: number[][]) =>
  chunk(5, [...chunk(1, dims.flatMap(varint)), ...integer(2, type), ...chunk(8, name), ...more.flat()]);
const value = (field: number, name: string, dims: (number | bigint)[]) => {
  const shape = dims.flatMap((dim) => chunk(1, integer(1, dim)));
  return chunk(field, [...chunk(1, name), ...chunk(2, chunk(1, [...integer(1, 1), ...chunk(2, shape)]))]);
};
const node = (opType: string, output: string, attributes: number[][] = [], inputs = ['x']) =>
  chunk(1, [
    ...inputs.flatMap((input) => chunk(1, input)),
    ...chunk(2, output),
    ...chunk(4, opType),
    ...attributes.flat(),
  ]);
const attribute = (name: string, number: number | bigint) => chunk(5, [...chunk(1, name), ...integer(3, number)]);
const external = (entries: Record<string, string>) => [
  ...Object.entries(entries).flatMap(([key, text]) => chunk(13, [...chunk(1, key), ...chunk(2, text)])),
  ...integer(14, 1),
];
const outside = (entries: Record<string, string>) => tensor('w', [4], 1, external({ location: 'data', ...entries }));

describe('a graph that contradicts itself', () => {
  it.each([
    [
      'a tensor of a negative size',
      tensor('w', [4n, -2n]),
      'tensor "w" has the shape [4, -2]; expected whole numbers from 0',
    ],
    [
      'a tensor of more elements than there are',
      tensor('w', [2n ** 40n, 2n ** 40n]),
      /\[1099511627776, 1099511627776\], which is more than any file holds/,
    ],
    ['a dimension beyond 2^53', tensor('w', [2n ** 62n]), /expected whole numbers from 0/],
    ['an unknown data type', tensor('w', [1], 99), 'tensor "w" has the unknown data type 99'],
    ['no data type', tensor('w', [1], 0), 'tensor "w" has the unknown data type 0'],
    [
      'two tensors of one name',
      [...tensor('w', [0]), ...tensor('w', [0])],
      'initializer "w" is there twice; names must be unique',
    ],
    [
      'two inputs of one name',
      [...value(11, 'i', [1]), ...value(11, 'i', [1])],
      'input "i" is there twice; names must be unique',
    ],
    [
      'two outputs of one name',
      [...value(12, 'o', [1]), ...value(12, 'o', [1])],
      'output "o" is there twice; names must be unique',
    ],
    ['two nodes that make one tensor', node('Relu', 'y'), 'node "" makes "y" again'],
    ['a node that makes a weight', [...tensor('w', [0]), ...node('Relu', 'w')], 'node "" makes "w" again'],
    [
      'an input of a negative size',
      value(11, 'past', [1n, -5n]),
      'value "past" has the shape [1, -5]; expected whole numbers from 0',
    ],
    ['an input of an infinite size', value(11, 'past', [2n ** 63n - 1n]), /value "past" has the shape/],
    [
      'bits of a weight',
      node('MatMulNBits', 'z', [attribute('bits', -7n)]),
      'attribute bits of MatMulNBits "" is -7; expected 1 to 8',
    ],
    [
      'bits that are a float',
      node('MatMulNBits', 'z', [chunk(5, [...chunk(1, 'bits'), ...float(2, 3.5)])]),
      'attribute bits of MatMulNBits "" is not an integer; expected 1 to 8',
    ],
    [
      'heads',
      node('GroupQueryAttention', 'z', [attribute('num_heads', 2n ** 62n)]),
      /attribute num_heads .*; expected 1 to 65536/,
    ],
    [
      'more weights than its bytes hold',
      [
        ...tensor('w', [4], 2, chunk(9, [1, 2, 3, 4])),
        ...node(
          'MatMulNBits',
          'z',
          ['N', 'K'].map((name) => attribute(name, 1000)),
          ['x', 'w'],
        ),
      ],
      'MatMulNBits "" is of 1000 × 1000 at 4 bits, but its weights have 4 bytes',
    ],
    [
      'an offset in hexadecimal',
      outside({ offset: '0x0' }),
      'external data of tensor "w": offset is "0x0"; expected bytes in decimal digits',
    ],
    ['a negative offset', outside({ offset: '-4096' }), /offset is "-4096"; expected bytes in decimal digits/],
    ['an empty offset', outside({ offset: '' }), /offset is ""; expected/],
    ['a length in scientific notation', outside({ length: '1.6e1' }), /length is "1.6e1"; expected/],
    [
      'a length that its shape does not have',
      outside({ length: '20' }),
      'tensor "w" has 20 bytes; its shape [4] takes 16',
    ],
  ] as [string, number[], string | RegExp][])('%s', (_, fields, expected) => {
    if (typeof expected === 'string') expect(reason(modelOf(fields))).toBe(expected);
    else expect(reason(modelOf(fields))).toMatch(expected);
  });

  it('versions that are no numbers', () => {
    const bytes = Uint8Array.from([...integer(1, -1n), ...modelOf()]);
    expect(reason(bytes)).toBe('ir_version is -1; expected a whole number from 0');
    const opset = chunk(8, [...chunk(1, 'com.microsoft'), ...integer(2, 2n ** 60n)]);
    expect(reason(Uint8Array.from([...modelOf(), ...opset]))).toMatch(
      /^the version of an opset is 1152921504606846976;/,
    );
  });
});

describe('a graph that is unusual', () => {
  it('is read: lengths of -1, optional outputs without names, a weight that is an input too, a type of no size', () => {
    const fields = [
      ...value(11, 'ids', [-1n, -1n]),
      ...value(11, 'w', [0]),
      ...[...tensor('w', [0]), ...tensor('text', [0], 8)],
      ...[...node('Dropout', ''), ...node('Dropout', '')],
    ];
    const facts = factsOf(written(modelOf(fields)));
    expect(facts.inputs[0]).toEqual({ name: 'ids', type: 'float32', dims: [null, null] });
  });

  it('has operators called as the properties of objects are', () => {
    const fields = [
      ...tensor('w', [0]),
      ...['constructor', '__proto__', 'toString'].flatMap((name) => node(name, name, [], ['w'])),
    ];
    expect(Object.keys(factsOf(written(modelOf(fields))).operators)).toContain('constructor');
  });

  it('can be looked at without its weights, but not with weights that end too early', () => {
    const bytes = modelOf(outside({ offset: '4096' }));
    expect(factsOf(written(bytes)).weightBytes).toBe(16);
    writeFileSync(join(scratch, 'data'), 'short');
    expect(thrownBy(() => factsOf(path)).message).toContain('bytes 4096 to 4112 of data, which has 5');
    rmSync(join(scratch, 'data'));
    const long = 'd'.repeat(300);
    const named = modelOf(tensor('w', [4], 1, external({ location: long })));
    expect(thrownBy(() => factsOf(written(named))).message).toContain('ENAMETOOLONG');
  });
});

describe('a file that would fill the memory', () => {
  it('of nodes', () => {
    const body = Buffer.alloc(2 * (FILE_BOUNDS.graphItems + 1)).fill(Buffer.from([0x0a, 0]));
    const graph = Buffer.concat([Buffer.from([0x3a, ...varint(body.length)]), body]);
    expect(reason(graph)).toBe('more than 1000000 nodes, tensors, inputs and outputs');
  });

  it('of fields, of numbers in lists, and of texts', () => {
    const most = { walked: FILE_BOUNDS.protobufFields, textBytes: FILE_BOUNDS.protobufTotalTextBytes };
    const source = (before: { walked?: number; textBytes?: number }) =>
      Object.assign(sourceOf(Uint8Array.from(chunk(1, [1, 2]))), before);
    const [field] = fields(source({}), 0, 4);
    expect(integers(source({ walked: most.walked - 2 }), field!)).toEqual([1, 2]);
    expect(() => integers(source({ walked: most.walked - 1 }), field!)).toThrow(
      'more than 10000000 fields and numbers',
    );
    expect(() => [...fields(source({ walked: most.walked }), 0, 4)]).toThrow('more than 10000000 fields and numbers');
    expect(text(source({ textBytes: most.textBytes - 2 }), field!)).toBe('\x01\x02');
    expect(() => text(source({ textBytes: most.textBytes - 1 }), field!)).toThrow('more than 268435456 bytes');
    const long = Object.assign(source({}), { length: 2 ** 21 });
    expect(() => text(long, { ...field!, end: 2 ** 20 + 3 })).toThrow('a text of 1048577 bytes at byte 2');
  });

  it('or is a pipe, which would be waited for', () => {
    const pipe = join(scratch, 'pipe.onnx');
    execFileSync('mkfifo', [pipe]);
    expect(thrownBy(() => readModel(pipe)).message).toBe(
      `${pipe}: cannot be read: it is a pipe, socket or device, not a regular file`,
    );
  });
});
