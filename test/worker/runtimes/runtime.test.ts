// Every runtime of the table can be opened by its name. Those on ONNX Runtime start as many threads as asked for, their times
// hold the time inside the session, and their own step leaves them as they were.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { RUNTIME_NAMES } from '../../../src/contract/runtimes.js';
import { ensureSynthetic } from '../../../src/models/synthesize.js';
import { promptTokens } from '../../../src/worker/prompt.js';
import { importRuntime, openOptions } from '../../../src/worker/runtimes/runtime.js';
import { TINY_CONFIG } from '../../reference/tiny-model.js';

const cache = mkdtempSync(join(tmpdir(), 'edgeproof-open-'));
afterAll(() => rmSync(cache, { recursive: true, force: true }));

it.each(RUNTIME_NAMES)('%s has its file, and that its `open`', async (name) => {
  expect(await importRuntime(name)).toBeTypeOf('function');
});

const ON_ONNX_RUNTIME = ['onnxruntime', 'transformers.js'] as const;
const DEPTH = 10;

async function open(runtime: (typeof ON_ONNX_RUNTIME)[number], threads: number) {
  const model = { id: 'tiny', config: TINY_CONFIG };
  const { checkpoint } = await ensureSynthetic({ model, layout: 'published', dtype: 'fp32', seed: 7 }, { cache });
  const workload = { kind: 'generate', prompt: 6, new: 8, depth: DEPTH } as const;
  const key = {
    ...({ model: 'tiny', weights: 'synthetic', layout: 'published', dtype: 'fp32', ep: 'cpu' } as const),
    ...{ runtime, workload, threads },
  };
  return (await importRuntime(runtime))(openOptions({ ...checkpoint, key }));
}

const prompt = promptTokens(2, 6, TINY_CONFIG.vocab_size);

it.each(ON_ONNX_RUNTIME)('%s repeats a step without moving on', async (runtime) => {
  const opened = await open(runtime, 1);
  await opened.fillDepth(promptTokens(1, DEPTH, TINY_CONFIG.vocab_size));
  const { tokens } = await opened.generate(prompt, 8, () => {});
  for (let i = 0; i < 5; i++) await opened.repeatableStep?.(BigInt(i));
  expect((await opened.generate(prompt, 8, () => {})).tokens).toEqual(tokens);
});

it.each(ON_ONNX_RUNTIME)('%s: session time is part of its own token times, which rise from 0', async (runtime) => {
  const opened = await open(runtime, 1);
  for (let i = 0; i < 2; i++) {
    const { tokenMs, sessionMs } = await opened.generate(prompt, 8, () => {});
    expect(sessionMs.prefill).toBeGreaterThan(0);
    expect(tokenMs[0]).toBeGreaterThanOrEqual(sessionMs.prefill);
    expect(tokenMs[7]! - tokenMs[0]!).toBeGreaterThanOrEqual(sessionMs.decode);
    for (let t = 1; t < 8; t++) expect(tokenMs[t]).toBeGreaterThan(tokenMs[t - 1]!);
  }
});

it.runIf(process.platform === 'linux').each(ON_ONNX_RUNTIME)(
  '%s starts as many threads as asked for',
  async (runtime) => {
    // What the library and Node start once is there after the first.
    await open(runtime, 1);
    for (const threads of [1, 3, 4]) {
      const before = readdirSync('/proc/self/task').length;
      const { options } = await open(runtime, threads);
      expect(readdirSync('/proc/self/task').length - before).toBe(threads - 1);
      expect(options).toMatchObject({ intraOpThreads: threads, threadsMethod: expect.stringContaining('/proc') });
    }
  },
);
