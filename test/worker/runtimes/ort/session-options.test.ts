// Options of a session: what is stored is what ONNX Runtime says of itself, and what they do is seen in its own profile.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OptionSet } from '../../../../src/contract/option-set.js';
import { ensureSynthetic } from '../../../../src/models/synthesize.js';
import { promptTokens } from '../../../../src/worker/prompt.js';
import { openOnnxRuntime } from '../../../../src/worker/runtimes/onnxruntime.js';
import { open as openTransformers } from '../../../../src/worker/runtimes/transformers-js.js';
import { TINY_CONFIG, tinyModel } from '../../../reference/tiny-model.js';

const VOCAB = TINY_CONFIG.vocab_size;
const DEFAULTS = { graphOptimization: 'all', denormals: 'zero', spinning: true, arena: true, memoryPattern: true };
const CHANGED: OptionSet = {
  spinning: false,
  arena: false,
  memoryPattern: false,
  graphOptimization: 'basic',
  config: { 'session.dynamic_block_base': '4' },
};
let cache: string;
let checkpoint: Awaited<ReturnType<typeof ensureSynthetic>>['checkpoint'];

beforeAll(async () => {
  cache = mkdtempSync(join(tmpdir(), 'edgeproof-options-'));
  ({ checkpoint } = await ensureSynthetic(
    { model: tinyModel(), layout: 'published', dtype: 'fp32', seed: 7 },
    { cache },
  ));
});
afterAll(() => rmSync(cache, { recursive: true, force: true }));

const open = (options?: OptionSet, profilePrefix?: string) =>
  openOnnxRuntime({
    graph: checkpoint.graph,
    threads: 2,
    capacity: 32,
    ...(options && { options }),
    ...(profilePrefix && { profilePrefix }),
  });
const tokensOf = async (runtime: Pick<Awaited<ReturnType<typeof open>>, 'generate'>) => [
  ...(await runtime.generate(promptTokens(1, 9, VOCAB), 8, () => {})).tokens,
];

describe('the runtime onnxruntime', () => {
  it('stores the defaults as ONNX Runtime has them', async () => {
    expect((await open()).options).toMatchObject(DEFAULTS);
  });

  it('reads every option back', async () => {
    const { config, ...named } = CHANGED;
    expect((await open(CHANGED)).options).toMatchObject({ ...named, ...config, denormals: 'zero' });
    const kept = await open({ config: { 'session.set_denormal_as_zero': '0' } });
    expect(kept.options).toMatchObject({ denormals: 'kept' });
    expect(kept.options).not.toHaveProperty('session.set_denormal_as_zero');
  });

  it.each(['spinning', 'arena', 'memoryPattern'] as const)('%s changes alone', async (name) => {
    expect((await open({ [name]: false })).options).toMatchObject({ ...DEFAULTS, [name]: false });
  });

  it('generates the same tokens, whatever the options', async () => {
    const expected = await tokensOf(await open());
    for (const options of [CHANGED, { graphOptimization: 'disabled' } as const])
      expect(await tokensOf(await open(options))).toEqual(expected);
  });

  it('optimizes as far as asked: the profile has more nodes where the graph was left as it is', async () => {
    const nodes = async (graphOptimization: NonNullable<OptionSet['graphOptimization']>) => {
      const runtime = await open({ graphOptimization }, join(cache, graphOptimization));
      await tokensOf(runtime);
      const events = JSON.parse(readFileSync(runtime.endProfiling()[0]!, 'utf8')) as { cat: string; name: string }[];
      return new Set(events.filter(({ cat }) => cat === 'Node').map(({ name }) => name)).size;
    };
    const [disabled, basic, all] = [await nodes('disabled'), await nodes('basic'), await nodes('all')];
    expect(disabled).toBeGreaterThan(basic);
    expect(basic).toBeGreaterThanOrEqual(all);
  });
});

describe('the runtime transformers.js', () => {
  it('takes the same options, and stores them as asked for', async () => {
    const { directory } = checkpoint;
    const openOther = (options?: OptionSet) =>
      openTransformers({ directory, dtype: 'fp32', threads: 2, ep: 'cpu', options });
    const [plain, changed] = [await openOther(), await openOther(CHANGED)];
    const { config, ...named } = CHANGED;
    expect(changed.options).toMatchObject({ ...named, ...config });
    expect(plain.options).toMatchObject({ spinning: true, graphOptimization: 'all' });
    expect(await tokensOf(changed)).toEqual(await tokensOf(plain));
  });

  it('hands them to the session: a value that ONNX Runtime refuses fails there', async () => {
    const options = { config: { 'session.intra_op_thread_affinities': 'nonsense' } };
    const asked = openTransformers({ directory: checkpoint.directory, dtype: 'fp32', threads: 2, ep: 'cpu', options });
    await expect(asked).rejects.toThrow(/affinit/i);
  });
});
