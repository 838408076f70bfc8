// llama.cpp as a user meets it: told how to get it where it is missing, and run on synthetic and real GGUF files.
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cacheDirectory } from '../../src/models/cache.js';
import { ensureSynthetic } from '../../src/models/synthesize.js';
import { readResult } from '../../src/store/files.js';
import { besideEdgeproof, hasLlamaCpp, llamaCppNote } from '../fixtures/llama-cpp.js';
import { TINY_CONFIG } from '../reference/tiny-model.js';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'edgeproof-llama-'));
const cache = join(scratch, 'cache');
const config = join(scratch, 'config.json');
const real = join(scratch, 'real.gguf');
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

beforeAll(async () => {
  writeFileSync(config, JSON.stringify(TINY_CONFIG));
  const model = { id: 'tiny', config: TINY_CONFIG };
  const { checkpoint } = await ensureSynthetic({ model, layout: 'gguf', dtype: 'int8', seed: 1 }, { cache });
  copyFileSync(checkpoint.graph, real);
});

function edgeproof(own: string, ...parameters: string[]) {
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    const env = { ...process.env, EDGEPROOF_CACHE: own, UV_THREADPOOL_SIZE: '' };
    const child = execFile(process.execPath, [CLI, ...parameters], { env }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode, stdout, stderr });
    });
  });
}

const run = (own: string, ...parameters: string[]) =>
  edgeproof(
    own,
    ...['run', '--results', join(scratch, 'results'), '--machine', 'here', '-p', '8', '-n', '3', '-r', '1'],
    ...parameters,
  );

function newest() {
  const results = join(scratch, 'results', 'here');
  return readResult(join(results, readdirSync(results).sort().at(-1)!));
}

describe('without node-llama-cpp', () => {
  it.skipIf(besideEdgeproof)(
    'a run with llama.cpp ends before anything is written, with the command that gets it',
    async () => {
      const empty = join(scratch, 'empty');
      const { code, stderr } = await run(empty, '-m', config, '--runtime', 'llama.cpp');
      expect(code).toBe(2);
      expect(stderr).toContain('the runtime llama.cpp is optional and not installed');
      expect(stderr).toContain(`npm install --prefix "${join(empty, 'node-llama-cpp')}"`);
    },
  );

  it('a .gguf file can be inspected, and no other runtime is given it', async () => {
    const inspected = await edgeproof(cache, 'models', 'inspect', real, '-o', 'json');
    expect(JSON.parse(inspected.stdout)).toMatchObject({ producer: 'GGUF 3, qwen2', head: { tied: true, bits: 8 } });
    const refused = await run(cache, '-m', real, '--runtime', 'onnxruntime');
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('llama.cpp for .gguf files')]);
  });

  it('a dtype that no GGUF of ours has is refused by name', async () => {
    const { code, stderr } = await edgeproof(
      ...([cache, 'models', 'synthesize', config, '--layout', 'gguf', '--dtype', 'fp32'] as const),
    );
    expect([code, stderr]).toEqual([2, expect.stringMatching(/dtype "fp32".*\n.*q4, int8, fp16/)]);
  });
});

describe.skipIf(!hasLlamaCpp)(`with node-llama-cpp${llamaCppNote}`, () => {
  beforeAll(() => {
    mkdirSync(cache, { recursive: true });
    symlinkSync(join(cacheDirectory(), 'node-llama-cpp'), join(cache, 'node-llama-cpp'));
  });

  it('one suite compares engines on the same model: its graph for one, its GGUF for the other', async () => {
    const { code, stderr } = await run(cache, '-m', config, '--runtime', 'onnxruntime,llama.cpp', '--dtype', 'q4');
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const [graph, gguf] = newest().cases;
    expect([graph, gguf].map((found) => `${found!.key.layout} ${found!.key.runtime}`)).toEqual([
      'tuned onnxruntime',
      'gguf llama.cpp',
    ]);
    expect(gguf!.checkpoint!.parameters).toBe(graph!.checkpoint!.parameters);
    expect(gguf!.identity!.runtimeVersion).toMatch(/^node-llama-cpp .* \(llama\.cpp .*\)$/);
    expect(gguf!.identity!.options).toMatch(/uvThreads=1/);
  });

  it('a real .gguf file is run as it is, by its own vocabulary and dtype', async () => {
    const { code } = await run(cache, '-m', real, '--runtime', 'llama.cpp');
    expect(code).toBe(0);
    expect(newest().cases[0]).toMatchObject({
      key: { weights: 'real', layout: null, dtype: 'int8' },
      checkpoint: { source: { kind: 'gguf' }, seed: null },
    });
  });

  it('more positions than the file allows are refused before anything runs', async () => {
    const { code, stderr } = await run(cache, '-m', real, '--runtime', 'llama.cpp', '-d', '600');
    expect([code, stderr]).toEqual([2, expect.stringContaining("the model's context has 512")]);
  });
});
