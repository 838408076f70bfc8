// Tuned checkpoints on disk: what ONNX Runtime computes with them against the original and against float64 references,
// and how they are written, found again and refused.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { SyntheticDtype } from '../../src/contract/dtypes.js';
import type { GraphLayout } from '../../src/contract/layouts.js';
import { graphFacts } from '../../src/formats/onnx/facts.js';
import { readModel } from '../../src/formats/onnx/read.js';
import type { StepName } from '../../src/formats/onnx/rewrite/steps.js';
import { encodeModel } from '../../src/formats/onnx/write.js';
import { type Checkpoint, faultOf, listCheckpoints, openCheckpoint } from '../../src/models/checkpoint.js';
import { ensureSynthetic } from '../../src/models/synthesize.js';
import { type TuneOptions, tuneCheckpoint, withOneDataFile } from '../../src/models/tune.js';
import { promptTokens } from '../../src/worker/prompt.js';
import { openOnnxRuntime } from '../../src/worker/runtimes/onnxruntime.js';
import { UNFUSED, unfusedDecoder } from '../fixtures/unfused-decoder.js';
import { openReference } from '../reference/decoder.js';
import { TINY_CONFIG, tinyModel } from '../reference/tiny-model.js';
import { openWeights } from '../reference/weights.js';

const scratch = mkdtempSync(join(tmpdir(), 'edgeproof-tune-'));
const cache = join(scratch, 'cache');
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

async function synthesize(layout: GraphLayout, dtype: SyntheticDtype): Promise<Checkpoint> {
  return (await ensureSynthetic({ model: tinyModel(), layout, dtype, seed: 3 }, { cache })).checkpoint;
}

const tune = (source: Checkpoint, steps: StepName[], options: Partial<TuneOptions> = {}) =>
  tuneCheckpoint(source, { steps, headBits: 8, cache, ...options });

/** The logits of all positions of a prompt, then of three tokens one by one. */
async function logitsOf(graph: string, vocab = TINY_CONFIG.vocab_size): Promise<Float32Array[]> {
  const runtime = await openOnnxRuntime({ graph, threads: 1, capacity: 32, allLogits: true });
  const ids = promptTokens(5, 24, vocab);
  const parts = [ids.slice(0, 21), ids.slice(21, 22), ids.slice(22, 23), ids.slice(23)];
  return parts.map((part) => runtime.forward(part) as Float32Array);
}

/** RMS of the difference over RMS of what was expected. */
function relativeError(found: Float32Array[], expected: ArrayLike<number>[]): number {
  let [difference, size] = [0, 0];
  expected.forEach((row, part) => {
    for (let i = 0; i < row.length; i++) {
      difference += (found[part]![i]! - row[i]!) ** 2;
      size += row[i]! ** 2;
    }
  });
  return Math.sqrt(difference / size);
}

const bitsOf = (rows: NodeJS.TypedArray[]) =>
  rows.map((row) => Buffer.from(row.buffer, row.byteOffset, row.byteLength).toString('hex'));

describe('a graph for prompts', () => {
  it.each<[GraphLayout | 'split', StepName[]]>([
    ['published', ['prefill-graph']],
    ['published', ['larger-blocks', 'quantise-head', 'prefill-graph']],
    ['split', ['pack-projections', 'prefill-graph']],
  ])('of %s by %s: logits behind a prompt are the original ones, as far as 8 bits go', async (layout, steps) => {
    const model = tinyModel();
    const source = (await ensureSynthetic({ model, layout, dtype: 'q4', seed: 3 }, { cache })).checkpoint;
    const { checkpoint, reports } = await tune(source, steps);
    expect(reports.at(-1)).toMatchObject({ step: 'prefill-graph', applied: true });
    expect(checkpoint.graph).toBe(join(checkpoint.directory, 'onnx', 'model_q4.onnx'));
    expect(checkpoint.manifest.files.filter(({ path }) => path.endsWith('_prefill.onnx'))).toHaveLength(1);
    expect(await faultOf(checkpoint)).toBeNull();

    const expected = openReference(source.graph, TINY_CONFIG);
    const ids = promptTokens(5, 24, TINY_CONFIG.vocab_size);
    const runtime = await openOnnxRuntime({ graph: checkpoint.graph, threads: 1, capacity: 32 });
    expect(runtime.options.prefillGraph).toBe(true);
    runtime.feed(ids.slice(0, 23));
    const row = runtime.forward(ids.slice(23)) as Float32Array;
    const wanted = expected.logits([...ids].map(Number)).at(-1)!;
    const error = relativeError([row], [wanted]);
    // Rounded to 8 bits and not: neither equal nor another computation.
    expect(error).toBeGreaterThan(1e-4);
    expect(error).toBeLessThan(0.25);
  });

  it('does not apply where there are no blocks of bits', async () => {
    await expect(tune(await synthesize('tuned', 'fp32'), ['prefill-graph'])).rejects.toMatchObject({
      code: 'nothing-to-tune',
    });
  });
});

describe('logits of all positions', () => {
  it.each<[StepName, GraphLayout, SyntheticDtype]>([
    ['last-token-logits', 'published', 'q4'],
    ['last-token-logits', 'published', 'q4f16'],
    ['last-token-logits', 'published', 'int8'],
    ['last-token-logits', 'published', 'fp32'],
    ['pack-projections', 'published', 'q4'],
    ['pack-projections', 'tuned', 'q4'],
  ])('are the same bits after %s of %s %s', async (step, layout, dtype) => {
    const source = await synthesize(layout, dtype);
    const { checkpoint } = await tune(source, [step]);
    expect(bitsOf(await logitsOf(checkpoint.graph))).toEqual(bitsOf(await logitsOf(source.graph)));
  });

  it('after accuracy-level differ as rounding activations to 8 bits does', async () => {
    const source = await synthesize('published', 'q4');
    const { checkpoint } = await tune(source, ['accuracy-level']);
    const error = relativeError(await logitsOf(checkpoint.graph), await logitsOf(source.graph));
    // Measured over five seeds: 2.2e-2 to 2.8e-2.
    expect(error).toBeGreaterThan(1e-3);
    expect(error).toBeLessThan(0.1);
  });

  it.each([4, 8] as const)(
    'with a head of %i bits are those of the float64 reference on the new integers',
    async (headBits) => {
      const source = await synthesize('published', 'q4');
      const { checkpoint } = await tune(source, ['quantise-head'], { headBits });
      const ids = promptTokens(5, 24, TINY_CONFIG.vocab_size);
      const expected = openReference(checkpoint.graph, TINY_CONFIG).logits([...ids].map(Number));
      const found = Float32Array.from((await logitsOf(checkpoint.graph)).flatMap((part) => [...part]));
      // The product of the head rounds its input to 8 bits in blocks of 128: 6.7e-3 to 7.1e-3 over five seeds.
      expect(relativeError([found], [expected.flatMap((row) => [...row])])).toBeLessThan(1.5e-2);
    },
  );
});

describe('integers of the head', () => {
  it.each([4, 8] as const)('of %i bits are within half a step of the table, but for the far end', async (headBits) => {
    const source = await synthesize('published', 'q4');
    const { checkpoint } = await tune(source, ['quantise-head'], { headBits });
    const name = 'model.embed_tokens.weight';
    const before = openWeights(source.graph).table(name, '');
    const after = openWeights(checkpoint.graph).table(name, '');
    const scales = openWeights(checkpoint.graph).vector(`${name}_scales`);
    before.forEach((row, r) => {
      const step = Math.abs(scales[r]!);
      row.forEach((value, k) => {
        // The range reaches one step less far on the side away from the furthest number.
        const far = Math.abs(value) > (2 ** (headBits - 1) - 1) * step;
        expect(Math.abs(after[r]![k]! - value)).toBeLessThanOrEqual(step * (far ? 1.0001 : 0.5001));
      });
    });
  });
});

describe('larger blocks', () => {
  it('are the old numbers, each within half a step of the new scale', async () => {
    const source = await synthesize('published', 'q4');
    const { checkpoint } = await tune(source, ['larger-blocks']);
    const names = readModel(source.graph).nodes.find(
      ({ name }) => name === '/model/layers.1/mlp/down_proj/MatMul_Q4',
    )!.inputs;
    const made = readModel(checkpoint.graph).nodes.find(
      ({ name }) => name === '/model/layers.1/mlp/down_proj/MatMul_Q4',
    )!.inputs;
    const numbers = (graph: string, [, values, scales]: string[], blockSize: number) => {
      const weights = openWeights(graph);
      const [packed, scale] = [weights.vector(values!), weights.vector(scales!)];
      const integers = [...packed].flatMap((byte) => [byte & 15, byte >> 4]);
      return { numbers: integers.map((integer, i) => (integer - 8) * scale[Math.floor(i / blockSize)]!), scale };
    };
    const before = numbers(source.graph, names, 32);
    const after = numbers(checkpoint.graph, made, 128);
    expect(after.numbers.length).toBe(before.numbers.length);
    before.numbers.forEach((value, i) => {
      const step = Math.abs(after.scale[Math.floor(i / 128)]!);
      const far = Math.abs(value) > 7 * step;
      expect(Math.abs(after.numbers[i]! - value)).toBeLessThanOrEqual(step * (far ? 1.0001 : 0.5001));
    });
  });
});

describe('a graph of another exporter, weights inside the file', () => {
  const folder = join(scratch, 'foreign');
  mkdirSync(folder);
  writeFileSync(join(folder, 'decoder.onnx'), encodeModel(unfusedDecoder()));
  const source: Checkpoint = {
    directory: folder,
    graph: join(folder, 'decoder.onnx'),
    manifest: {
      schemaVersion: 1,
      model: './decoder.onnx',
      weights: 'real',
      dtype: 'fp32',
      source: { kind: 'onnx', repo: null, revision: null, license: null },
      graph: 'decoder.onnx',
      parameters: 1,
      files: [{ path: 'decoder.onnx', bytes: 1, sha256: 'not asked' }],
    },
  };

  it('keeps its logits when it leaves out those that nobody wants', async () => {
    const { checkpoint } = await tune(source, ['last-token-logits']);
    expect(graphFacts(readModel(checkpoint.graph)).head?.logits).toBe('num_logits_to_keep');
    const [before, after] = [
      await logitsOf(source.graph, UNFUSED.vocab),
      await logitsOf(checkpoint.graph, UNFUSED.vocab),
    ];
    expect(bitsOf(after)).toEqual(bitsOf(before));
    // And gives the last one alone when that is wanted.
    const wanted = await openOnnxRuntime({ graph: checkpoint.graph, threads: 1, capacity: 32 });
    const last = wanted.forward(promptTokens(5, 24, UNFUSED.vocab).slice(0, 21)) as Float32Array;
    expect(bitsOf([last])).toEqual(bitsOf([before[0]!.slice(-UNFUSED.vocab)]));
  });

  it('gets a quantised head, and lies in a folder of its own with all its data outside the graph', async () => {
    const { checkpoint, reports } = await tune(source, ['accuracy-level', 'quantise-head', 'last-token-logits']);
    expect(reports.map(({ step, applied }) => [step, applied])).toEqual([
      ['accuracy-level', false],
      ['quantise-head', true],
      ['last-token-logits', true],
    ]);
    expect(readdirSync(checkpoint.directory).sort()).toEqual(['decoder.onnx', 'decoder.onnx_data', 'edgeproof.json']);
    // As far as 8 bits are from floats: a head made of other bytes of the file is 1.0 away.
    const found = await logitsOf(checkpoint.graph, UNFUSED.vocab);
    expect(relativeError(found, await logitsOf(source.graph, UNFUSED.vocab))).toBeLessThan(0.02);
  });
});

describe('the checkpoint', () => {
  it('says what it was made of, is listed and verified, and is found again instead of made anew', async () => {
    const source = await synthesize('published', 'q4');
    const first = await tune(source, ['accuracy-level', 'last-token-logits']);
    expect(first.written).toBe(true);
    expect(first.checkpoint.manifest).toMatchObject({
      model: 'tiny',
      weights: 'synthetic',
      dtype: 'q4',
      tuned: { steps: ['accuracy-level', 'last-token-logits'], source: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect(await faultOf(first.checkpoint)).toBeNull();
    expect(listCheckpoints(cache).map(({ directory }) => directory)).toContain(first.checkpoint.directory);
    const again = await tune(source, ['accuracy-level', 'last-token-logits']);
    expect([again.written, again.checkpoint.directory]).toEqual([false, first.checkpoint.directory]);
    const other = await tune(source, ['last-token-logits']);
    expect(other.checkpoint.directory).not.toBe(first.checkpoint.directory);
    const config = 'config.json';
    expect(readFileSync(join(first.checkpoint.directory, config))).toEqual(
      readFileSync(join(source.directory, config)),
    );
  });

  it('that was altered is made anew, with the same bytes', async () => {
    const source = await synthesize('published', 'q4');
    const { checkpoint } = await tune(source, ['accuracy-level']);
    writeFileSync(join(checkpoint.directory, 'tokenizer.json'), '{}');
    const again = await tune(source, ['accuracy-level']);
    expect(again.written).toBe(true);
    expect(again.checkpoint.manifest).toEqual(checkpoint.manifest);
    expect(await faultOf(again.checkpoint)).toBeNull();
  });

  it('is never half-written', async () => {
    const source = await synthesize('published', 'fp32');
    const directory = join(scratch, 'interrupted');
    const stop = new AbortController();
    const onBytes = () => stop.abort(new Error('stopped'));
    const stopped = tune(source, ['last-token-logits'], { directory, signal: stop.signal, onBytes });
    await expect(stopped).rejects.toThrow('stopped');
    expect(readdirSync(scratch).filter((name) => name.startsWith('interrupted'))).toEqual([]);
    expect((await tune(source, ['last-token-logits'], { directory })).written).toBe(true);
    expect(openCheckpoint(directory).manifest.tuned?.steps).toEqual(['last-token-logits']);
  });

  it('does not take the place of anything else', async () => {
    const source = await synthesize('published', 'q4');
    const directory = join(scratch, 'mine');
    cpSync(source.directory, directory, { recursive: true });
    await expect(tune(source, ['accuracy-level'], { directory })).rejects.toThrow(
      'is not a checkpoint that `models tune` wrote',
    );
    expect(existsSync(join(directory, 'config.json'))).toBe(true);
  });

  it('is refused where no step applies, with the reason of each', async () => {
    const source = await synthesize('tuned', 'q4');
    await expect(tune(source, ['accuracy-level', 'quantise-head'])).rejects.toMatchObject({
      code: 'nothing-to-tune',
      message: expect.stringContaining('quantise-head: the head is a MatMulNBits'),
    });
  });
});

describe('config.json', () => {
  const own = (value?: unknown) =>
    JSON.stringify({
      a: 1,
      ...(value === undefined ? {} : { 'transformers.js_config': { use_external_data_format: value } }),
    });
  const after = (text: string) =>
    (JSON.parse(withOneDataFile(text, 'model_q4.onnx')) as Record<string, { use_external_data_format?: unknown }>)[
      'transformers.js_config'
    ]?.use_external_data_format;

  it('tells transformers.js of one data file, and stays as it was where it does', () => {
    expect(after(own())).toBe(true);
    expect(after(own(false))).toBe(true);
    expect(after(own(3))).toBe(true);
    expect(withOneDataFile(own(true), 'model_q4.onnx')).toBe(own(true));
    expect(after(own({ 'model.onnx': 2 }))).toEqual({ 'model.onnx': 2, 'model_q4.onnx': true });
  });
});
