// Every architecture at tiny size: its logits are those of a float64 reference written from its modelling code, every
// feature of it moves them, and both runtimes that can load it generate the same tokens.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SyntheticDtype } from '../../src/contract/dtypes.js';
import { GRAPH_LAYOUTS, type GraphLayout, type OnnxLayout } from '../../src/contract/layouts.js';
import { dtypesOf } from '../../src/models/checkpoint-plan.js';
import { ensureSynthetic } from '../../src/models/synthesize.js';
import { promptTokens } from '../../src/worker/prompt.js';
import { openOnnxRuntime } from '../../src/worker/runtimes/onnxruntime.js';
import { open as openTransformers } from '../../src/worker/runtimes/transformers-js.js';
import { type ArchitectureMaths, mathsOf, type TinyArchitectureConfig } from '../reference/architectures.js';
import { openReference } from '../reference/decoder.js';
import { halfValue } from '../reference/half.js';
import { TINY_ARCHITECTURES } from '../reference/tiny-architectures.js';

let cache: string;
beforeAll(() => {
  cache = mkdtempSync(join(tmpdir(), 'edgeproof-architectures-'));
});
afterAll(() => rmSync(cache, { recursive: true, force: true }));

const ARCHITECTURES = Object.entries(TINY_ARCHITECTURES).map(([name, config]) => ({ name, config }));
const PAIRS = GRAPH_LAYOUTS.flatMap((layout) => dtypesOf(layout).map((dtype) => ({ layout, dtype })));
const IDS = promptTokens(1, 24, 512);
/** What is fed in one pass; the rest comes token by token. Longer than every window. */
const PROMPT = 19;

async function synthesize(name: string, config: TinyArchitectureConfig, layout: OnnxLayout, dtype: SyntheticDtype) {
  const model = { id: name.replaceAll(/[ _]/g, '-'), config };
  return (await ensureSynthetic({ model, layout, dtype, seed: 7 }, { cache })).checkpoint;
}

const open = (graph: string) => openOnnxRuntime({ graph, threads: 1, capacity: 64 });

function rowsOf(logits: Float32Array | Uint16Array, vocab: number): Float64Array[] {
  const values = logits instanceof Uint16Array ? Float64Array.from(logits, halfValue) : Float64Array.from(logits);
  return Array.from({ length: values.length / vocab }, (_, row) => values.slice(row * vocab, (row + 1) * vocab));
}

/** Largest RMS of a row's difference over the RMS of what was expected: 0 is equal, 1.4 is unrelated. */
function largestError(found: Float64Array[], expected: Float64Array[]): number {
  expect(found.length).toBe(expected.length);
  const rms = (row: Float64Array) => Math.sqrt(row.reduce((sum, value) => sum + value ** 2, 0));
  return Math.max(...expected.map((row, i) => rms(row.map((value, j) => value - found[i]![j]!)) / rms(row)));
}

/**
 * A small multiple of the largest error measured over the architectures: published fp32 6.3e-7, q4 5.3e-7, fp16 4.2e-3,
 * q4f16 4.6e-3, int8 8.9e-2; tuned fp32 6.3e-7, fp16 4.2e-3, q4 6.9e-2, int8 5.8e-2, q4f16 9.7e-2. What rounds
 * activations to 8 bits is far off by nature (onnxruntime.test.ts traces it).
 */
const LARGEST_ERROR: Record<GraphLayout, Partial<Record<SyntheticDtype, number>>> = {
  published: { fp32: 5e-6, q4: 5e-6, fp16: 1.5e-2, q4f16: 1.5e-2, int8: 0.25 },
  tuned: { fp32: 5e-6, fp16: 1.5e-2, q4: 0.25, int8: 0.25, q4f16: 0.3 },
  matched: { fp16: 1.5e-2, q4: 0.25, int8: 0.25 },
};

describe.each(ARCHITECTURES)('$name', ({ name, config }) => {
  it.each(PAIRS)('$layout $dtype: logits are those of the reference', async ({ layout, dtype }) => {
    const { graph } = await synthesize(name, config, layout, dtype);
    const expected = openReference(graph, config).logits([...IDS].map(Number));
    const runtime = await open(graph);
    const first = rowsOf(await runtime.forward(IDS.slice(0, PROMPT)), config.vocab_size);
    // A published head computes every position, a tuned one the last.
    const wanted = layout === 'published' ? expected.slice(0, PROMPT) : [expected[PROMPT - 1]!];
    const steps: Float64Array[] = [];
    for (let t = PROMPT; t < IDS.length; t++) {
      steps.push(...rowsOf(await runtime.forward(IDS.slice(t, t + 1)), config.vocab_size));
    }
    const error = largestError([...first, ...steps], [...wanted, ...expected.slice(PROMPT)]);
    expect(error).toBeLessThan(LARGEST_ERROR[layout][dtype]!);
  });

  it('split q4: logits behind a prompt in int8 are those of the reference', async () => {
    const { graph } = await synthesize(name, config, 'split', 'q4');
    const expected = openReference(graph, config).logits([...IDS].map(Number));
    const runtime = await open(graph);
    expect(runtime.options.prefillGraph).toBe(true);
    await runtime.fillDepth(IDS.slice(0, PROMPT));
    const steps: Float64Array[] = [];
    for (let t = PROMPT; t < IDS.length; t++) {
      steps.push(...rowsOf(await runtime.forward(IDS.slice(t, t + 1)), config.vocab_size));
    }
    expect(largestError(steps, expected.slice(PROMPT))).toBeLessThan(LARGEST_ERROR.tuned.q4!);
  });

  it('every feature moves the logits by far more than the allowed error', async () => {
    const { graph } = await synthesize(name, config, 'published', 'fp32');
    const ids = [...IDS].map(Number);
    const expected = openReference(graph, config).logits(ids);
    const errors = Object.entries(withoutOneFeature(config)).map(([feature, maths]) => {
      const [last] = openReference(graph, config, maths).logits(ids).slice(-1);
      return [feature, largestError([last!], expected.slice(-1))] as const;
    });
    expect(errors.filter(([, error]) => error < 100 * LARGEST_ERROR.published.fp32!)).toEqual([]);
  });

  it('both runtimes generate the same tokens from every layout and dtype', async () => {
    for (const { layout, dtype } of PAIRS) {
      const { graph, directory } = await synthesize(name, config, layout, dtype);
      const prompt = promptTokens(3, 11, config.vocab_size);
      const ours = await (await open(graph)).generate(prompt, 8, () => {});
      const theirs = await openTransformers({ directory, dtype, threads: 1, ep: 'cpu' });
      const { tokens } = await theirs.generate(prompt, 8, () => {});
      expect([...ours.tokens], `${layout} ${dtype}`).toEqual([...tokens]);
    }
  });
});

/** The maths of the architecture with one thing changed at a time: a feature left out, or its number moved a little. */
function withoutOneFeature(config: TinyArchitectureConfig): Record<string, ArchitectureMaths> {
  const maths = mathsOf(config);
  const altered: Record<string, ArchitectureMaths> = {};
  const layer = (feature: string, change: (at: ReturnType<ArchitectureMaths['layer']>) => object) => {
    altered[feature] = { ...maths, layer: (i) => ({ ...maths.layer(i), ...change(maths.layer(i)) }) };
  };
  layer('the pairing of rotated elements', ({ interleaved }) => ({ interleaved: !interleaved }));
  layer('the base', ({ frequencies }) => ({ frequencies: frequencies.map((f) => f ** 1.1) }));
  if (maths.layer(0).magnitude !== 1) layer('the magnitude of a rotation', () => ({ magnitude: 1 }));
  if (Number.isFinite(maths.layer(0).window)) {
    layer('a longer window', ({ window }) => ({ window: window + 1 }));
    layer('a shorter window', ({ window }) => ({ window: window - 1 }));
  }
  const { rope_scaling, rope_local_base_freq, partial_rotary_factor } = config;
  const other = (change: Partial<TinyArchitectureConfig>) => mathsOf({ ...config, ...change });
  if (rope_scaling) altered.rope_scaling = other({ rope_scaling: null });
  if (rope_local_base_freq) altered['another base in a window'] = other({ rope_local_base_freq: config.rope_theta });
  if (partial_rotary_factor) altered['partial rotation'] = other({ partial_rotary_factor: 1 });

  const left = { embeddingScale: 1, residualScale: 1, headNorms: false, sandwich: false };
  for (const [feature, value] of Object.entries(left)) {
    if (maths[feature as keyof typeof left] !== value) altered[feature] = { ...maths, [feature]: value };
  }
  altered.attentionScale = { ...maths, attentionScale: maths.attentionScale * 1.1 };
  for (const at of ['qkv', 'output', 'mlp'] as const) {
    if (maths.bias[at]) altered[`${at} bias`] = { ...maths, bias: { ...maths.bias, [at]: false } };
  }
  const same = (value: number) => value;
  if (maths.score(10) !== 10) altered['the soft cap of scores'] = { ...maths, score: same };
  if (maths.logit(10) !== 10) altered['the soft cap or scale of logits'] = { ...maths, logit: same };
  altered.activation = { ...maths, activation: (x) => Math.max(x, 0) };
  return altered;
}
