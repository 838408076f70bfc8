// The runtimes on ONNX Runtime's WebGPU: the same tokens as on the CPU, the KV cache in GPU buffers, and the proof of
// where each node ran. On SwiftShader, so that this says nothing of speed. .ci/run installs it and lets nothing be skipped.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { SyntheticDtype } from '../../../src/contract/dtypes.js';
import type { GraphLayout } from '../../../src/contract/layouts.js';
import type { CaseResult } from '../../../src/contract/result.js';
import { ensureSynthetic } from '../../../src/models/synthesize.js';
import { promptTokens } from '../../../src/worker/prompt.js';
import { openOnnxRuntime } from '../../../src/worker/runtimes/onnxruntime.js';
import { longestPass } from '../../../src/worker/runtimes/ort/attention.js';
import { loadOrtLibrary } from '../../../src/worker/runtimes/ort/library.js';
import { findPlacement } from '../../../src/worker/runtimes/ort/placement.js';
import { open as openTransformers } from '../../../src/worker/runtimes/transformers-js.js';
import { whyNoWebGpu } from '../../fixtures/vulkan.js';
import { halfValue } from '../../reference/half.js';
import { relativeError } from '../../reference/relative-error.js';
import { TINY_CONFIG, tinyModel } from '../../reference/tiny-model.js';

const CLI = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url));
const VOCAB = TINY_CONFIG.vocab_size;
const CHUNK = 8;
const reason = whyNoWebGpu();
const scratch = mkdtempSync(join(tmpdir(), 'edgeproof-webgpu-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const synthesize = async (layout: GraphLayout, dtype: SyntheticDtype) =>
  (await ensureSynthetic({ model: tinyModel(), layout, dtype, seed: 7 }, { cache: scratch })).checkpoint;

/** `edgeproof run` of the tiny model in int8 on WebGPU: what it prints as JSON. */
async function run(...more: string[]) {
  const config = join(scratch, 'config.json');
  writeFileSync(config, JSON.stringify(TINY_CONFIG));
  const kind = '--ep webgpu --layout published --dtype int8'.split(' ');
  const measured = '-p 40 -n 2 -r 1 --iterations 1 --warmup 0 --no-ceilings -o json'.split(' ');
  const command = [CLI, 'run', '-m', config, ...kind, ...measured, '--results', join(scratch, 'results'), ...more];
  const env = { ...process.env, EDGEPROOF_CACHE: scratch };
  return new Promise<{ code: number | null; answer: { cases: ShownCase[] } }>((resolve) => {
    const child = execFile(process.execPath, command, { env }, (_, out) =>
      resolve({ code: child.exitCode, answer: JSON.parse(out) }),
    );
  });
}

type ShownCase = Pick<CaseResult, 'key' | 'identity' | 'placement'> & Record<string, unknown>;

it.runIf(process.env.EDGEPROOF_TEST_WEBGPU === 'required')('WebGPU works here, as this machine says it must', () => {
  expect(reason).toBeNull();
});

describe.skipIf(reason !== null)(`WebGPU${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  /**
   * Largest relative error of the logits against the CPU's: float32 sums in another order, measured 1.2e-6 and 2.3e-6.
   * Both round activations to 8 bits in tuned q4: 5e-7, or up to 2e-2 where one of them falls to the other side.
   */
  it.each([
    { layout: 'tuned', dtype: 'q4', kv: 'shared', bound: 0.1 },
    { layout: 'tuned', dtype: 'q4', kv: 'passed', bound: 0.1 },
    { layout: 'published', dtype: 'q4', kv: 'shared', bound: 2e-5 },
    { layout: 'published', dtype: 'q4', kv: 'passed', bound: 2e-5 },
    { layout: 'tuned', dtype: 'fp32', kv: 'shared', bound: 2e-5 },
    { layout: 'published', dtype: 'fp32', kv: 'passed', bound: 2e-5 },
  ] as const)('$layout $dtype, cache $kv: tokens of the CPU, and its logits', async (example) => {
    const { layout, dtype, kv, bound } = example;
    const { graph } = await synthesize(layout, dtype);
    const open = (ep: 'cpu' | 'webgpu') =>
      openOnnxRuntime({ graph, threads: 1, capacity: 40, kv, ep, prefillChunkTokens: CHUNK });
    const [cpu, gpu] = [await open('cpu'), await open('webgpu')];
    expect(gpu.options).toMatchObject({ kv, kvMemory: 'WebGPU_Buf' });
    expect(cpu.options.kvMemory).toBeUndefined();
    for (const runtime of [cpu, gpu]) await runtime.fillDepth(promptTokens(99, 11, VOCAB));
    // The second generation starts where the first one did: behind the depth.
    for (const seed of [1, 2]) {
      const prompt = promptTokens(seed, 9, VOCAB);
      const [expected, found] = [await cpu.generate(prompt, 6, () => {}), await gpu.generate(prompt, 6, () => {})];
      expect([...found.tokens]).toEqual([...expected.tokens]);
    }
    const next = promptTokens(3, 1, VOCAB);
    const expected = Float32Array.from((await cpu.forward(next)) as Float32Array);
    expect(relativeError((await gpu.forward(next)) as Float32Array, expected)).toBeLessThan(bound);
  });

  it.each([
    { layout: 'tuned', dtype: 'q4', bound: 0.1 },
    { layout: 'published', dtype: 'q4', bound: 2e-5 },
  ] as const)(
    '$layout $dtype, a prompt of 192 tokens in passes that are computed rightly: the same',
    async (example) => {
      const { layout, dtype, bound } = example;
      const model = tinyModel({ max_position_embeddings: 1024 }, 'tiny-long');
      const { graph } = (await ensureSynthetic({ model, layout, dtype, seed: 7 }, { cache: scratch })).checkpoint;
      const longest = longestPass(loadOrtLibrary(), 'webgpu') ?? undefined;
      const open = (ep: 'cpu' | 'webgpu') =>
        openOnnxRuntime({ graph, threads: 1, capacity: 520, ep, longestPass: ep === 'cpu' ? undefined : longest });
      const [cpu, gpu] = [await open('cpu'), await open('webgpu')];
      expect(gpu.options.prefillChunkTokens).toBe(longest ?? 128);
      expect(typeof gpu.options.prefillChunkReason).toBe(longest === undefined ? 'undefined' : 'string');
      const prompt = promptTokens(1, 192, VOCAB);
      const [expected, found] = [await cpu.generate(prompt, 4, () => {}), await gpu.generate(prompt, 4, () => {})];
      expect([...found.tokens]).toEqual([...expected.tokens]);
      // Longer than a pass may be: as parity asks, and with the logits of every position where the graph gives them.
      for (const runtime of [cpu, gpu]) runtime.rewind();
      const ids = promptTokens(2, 40, VOCAB);
      const lastRow = (logits: ArrayLike<number>) => Array.from(logits).slice(-VOCAB);
      const rows = [cpu.forward(ids), gpu.forward(ids)];
      expect(relativeError(lastRow(rows[1]!), lastRow(rows[0]!))).toBeLessThan(bound);
      if (layout === 'published') expect(relativeError(rows[1]!, rows[0]!)).toBeLessThan(bound);
    },
  );

  it.each(['fp16', 'q4f16'] as const)(
    '%s: logits of the CPU, or the refusal of a GPU without 16-bit floats',
    async (dtype) => {
      const { graph } = await synthesize('published', dtype);
      const logits = async (ep: 'cpu' | 'webgpu') => {
        const runtime = await openOnnxRuntime({ graph, threads: 1, capacity: 16, ep });
        return Float64Array.from(await runtime.forward(promptTokens(1, 9, VOCAB)), halfValue);
      };
      const found = await logits('webgpu').catch((error: Error) => error.message);
      if (typeof found === 'string') expect(found).toContain('requires f16 but the device does not support it');
      // Twice the bound of either side against float64 (onnxruntime.test.ts).
      else expect(relativeError(found, await logits('cpu'))).toBeLessThan(3e-2);
    },
  );

  it('transformers.js: tokens of its CPU, with and without depth, again and again', async () => {
    const { directory } = await synthesize('published', 'q4');
    for (const depth of [0, 11]) {
      const generate = async (ep: 'cpu' | 'webgpu') => {
        const runtime = await openTransformers({ directory, dtype: 'q4', threads: 1, ep });
        if (depth > 0) await runtime.fillDepth(promptTokens(99, depth, VOCAB));
        const tokens = [];
        for (const seed of [1, 2])
          tokens.push(...(await runtime.generate(promptTokens(seed, 9, VOCAB), 4, () => {})).tokens);
        return tokens;
      };
      expect(await generate('webgpu')).toEqual(await generate('cpu'));
    }
  });

  it('a cache in GPU buffers is never copied: the only copy is that of lengths to the GPU', async () => {
    const { graph } = await synthesize('tuned', 'q4');
    const placement = await findPlacement({ graph, threads: 1, ep: 'webgpu', vocabSize: VOCAB });
    expect(placement).toMatchObject({ copies: 1, cpuOperators: {}, method: expect.stringContaining('time stamps') });
    const [gpu, cpu] = placement.providers;
    expect(gpu).toMatchObject({ ep: 'webgpu', bookkeepingNodes: 0 });
    expect(cpu).toMatchObject({ ep: 'cpu', nodes: 0 });
    // Two layers of eleven nodes, embedding, first norm, slice and head at the least.
    expect(gpu!.nodes).toBeGreaterThan(20);
    expect(gpu!.timeShare).toBeGreaterThan(0.9);
  });

  it('the CPU alone runs every node of a session on the CPU', async () => {
    const { graph } = await synthesize('tuned', 'q4');
    const { providers } = await findPlacement({ graph, threads: 1, ep: 'cpu', vocabSize: VOCAB });
    expect(providers).toMatchObject([{ ep: 'cpu', timeShare: 1 }]);
  });

  it('a case of which the CPU computes a part fails, unless that is allowed; the result tells the share', async () => {
    const refused = await run();
    expect(refused.code).toBe(1);
    expect(refused.answer.cases[0]!.failures).toMatchObject([
      { code: 'ep-fallback', message: expect.stringMatching(/^\d+ of \d+ .*MatMulInteger × \d+/) },
    ]);
    const allowed = await run('--allow-fallback', '--machine', 'other');
    expect(allowed.code).toBe(0);
    const [result] = allowed.answer.cases;
    expect(result).toMatchObject({
      status: 'ok',
      placement: { cpuOperators: { MatMulInteger: expect.any(Number) } },
    });
    // The run has found how long a pass may be, and its workers kept to it.
    const longest = longestPass(loadOrtLibrary(), 'webgpu');
    expect(result!.placement?.longestPass ?? null).toBe(longest);
    expect(result!.identity?.options).toContain(`prefillChunkTokens=${longest ?? 128}`);
  });
});
