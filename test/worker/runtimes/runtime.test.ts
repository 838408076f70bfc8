// Every runtime of the table can be opened by its name, and its own step leaves it as it was.
import { mkdtempSync, rmSync } from 'node:fs';
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

it.each(['onnxruntime', 'transformers.js'] as const)('%s repeats a step without moving on', async (runtime) => {
  const model = { id: 'tiny', config: TINY_CONFIG };
  const { checkpoint } = await ensureSynthetic({ model, layout: 'published', dtype: 'fp32', seed: 7 }, { cache });
  const workload = { kind: 'generate', prompt: 6, new: 8, depth: 10 } as const;
  const key = {
    ...({ model: 'tiny', weights: 'synthetic', layout: 'published', dtype: 'fp32', ep: 'cpu', threads: 1 } as const),
    ...{ runtime, workload },
  };
  const open = await importRuntime(runtime);
  const opened = await open(openOptions({ ...checkpoint, key }));
  await opened.fillDepth(promptTokens(1, 10, TINY_CONFIG.vocab_size));
  const prompt = promptTokens(2, 6, TINY_CONFIG.vocab_size);
  const { tokens } = await opened.generate(prompt, 8, () => {});
  for (let i = 0; i < 5; i++) await opened.repeatableStep?.(BigInt(i));
  expect((await opened.generate(prompt, 8, () => {})).tokens).toEqual(tokens);
});
