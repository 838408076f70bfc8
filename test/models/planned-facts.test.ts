// What `models inspect` tells of a model of models.json without a checkpoint: the facts of the file that would be written.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { inspectModel } from '../../src/commands/models-inspect.js';
import { LAYOUTS, type Layout } from '../../src/contract/layouts.js';
import { planCheckpoint, plannedFacts } from '../../src/models/checkpoint-plan.js';
import { factsOf } from '../../src/models/locate-real.js';
import { loadRegistry } from '../../src/models/registry.js';
import { ensureSynthetic } from '../../src/models/synthesize.js';
import { configSchemaOf } from '../../src/networks/architectures.js';
import { modelById } from '../fixtures/model.js';
import { tinyModel } from '../reference/tiny-model.js';

const scratch = mkdtempSync(join(tmpdir(), 'edgeproof-planned-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

it.each(Object.keys(LAYOUTS) as Layout[])('%s: the plan says what the written file says', async (layout) => {
  const spec = { model: tinyModel(), layout, dtype: 'q4' } as const;
  const { checkpoint } = await ensureSynthetic({ ...spec, seed: 1 }, { cache: scratch });
  expect(plannedFacts(spec)).toEqual(factsOf(checkpoint.graph));
});

it.each([
  ['tuned', 'float32'],
  ['matched', 'float16'],
] as const)('%s q4: the config tells transformers.js the type of the cache, %s', (layout, type) => {
  const { small } = planCheckpoint({ model: tinyModel(), layout, dtype: 'q4', seed: 1 });
  expect(JSON.parse(`${small['config.json']}`)['transformers.js_config'].kv_cache_dtype).toBe(type);
});

it('inspects a model without a checkpoint, writes none, and says that it is a plan', () => {
  const cache = join(scratch, 'none');
  vi.stubEnv('EDGEPROOF_CACHE', cache);
  const written: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  const code = inspectModel('qwen2.5-0.5b', { layout: 'published', dtype: 'fp16', output: 'json' });
  spy.mockRestore();
  vi.unstubAllEnvs();
  expect(code).toBe(0);
  const view = JSON.parse(written.join(''));
  expect(view).toMatchObject({ path: 'qwen2.5-0.5b published fp16', planned: true, parameters: 494_032_768 });
  expect(existsSync(cache)).toBe(false);
});

describe('the parameters of every model whose graph can be built', () => {
  const models = loadRegistry().filter(({ config }) => configSchemaOf(config.model_type) !== undefined);
  const small = models.filter(({ parameters }) => parameters !== null && parameters < 1e10);

  it.each(small.map(({ id }) => id))('%s: the published count to the last one, in q4 of both layouts', (id) => {
    const model = modelById(id);
    const published = model.decoderParameters ?? model.parameters;
    for (const layout of ['published', 'tuned'] as const)
      expect(plannedFacts({ model, layout, dtype: 'q4' }).parameters, layout).toBe(published);
  });

  it('gemma-3-270m published q4 holds its table of 262,144 × 640 twice', () => {
    const model = modelById('gemma-3-270m');
    const facts = (layout: Layout) => plannedFacts({ model, layout, dtype: 'q4' });
    expect(facts('published')).toMatchObject({ parameters: 268_098_176, copiedParameters: 262_144 * 640 });
    expect(facts('tuned').copiedParameters).toBe(0);
  });

  it('granite-4.0-350m: the table, 28 layers of attention and MLP with two norms, and the last norm', () => {
    const [hidden, kv, inner] = [1024, 4 * 64, 2048];
    const layer = 2 * hidden * hidden + 2 * hidden * kv + 3 * hidden * inner + 2 * hidden;
    expect(modelById('granite-4.0-350m').parameters).toBe(100_352 * hidden + 28 * layer + hidden);
  });
});
