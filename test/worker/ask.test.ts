// Questions to a worker: the real one about execution providers of this machine, and made-up ones that lie, die and hang.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { askPlacement, probeProvider } from '../../src/worker/ask.js';

const ENTRY = fileURLToPath(new URL('../../dist/worker/answer.js', import.meta.url));
const ROOT = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
const CUDA = join(ROOT, 'bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so');
const folder = mkdtempSync(join(tmpdir(), 'edgeproof-ask-'));
afterAll(() => rmSync(folder, { recursive: true }));

let scripts = 0;
function entry(script: string): string {
  const path = join(folder, `worker-${scripts++}.mjs`);
  writeFileSync(path, `import { readFileSync, writeSync } from 'node:fs';\n${script}\n`);
  return path;
}

const QUESTION = { ep: 'webgpu', graph: '/nowhere/model.onnx', threads: 1, vocabSize: 10 } as const;
const place = (script: string, more: { signal?: AbortSignal; timeoutSeconds?: number } = {}) =>
  askPlacement(QUESTION, { timeoutSeconds: 30, entry: entry(script), ...more });

describe.runIf(existsSync(ENTRY))('the real worker', () => {
  it('says that the CPU works', async () => {
    expect(await probeProvider('cpu', { entry: ENTRY })).toEqual({ failure: null, longestPass: null });
  });

  it.skipIf(existsSync(CUDA))('says what to do where CUDA is not installed', async () => {
    expect((await probeProvider('cuda', { entry: ENTRY })).failure).toMatchObject({
      code: 'ep-unavailable',
      message: expect.stringMatching(/^cuda does not work here: \w.*[^.]$/),
      hint: expect.stringContaining('install.js --onnxruntime-node-install=cuda12'),
    });
  });

  it.runIf(process.platform === 'linux')('says which system DirectML and Core ML belong to', async () => {
    const [dml, coreml] = [
      await probeProvider('dml', { entry: ENTRY }),
      await probeProvider('coreml', { entry: ENTRY }),
    ];
    expect([dml.failure?.hint, coreml.failure?.hint]).toEqual([
      expect.stringContaining('Windows'),
      expect.stringContaining('macOS'),
    ]);
  });

  it.runIf(process.platform === 'linux')('names the Vulkan driver where WebGPU finds none', async () => {
    const before = process.env.VK_ICD_FILENAMES;
    process.env.VK_ICD_FILENAMES = join(folder, 'no-driver.json');
    try {
      expect((await probeProvider('webgpu', { entry: ENTRY })).failure).toMatchObject({
        code: 'ep-unavailable',
        message: expect.stringMatching(/^webgpu does not work here: [A-Z]/),
        hint: expect.stringContaining('Vulkan driver'),
      });
    } finally {
      if (before === undefined) delete process.env.VK_ICD_FILENAMES;
      else process.env.VK_ICD_FILENAMES = before;
    }
  });
});

describe('a worker that is asked', () => {
  it('gets the question and gives the placement', async () => {
    const placement = { method: 'm', providers: [], copies: 0, cpuOperators: {} };
    const script = `
      const question = JSON.parse(readFileSync(0, 'utf8'));
      writeSync(3, JSON.stringify({ placement: { ...${JSON.stringify(placement)}, method: JSON.stringify(question) } }));`;
    const { method } = await place(script);
    expect(JSON.parse(method)).toEqual({ about: 'placement', ...QUESTION });
  });

  it('may fail in its own words', async () => {
    const failure = { code: 'ep-unavailable', message: 'cuda does not work here', hint: 'install it' };
    await expect(place(`writeSync(3, ${JSON.stringify(JSON.stringify({ failure }))});`)).rejects.toMatchObject(failure);
  });

  it.each([
    [`writeSync(2, 'driver lost\\n'); process.abort();`, 'worker-crashed', 'driver lost'],
    [`writeSync(3, 'not JSON'); process.exit(3);`, 'worker-crashed', 'exit code 3'],
    [`writeSync(3, JSON.stringify({ works: true, longestPass: null }));`, 'worker-protocol', 'without a placement'],
  ])('is judged by its end: %s', async (script, code, words) => {
    await expect(place(script)).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
  });

  it('is stopped when it hangs', async () => {
    await expect(place('setInterval(() => {}, 1000);', { timeoutSeconds: 0.5 })).rejects.toMatchObject({
      code: 'worker-timeout',
      message: expect.stringContaining('placement'),
    });
  });

  it('is stopped when the user interrupts', async () => {
    const controller = new AbortController();
    const asked = place('setInterval(() => {}, 1000);', { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('interrupted')), 100);
    await expect(asked).rejects.toThrow('interrupted');
  });
});
