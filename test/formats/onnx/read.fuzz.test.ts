// Hostile .onnx files: real small models, cut off and mutated at random. Each ends in a result or in an error that says
// so, in bounded time and memory. EDGEPROOF_FUZZ_CASES=100000 runs longer.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EdgeproofError } from '../../../src/errors.js';
import { decoderOf } from '../../../src/formats/onnx/decoder-interface.js';
import { externalFiles } from '../../../src/formats/onnx/external-data.js';
import { graphFacts } from '../../../src/formats/onnx/facts.js';
import { fields, sourceOf } from '../../../src/formats/onnx/protobuf.js';
import { readModel } from '../../../src/formats/onnx/read.js';
import { ensureSynthetic } from '../../../src/models/synthesize.js';
import { uniform } from '../../../src/stats/random.js';
import { tinyModel } from '../../reference/tiny-model.js';

const CASES = Number(process.env.EDGEPROOF_FUZZ_CASES ?? 1200);
const ALLOWED = new Set(['onnx-invalid', 'external-data-invalid', 'file-unreadable']);
/** A graph of 20 kB must not grow beyond this, whatever its lengths claim. */
const MOST_BYTES = 256 << 20;

const scratch = mkdtempSync(join(tmpdir(), 'edgeproof-fuzz-'));
const originals: Buffer[] = [];
beforeAll(async () => {
  for (const [dtype, layout] of [
    ['q4', 'tuned'],
    ['int8', 'published'],
  ] as const) {
    const { checkpoint } = await ensureSynthetic({ model: tinyModel(), layout, dtype, seed: 1 }, { cache: scratch });
    originals.push(readFileSync(checkpoint.graph));
  }
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

type Mutation = (bytes: Buffer, random: () => number) => Buffer;
const at = (bytes: Buffer, random: () => number) => Math.floor(random() * bytes.length);

const MUTATIONS: Record<string, Mutation> = {
  truncated: (bytes, random) => bytes.subarray(0, at(bytes, random)),
  'with flipped bits': (bytes, random) => {
    for (let i = 0; i < 1 + random() * 20; i++) bytes[at(bytes, random)]! ^= 1 << Math.floor(random() * 8);
    return bytes;
  },
  'with huge lengths': (bytes, random) => {
    Buffer.from('ffffffffffffffff7f', 'hex').copy(bytes, at(bytes, random));
    return bytes;
  },
  'with random bytes': (bytes, random) => {
    const start = at(bytes, random);
    for (let i = start; i < Math.min(bytes.length, start + random() * 200); i++) bytes[i] = random() * 256;
    return bytes;
  },
  'with a piece repeated': (bytes, random) => {
    const start = at(bytes, random);
    const piece = bytes.subarray(start, start + random() * 2000);
    return Buffer.concat([
      bytes.subarray(0, start),
      ...Array(Math.ceil(random() * 50)).fill(piece),
      bytes.subarray(start),
    ]);
  },
  'with a piece missing': (bytes, random) => {
    const start = at(bytes, random);
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(start + random() * 500)]);
  },
};

describe('a hostile graph', () => {
  it.each(Object.keys(MUTATIONS))('%s is read or refused, never worse', (name) => {
    const path = join(scratch, 'fuzzed.onnx');
    const before = process.memoryUsage();
    const counts = { read: 0, refused: 0 };
    for (let seed = 0; seed < CASES / Object.keys(MUTATIONS).length; seed++) {
      const random = uniform(seed);
      writeFileSync(path, MUTATIONS[name]!(Buffer.from(originals[seed % originals.length]!), random));
      const started = performance.now();
      try {
        const model = readModel(path);
        graphFacts(model);
        decoderOf(model);
        externalFiles(path, model);
        counts.read++;
      } catch (error) {
        if (!(error instanceof EdgeproofError) || !ALLOWED.has(error.code))
          throw new Error(`seed ${seed}`, { cause: error });
        counts.refused++;
      }
      // Milliseconds as a rule; this only tells a hang from a result.
      expect(performance.now() - started, `seed ${seed}`).toBeLessThan(20_000);
    }
    const after = process.memoryUsage();
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(MOST_BYTES);
    expect(after.heapUsed - before.heapUsed).toBeLessThan(MOST_BYTES);
    expect(counts.refused).toBeGreaterThan(0);
  });

  it('with more fields than memory has room for is refused while it is walked', () => {
    const source = sourceOf(Buffer.from([0x08, 0x01, 0x08, 0x02]));
    expect([...fields(source, 0, source.length)]).toHaveLength(2);
    source.walked = 9_999_999;
    expect(() => [...fields(source, 0, source.length)]).toThrow('more than 10000000 fields');
  });
});
