// The reader of .gguf files: what it tells of a written checkpoint, and that no damaged file gets past it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EdgeproofError } from '../../../src/errors.js';
import { ggufConfigFacts, ggufDtype, ggufFacts } from '../../../src/formats/gguf/facts.js';
import { encodeHeader } from '../../../src/formats/gguf/header.js';
import { readGguf } from '../../../src/formats/gguf/read.js';
import type { TensorType } from '../../../src/formats/gguf/tensor-types.js';
import { ensureSynthetic } from '../../../src/models/synthesize.js';
import { uniform } from '../../../src/stats/random.js';
import { tinyModel } from '../../reference/tiny-model.js';

const scratch = mkdtempSync(join(tmpdir(), 'edgeproof-gguf-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

let tiny: string;
beforeAll(async () => {
  const spec = { model: tinyModel(), layout: 'gguf', dtype: 'q4', seed: 1 } as const;
  tiny = (await ensureSynthetic(spec, { cache: scratch })).checkpoint.graph;
});

function written(name: string, bytes: Uint8Array): string {
  const path = join(scratch, name);
  writeFileSync(path, bytes);
  return path;
}

describe('a checkpoint', () => {
  it('tells its facts: parameters, bytes, formats, head and cache', () => {
    const file = readGguf(tiny);
    const facts = ggufFacts(file);
    // 2 layers: q and o of 128², k and v of 128 × 64, three of 128 × 256, their biases and norms; one table, one norm.
    const learned = 2 * (2 * 128 ** 2 + 2 * 128 * 64 + 3 * 128 * 256 + 256 + 2 * 128) + 512 * 128 + 128;
    expect(facts.parameters).toBe(learned);
    expect(facts.weightBytes).toBe(file.tensors.reduce((sum, { bytes }) => sum + bytes, 0));
    expect(facts.formats.map(({ operator, bits, blockSize, nodes }) => [operator, bits, blockSize, nodes])).toEqual([
      ['mul_mat Q4_0', 4, 32, 14],
      ['mul_mat Q8_0', 8, 32, 1],
    ]);
    expect(facts.head).toMatchObject({ tied: true, bits: 8, quantized: true });
    expect(facts.kv).toMatchObject({ layers: 2, bytesPerToken: 2 * 2 * 64 * 2 });
    expect(facts.work).toEqual({
      tokenBytes: facts.weightBytes,
      products: [
        {
          operator: 'mul_mat Q4_0',
          arithmetic: 'int8',
          operations: 2 * 2 * (2 * 128 ** 2 + 2 * 128 * 64 + 3 * 128 * 256),
        },
      ],
      head: { operator: 'mul_mat Q8_0', arithmetic: 'int8', operations: 2 * 512 * 128 },
      attention: [
        {
          layers: 2,
          queryHeads: 4,
          keySize: 32,
          valueSize: 32,
          arithmetic: 'fp16',
          rowBytes: 2 * 64 * 2,
          window: null,
        },
      ],
    });
    expect(ggufConfigFacts(file)).toEqual({ vocab: 512, context: 512, kvValuesPerToken: 2 * 2 * 64 });
    expect(ggufDtype(file)).toBe('q4');
  });

  it.each([
    ['F32', 'fp32'],
    ['F16', 'fp16'],
    ['Q8_0', 'int8'],
    ['Q6_K', 'q6'],
    ['Q5_K', 'q5'],
    ['Q4_K', 'q4'],
    ['Q3_K', 'q3'],
    ['IQ2_XS', 'q2'],
  ] satisfies [TensorType, string][])('of %s is of dtype %s', (type, dtype) => {
    const { header, fileBytes } = encodeHeader({}, [{ name: 'blk.0.ffn_up.weight', type, dims: [256, 4] }]);
    const path = written(`${type}.gguf`, Buffer.concat([header], fileBytes));
    expect(ggufDtype(readGguf(path))).toBe(dtype);
  });
});

describe('a damaged file', () => {
  const fails = (bytes: Uint8Array) => {
    try {
      readGguf(written('damaged.gguf', bytes));
      return null;
    } catch (error) {
      expect(error).toBeInstanceOf(EdgeproofError);
      expect((error as EdgeproofError).code).toBe('gguf-invalid');
      return (error as EdgeproofError).message;
    }
  };

  it('is told apart: another format, another version, a type that nobody knows', () => {
    const { header } = encodeHeader({}, []);
    const changed = (at: number, value: number) => Buffer.from(header).fill(value, at, at + 1);
    expect(fails(changed(0, 0))).toMatch(/does not begin with "GGUF"/);
    expect(fails(changed(4, 9))).toMatch(/version is 9/);
    expect(fails(new Uint8Array(0))).toMatch(/ends too early/);
    const one = encodeHeader({}, [{ name: 'w', type: 'F32', dims: [1] }]);
    expect(fails(Buffer.concat([one.header], one.fileBytes).fill(99, 24 + 9 + 4 + 8, 24 + 9 + 4 + 8 + 1))).toMatch(
      /unknown type 99/,
    );
  });

  it('never gets past a header or a tensor that is cut off', () => {
    const bytes = readFileSync(tiny);
    const { tensors } = readGguf(tiny);
    const last = tensors.at(-1)!;
    for (let i = 0; i < 100; i++)
      expect(fails(bytes.subarray(0, Math.floor((i / 100) * last.offset)))).toMatch(/ends too early|does not fit/);
    expect(fails(bytes.subarray(0, last.offset + last.bytes - 1))).toMatch(/does not fit/);
  });

  it('ends in an answer or an error that says so, whatever its bytes', () => {
    const bytes = readFileSync(tiny).subarray(0, readGguf(tiny).tensors[0]!.offset);
    const random = uniform(5);
    let refused = 0;
    for (let i = 0; i < 300; i++) {
      const mutated = Buffer.from(bytes);
      for (let n = 0; n < 8; n++) mutated[Math.floor(random() * 2000)] = random() * 256;
      if (fails(mutated) !== null) refused++;
    }
    expect(refused).toBeGreaterThan(0);
  });
});
