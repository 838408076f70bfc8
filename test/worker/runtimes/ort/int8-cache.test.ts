// The KV cache in int8: the graph reads what was taken over, in steps of what was read, and a generation behind it is
// that of the float32 cache but for its rounding.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Decoder } from '../../../../src/formats/onnx/decoder-interface.js';
import { prefillPath } from '../../../../src/formats/onnx/prefill-graph.js';
import { ensureSynthetic } from '../../../../src/models/synthesize.js';
import { promptTokens } from '../../../../src/worker/prompt.js';
import { openOnnxRuntime } from '../../../../src/worker/runtimes/onnxruntime.js';
import { createInt8Cache } from '../../../../src/worker/runtimes/ort/int8-cache.js';
import { type ArchitectureMaths, mathsOf } from '../../../reference/architectures.js';
import { openReference } from '../../../reference/decoder.js';
import { relativeError } from '../../../reference/relative-error.js';
import { TINY_CONFIG, tinyModel } from '../../../reference/tiny-model.js';

const HEADS = 2;
const SIZE = 3;
const CAPACITY = 5;

/** One entry, and the memory that its three tensors lie in. */
function open() {
  const memory: ArrayBufferView[] = [];
  const tensor = (_: unknown, data: ArrayBufferView) => BigInt(memory.push(data));
  const entry = { past: 'p', present: 'q', heads: HEADS, size: SIZE, type: 'float32' } as const;
  const cache = createInt8Cache({ tensor }, { cache: [entry] } as unknown as Decoder, CAPACITY);
  cache.putInto({ inputs: new BigUint64Array(2), outputs: new BigUint64Array(1) }, 1);
  const [floats, integers, steps] = memory as [Float32Array, Int8Array, Float32Array];
  /** Rows of both heads, as a pass writes them. */
  const write = (into: Float32Array | Int8Array, row: number, values: number[][]) =>
    values.forEach((channels, head) => {
      into.set(channels, (head * CAPACITY + row) * SIZE);
    });
  /** What the graph makes of the int8 rows. */
  const read = (row: number) =>
    [0, 1].map((head) =>
      [0, 1, 2].map((channel) => integers[(head * CAPACITY + row) * SIZE + channel]! * steps[head * SIZE + channel]!),
    );
  const pass = (total: number, isPrompt: boolean) => {
    cache.prepare(total, isPrompt);
    cache.advance();
  };
  return { cache, floats, integers, steps, write, read, pass };
}

const ROWS = [
  [
    [1, -200, 0],
    [0.001, 5, 5],
  ],
  [
    [-0.5, 100, 0],
    [0.002, -5, 4],
  ],
];

describe('taking over', () => {
  it('keeps each channel to half a step of its own, a 64th of its largest', () => {
    const { floats, steps, write, read, pass } = open();
    pass(2, true);
    for (const [i, row] of ROWS.entries()) write(floats, i, row);
    pass(3, false);
    for (const [i, magnitude] of [1, 200, 0, 0.002, 5, 5].entries()) expect(steps[i]).toBeCloseTo(magnitude / 64, 6);
    for (const [i, row] of ROWS.entries()) {
      const errors = row.flatMap((channels, head) =>
        channels.map((value, channel) => Math.abs(read(i)[head]![channel]! - value) / steps[head * SIZE + channel]!),
      );
      for (const error of errors) expect(error).toBeLessThanOrEqual(0.501);
    }
  });

  it('happens once: tokens behind a prompt leave steps and rows as they are', () => {
    const { floats, integers, steps, write, pass } = open();
    pass(1, true);
    write(floats, 0, ROWS[0]!);
    pass(2, false);
    const before = [[...steps], [...integers]];
    floats.fill(1000);
    pass(3, false);
    expect([[...steps], [...integers]]).toEqual(before);
  });

  it('happens again behind another prompt, from all of it', () => {
    const { cache, floats, steps, write, pass } = open();
    pass(1, true);
    write(floats, 0, ROWS[0]!);
    pass(2, false);
    cache.rewind(1);
    pass(2, true);
    write(floats, 1, [
      [10, 0, 0],
      [0, 0, 0],
    ]);
    pass(3, false);
    expect(steps[0]).toBeCloseTo(10 / 64, 6);
    expect(steps[1]).toBeCloseTo(200 / 64, 6);
  });

  it('has float32 rows for a prompt only until tokens were made in int8', () => {
    const { cache, pass } = open();
    pass(2, true);
    expect(cache.holdsFloats(2)).toBe(true);
    pass(3, false);
    expect(cache.holdsFloats(3)).toBe(false);
    cache.rewind(2);
    expect(cache.holdsFloats(2)).toBe(true);
  });

  it('with nothing before the first token, chooses steps by that token', () => {
    const { floats, steps, write, pass } = open();
    write(floats, 0, ROWS[0]!);
    pass(1, false);
    expect(steps[1]).toBeCloseTo(200 / 64, 6);
  });
});

/** Tokens of depth and prompt: what the steps are chosen by. */
const PROMPT = 24;

/** Keys or values by position and head: each channel in steps of a 64th of its largest magnitude in the prompt. */
function rounded(rows: Float64Array[][]): Float64Array[][] {
  return rows.map((heads) =>
    heads.map((row, head) =>
      row.map((value, channel) => {
        const largest = Math.max(...rows.slice(0, PROMPT).map((known) => Math.abs(known[head]![channel]!)));
        const step = largest / 64;
        return Math.min(127, Math.max(-128, Math.round(value / step))) * step;
      }),
    ),
  );
}

describe('a generation', () => {
  let cache: string;
  let graph: string;
  const vocab = TINY_CONFIG.vocab_size;
  const open = (kvDtype: 'graph' | 'int8') =>
    openOnnxRuntime({ graph, threads: 1, capacity: 64, options: { kvDtype }, prefillChunkTokens: 7 });

  beforeAll(async () => {
    cache = mkdtempSync(join(tmpdir(), 'edgeproof-int8-cache-'));
    const made = await ensureSynthetic({ model: tinyModel(), layout: 'split', dtype: 'q4', seed: 7 }, { cache });
    graph = made.checkpoint.graph;
  });
  afterAll(() => rmSync(cache, { recursive: true, force: true }));

  it('has the logits of a float64 reference whose cache is rounded likewise', async () => {
    const model = tinyModel();
    const { checkpoint } = await ensureSynthetic({ model, layout: 'tuned', dtype: 'fp32', seed: 7 }, { cache });
    // Reads prompts exactly, so that nothing else is rounded.
    cpSync(checkpoint.graph, prefillPath(checkpoint.graph));
    const ids = promptTokens(5, 40, vocab);
    const runtime = await openOnnxRuntime({
      ...{ graph: checkpoint.graph, threads: 1, capacity: 64, options: { kvDtype: 'int8' } },
    });
    expect(runtime.options.kvDtype).toBe('int8');
    await runtime.fillDepth(ids.slice(0, 10));
    runtime.feed(ids.slice(10, PROMPT));
    const found = [...ids.slice(PROMPT)].map((id) => Float64Array.from(runtime.forward(BigInt64Array.of(id))));
    const largestError = (maths: ArchitectureMaths) => {
      const expected = openReference(checkpoint.graph, TINY_CONFIG, maths).logits([...ids].map(Number));
      return Math.max(...found.map((row, i) => relativeError(row, expected[PROMPT + i]!)));
    };
    const exact = mathsOf(TINY_CONFIG);
    // As far away as with a cache in float32 (onnxruntime.test.ts).
    expect(largestError({ ...exact, cache: { from: PROMPT, keep: rounded } })).toBeLessThan(2e-5);
    expect(largestError(exact)).toBeGreaterThan(2e-2);
  });

  it.each([1, 2, 20])('is the same each time, behind the depth and a prompt of %i tokens', async (length) => {
    const runtime = await open('int8');
    const prompt = promptTokens(6, length, vocab);
    const generate = async () => [...(await runtime.generate(prompt, 8, () => {})).tokens];
    const alone = await generate();
    expect(await generate()).toEqual(alone);
    await runtime.fillDepth(promptTokens(7, 15, vocab));
    const behind = await generate();
    expect(behind).not.toEqual(alone);
    expect(await generate()).toEqual(behind);
  });

  it('is refused where prompts have no graph of their own', async () => {
    const { checkpoint } = await ensureSynthetic(
      { model: tinyModel(), layout: 'tuned', dtype: 'q4', seed: 7 },
      { cache },
    );
    const options = { graph: checkpoint.graph, threads: 1, capacity: 8, options: { kvDtype: 'int8' } } as const;
    await expect(openOnnxRuntime(options)).rejects.toMatchObject({
      code: 'kv-dtype-unsupported',
      message: expect.stringContaining('no graph for prompts'),
      hint: expect.stringContaining('models tune --steps prefill-graph'),
    });
  });
});
