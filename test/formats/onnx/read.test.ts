// A .onnx file is hostile until read: whatever is cut off or altered gives a model or an `onnx-invalid` error,
// never another error, a hang or an allocation larger than the file.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EdgeproofError } from '../../../src/errors.js';
import type { OnnxModel } from '../../../src/formats/onnx/model.js';
import { parseModel, readModel } from '../../../src/formats/onnx/read.js';
import { encodeModel } from '../../../src/formats/onnx/write.js';
import { uniform } from '../../../src/stats/random.js';
import { SAMPLE_MODEL } from '../../reference/sample-model.js';
import { chunk, float, floatBytes, integer, modelOf, varint } from '../../reference/wire.js';

let directory: string;
let path: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'edgeproof-read-'));
  path = join(directory, 'model.onnx');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** The model in these bytes, or the code of the error. */
function outcome(bytes: Uint8Array): OnnxModel | string {
  writeFileSync(path, bytes);
  try {
    return readModel(path);
  } catch (error) {
    if (!(error instanceof EdgeproofError)) throw error;
    expect(error.message).toContain(path);
    return error.code;
  }
}

function expectSound(result: OnnxModel | string): void {
  if (typeof result === 'string') {
    expect(result).toBe('onnx-invalid');
    return;
  }
  expect(result.nodes.length).toBeGreaterThan(0);
  for (const { name, dims, data } of result.initializers) {
    for (const dim of dims) expect(dim, name).toBeGreaterThanOrEqual(0);
    expect(Number.isSafeInteger(data.bytes), `${name} has ${data.bytes} bytes`).toBe(true);
  }
}

describe('a file larger than the reading window', () => {
  it('reads as the same bytes do in memory', () => {
    const node = SAMPLE_MODEL.nodes[1]!;
    const nodes = Array.from({ length: 4000 }, (_, i) => ({
      ...node,
      name: `/model/layers.${i}/${'x'.repeat(i % 97)}`,
    }));
    // One text longer than the window of 64 KiB.
    nodes.push({ ...node, name: 'y'.repeat(100_000) });
    const bytes = encodeModel({ ...SAMPLE_MODEL, nodes });
    expect(bytes.length).toBeGreaterThan(3 * 65_536);
    const read = outcome(bytes);
    expect(read).toEqual(parseModel(bytes));
    expect(typeof read === 'string' ? read : read.nodes).toEqual(nodes);
  });
});

describe('what is no model', () => {
  it.each([
    { name: 'an empty file', content: '' },
    { name: 'text', content: 'Not Found\n' },
    { name: 'a Git LFS pointer', content: 'version https://git-lfs.github.com/spec/v1\noid sha256:0123\nsize 42\n' },
    { name: 'HTML', content: '<!doctype html><title>404</title>' },
    { name: 'JSON', content: '{"error":"Invalid credentials"}' },
    { name: 'zeros', content: '\0'.repeat(4096) },
  ])('$name is onnx-invalid', ({ content }) => {
    expect(outcome(Buffer.from(content))).toBe('onnx-invalid');
  });

  it('a model without a graph, or with two', () => {
    const graph = chunk(7, chunk(1, chunk(4, 'Relu')));
    expect(outcome(Uint8Array.from(integer(1, 10)))).toBe('onnx-invalid');
    expect(outcome(Uint8Array.from([...graph, ...graph]))).toBe('onnx-invalid');
  });

  it('a missing file and a directory cannot be read', () => {
    const folder = join(directory, 'folder.onnx');
    mkdirSync(folder);
    for (const bad of [join(directory, 'missing.onnx'), folder]) {
      expect(() => readModel(bad)).toThrow(
        expect.objectContaining({ code: 'file-unreadable', message: expect.stringContaining(bad) }),
      );
    }
  });
});

describe('damage', () => {
  const bytes = encodeModel(SAMPLE_MODEL);

  it('a file cut off at any byte', () => {
    const before = process.memoryUsage().rss;
    let models = 0;
    for (let length = 0; length < bytes.length; length++) {
      const result = outcome(bytes.subarray(0, length));
      expectSound(result);
      if (typeof result !== 'string') models++;
    }
    // Only the two opset entries stand behind the graph: a cut between or before them leaves a whole message.
    expect(models).toBe(2);
    expect(process.memoryUsage().rss - before).toBeLessThan(128 << 20);
  });

  it.each([1, 2, 3])('1,000 single bytes altered, seed %i', (seed) => {
    const random = uniform(seed);
    const below = (limit: number) => Math.floor(random() * limit);
    const before = process.memoryUsage().rss;
    let rejected = 0;
    for (let round = 0; round < 1000; round++) {
      const altered = Uint8Array.from(bytes);
      const at = below(bytes.length);
      altered[at] = (altered[at]! + 1 + below(255)) % 256;
      const result = outcome(altered);
      expectSound(result);
      if (result === 'onnx-invalid') rejected++;
    }
    // Most bytes are lengths and tags; a change in a name or a number leaves a model.
    expect(rejected).toBeGreaterThan(100);
    expect(rejected).toBeLessThan(1000);
    expect(process.memoryUsage().rss - before).toBeLessThan(128 << 20);
  });

  it('lengths and numbers far beyond the file', () => {
    const before = process.memoryUsage();
    const huge = [2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53 - 1, 2n ** 63n - 1n, 2n ** 64n - 1n];
    for (const size of huge) {
      const claim = (field: number) => [...varint(field * 8 + 2), ...varint(size)];
      // A length at each level: model, graph, node, tensor, its bytes.
      expect(outcome(Uint8Array.from(claim(7)))).toBe('onnx-invalid');
      expect(outcome(Uint8Array.from(claim(100)))).toBe('onnx-invalid');
      expect(outcome(Uint8Array.from(chunk(7, claim(1))))).toBe('onnx-invalid');
      expect(outcome(modelOf(claim(5)))).toBe('onnx-invalid');
      expect(outcome(modelOf(chunk(5, claim(9))))).toBe('onnx-invalid');
      expect(outcome(modelOf(chunk(5, claim(1))))).toBe('onnx-invalid');
    }
    const after = process.memoryUsage();
    expect(after.rss - before.rss).toBeLessThan(128 << 20);
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(16 << 20);
  });

  it('a varint of more than ten bytes, a group, field number 0', () => {
    const endless = new Uint8Array(11).fill(0xff);
    expect(outcome(endless)).toBe('onnx-invalid');
    expect(outcome(modelOf([...varint(20 * 8 + 3)]))).toBe('onnx-invalid');
    expect(outcome(modelOf([0, 0]))).toBe('onnx-invalid');
  });
});

describe('what contradicts itself', () => {
  const tensor = (...fields: number[][]) => modelOf(chunk(5, [...fields.flat(), ...chunk(8, 'w')]));
  const entry = (key: string, value: string) => chunk(13, [...chunk(1, key), ...chunk(2, value)]);
  const FLOAT = integer(2, 1);

  it.each([
    { name: 'a negative dimension', bytes: tensor(integer(1, -1), integer(1, -1), FLOAT, chunk(9, [0, 0, 0, 0])) },
    { name: 'raw bytes that do not fill the shape', bytes: tensor(integer(1, 4), FLOAT, chunk(9, [1, 2, 3])) },
    { name: 'a shape larger than any memory', bytes: tensor(integer(1, 2 ** 40), integer(1, 2 ** 40), FLOAT) },
    { name: 'external data without a location', bytes: tensor(integer(1, 4), FLOAT, integer(14, 1)) },
    {
      name: 'external data at a negative offset',
      bytes: tensor(integer(1, 1), FLOAT, entry('location', 'w.bin'), entry('offset', '-4'), integer(14, 1)),
    },
    {
      name: 'external data of a length that is no number',
      bytes: tensor(integer(1, 1), FLOAT, entry('location', 'w.bin'), entry('length', '4 bytes'), integer(14, 1)),
    },
    {
      name: 'external data of a length that does not fill the shape',
      bytes: tensor(integer(1, 1), FLOAT, entry('location', 'w.bin'), entry('length', '8'), integer(14, 1)),
    },
    {
      name: 'packed floats that end within a number',
      bytes: modelOf(
        chunk(1, [...chunk(5, [...chunk(1, 'a'), ...chunk(7, [...floatBytes(1), 0])]), ...chunk(4, 'Op')]),
      ),
    },
    {
      name: 'a float attribute stored as an integer',
      bytes: modelOf(chunk(1, [...chunk(5, [...integer(2, 1), ...chunk(1, 'alpha')]), ...chunk(4, 'Op')])),
    },
    { name: 'a name stored as an integer', bytes: modelOf(chunk(1, [...integer(4, 1)])) },
  ])('$name is onnx-invalid', ({ bytes }) => {
    expect(outcome(bytes)).toBe('onnx-invalid');
  });
});

describe('what other writers put in', () => {
  it('unknown fields of every wire type are passed over', () => {
    const unknown = [
      ...integer(99, 5),
      ...float(98, 1),
      ...chunk(97, 'later'),
      ...varint(96 * 8 + 1),
      ...Array(8).fill(0),
    ];
    expect(parseModel(modelOf(unknown))).toEqual(parseModel(modelOf()));
  });

  it('an attribute whose value is left out is the default of its type', () => {
    // proto3 writers omit zeros: only the type (20) tells INT (2), FLOAT (1) and STRING (3) apart.
    const omitted = (type: number) => {
      const attribute = [...chunk(1, 'a'), ...integer(20, type)];
      return parseModel(modelOf(chunk(1, [...chunk(4, 'Op'), ...chunk(5, attribute)]))).nodes[1]!.attributes.a;
    };
    expect([omitted(2), omitted(1), omitted(3)]).toEqual([0, { float: 0 }, '']);
  });

  it('values in typed fields are counted by shape, and the domain ai.onnx is the standard one', () => {
    const typed = chunk(5, [...integer(1, 3), ...integer(2, 7), ...chunk(7, [1, 2, 3]), ...chunk(8, 'shape')]);
    const node = chunk(1, [...chunk(4, 'Add'), ...chunk(7, 'ai.onnx')]);
    const model = parseModel(modelOf(typed, node));
    expect(model.initializers).toEqual([
      { name: 'shape', type: 'int64', typeCode: 7, dims: [3], data: { kind: 'inline', bytes: 24, data: null } },
    ]);
    expect(model.nodes[1]!.domain).toBe('');
  });

  it('external data without a length fills its shape; a type we do not know keeps its number', () => {
    const location = chunk(13, [...chunk(1, 'location'), ...chunk(2, 'w.bin')]);
    const float16 = chunk(5, [...integer(1, 3), ...integer(2, 10), ...chunk(8, 'w'), ...location, ...integer(14, 1)]);
    const float8 = chunk(5, [...integer(1, 3), ...integer(2, 17), ...chunk(8, 'f8'), ...chunk(9, [1, 2, 3])]);
    const { initializers } = parseModel(modelOf(float16, float8));
    expect(initializers[0]!.data).toEqual({ kind: 'external', location: 'w.bin', offset: 0, bytes: 6 });
    expect([initializers[1]!.type, initializers[1]!.typeCode, initializers[1]!.data.bytes]).toEqual([null, 17, 3]);
  });

  it('graphs inside attributes are counted, and kept with their node', () => {
    const graph = chunk(1, chunk(4, 'Inner'));
    const one = chunk(5, [...chunk(1, 'then_branch'), ...chunk(6, graph)]);
    const two = chunk(5, [...chunk(1, 'branches'), ...chunk(11, graph), ...chunk(11, graph)]);
    const model = parseModel(modelOf(chunk(1, [...chunk(4, 'If'), ...one, ...two])));
    expect(model.subgraphs).toBe(3);
    expect(model.nodes.map((node) => node.opType)).toEqual(['Identity', 'If']);
    expect(model.nodes[1]!.graphs?.map(({ nodes }) => nodes[0]?.opType)).toEqual(['Inner', 'Inner', 'Inner']);
  });

  it('large inline weights are measured, not loaded, and small ones are copied', () => {
    const large = chunk(5, [
      ...integer(1, 2 ** 14),
      ...integer(2, 3),
      ...chunk(8, 'big'),
      ...chunk(9, new Uint8Array(2 ** 14)),
    ]);
    const small = chunk(5, [...integer(1, 2), ...integer(2, 3), ...chunk(8, 'small'), ...chunk(9, [5, 6])]);
    const bytes = Buffer.from(modelOf(large, small));
    const { initializers } = parseModel(bytes);
    bytes.fill(0);
    expect(initializers.map(({ data }) => data)).toMatchObject([
      { kind: 'inline', bytes: 2 ** 14, data: null },
      { kind: 'inline', bytes: 2 },
    ]);
    const [, kept] = initializers.map(({ data }) => (data.kind === 'inline' ? data.data : null));
    expect([...kept!]).toEqual([5, 6]);
  });
});
