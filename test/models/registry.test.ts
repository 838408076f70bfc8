// models.json is valid, agrees with what its entries are built into, and a bad entry is named.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf } from '../../src/errors.js';
import { loadRegistry } from '../../src/models/registry.js';
import { architectureOf, configSchemaOf } from '../../src/networks/architectures.js';
import { modelById } from '../fixtures/model.js';
import { TINY_CONFIG, tinyModel } from '../reference/tiny-model.js';

let directory: string;
let path: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'edgeproof-registry-'));
  path = join(directory, 'models.json');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function load(content: unknown) {
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return loadRegistry(path);
}

describe('models.json', () => {
  it('is valid, its ids are unique and its sources are addresses', () => {
    const models = loadRegistry();
    expect(models.map((model) => model.id)).toContain('qwen2.5-0.5b');
    expect(new Set(models.map((model) => model.id)).size).toBe(models.length);
    for (const source of models.flatMap((model) => model.sources)) expect(new URL(source).protocol).toBe('https:');
  });

  it('says why, where an entry cannot be built', () => {
    for (const { id, config, notes } of loadRegistry()) {
      if (configSchemaOf(config.model_type) === undefined) expect(notes.length, id).toBeGreaterThan(0);
      else {
        const architecture = architectureOf(config);
        expect(architecture.plan(config).vocab, id).toBe(architecture.decoderConfig(config).vocab_size);
      }
    }
  });

  it('has Qwen2.5-0.5B as its makers published it', () => {
    const { config, parameters, license } = modelById('qwen2.5-0.5b');
    expect({ parameters, license }).toEqual({ parameters: 494_032_768, license: 'apache-2.0' });
    // https://huggingface.co/Qwen/Qwen2.5-0.5B-Instruct/blob/main/config.json
    const { layers, ...plan } = architectureOf(config).plan(config);
    expect(plan).toEqual({
      hidden: 896,
      vocab: 151_936,
      context: 32_768,
      normEpsilon: 1e-6,
      tiedHead: true,
      publishesWideTables: true,
    });
    const attention = {
      kind: 'grouped',
      heads: 14,
      kvHeads: 2,
      headSize: 64,
      scale: 1 / 8,
      rope: { theta: 1_000_000, size: 64, interleaved: false, scaling: { kind: 'none' } },
      qkvBias: true,
    };
    const mlp = { kind: 'gated', intermediate: 4864, activation: 'silu' };
    expect(layers).toEqual(Array(24).fill({ attention, mlp, norms: 'pre' }));
  });
});

describe('a bad entry', () => {
  const good = tinyModel();
  const { license: _, ...withoutLicense } = good;

  it('is compared with a good one that loads', () => {
    expect(load({ $schema: 'x', models: [good] })).toEqual([good]);
  });

  it.each([
    { field: 'models[0].id', entry: { ...good, id: 'Capital' } },
    { field: 'models[0].id', entry: { ...good, id: '../escape' } },
    { field: 'models[0].license', entry: withoutLicense },
    { field: 'models[0].parameters', entry: { ...good, parameters: 1.5 } },
    { field: 'models[0].parameters', entry: { ...good, parameters: 0 } },
    { field: 'models[0].publishedBytes.q4', entry: { ...good, publishedBytes: { q4: '786 MB' } } },
    { field: 'models[0].config.model_type', entry: { ...good, config: {} } },
    { field: 'colour', entry: { ...good, colour: 'red' } },
  ])('is file-invalid, naming $field', ({ field, entry }) => {
    expect(() => load({ models: [entry] })).toThrow(
      expect.objectContaining({ code: 'file-invalid', message: expect.stringContaining(field) }),
    );
    expect(() => loadRegistry(path)).toThrow(path);
  });

  it.each([
    { field: 'hidden_size', value: '896' },
    { field: 'num_hidden_layers', value: 0 },
    { field: 'hidden_act', value: 'gelu' },
    { field: 'use_sliding_window', value: true },
    { field: 'num_key_value_heads', value: 3 },
  ])('with a config whose $field cannot be built is our error, naming the field', ({ field, value }) => {
    const attempt = () => {
      const [model] = load({ models: [{ ...good, config: { ...TINY_CONFIG, [field]: value } }] });
      architectureOf(model!.config).plan(model!.config);
    };
    const failure = failureOf(thrown(attempt));
    expect(failure.code).not.toBe('internal');
    expect(failure.message).toContain(field);
  });

  it('that repeats an id is file-invalid', () => {
    const attempt = () => load({ models: [good, { ...good, name: 'Another' }] });
    expect(attempt).toThrow(
      expect.objectContaining({ code: 'file-invalid', message: expect.stringContaining('tiny') }),
    );
  });

  it('is told apart from broken JSON and a missing file', () => {
    expect(() => load('{"models": [')).toThrow(expect.objectContaining({ code: 'json-broken' }));
    expect(() => loadRegistry(join(directory, 'none.json'))).toThrow(
      expect.objectContaining({ code: 'file-unreadable' }),
    );
  });
});

describe('looking up', () => {
  it('names the known architectures when a model_type has none', () => {
    const failure = failureOf(thrown(() => architectureOf({ model_type: 'mamba' })));
    expect(failure).toMatchObject({ code: 'architecture-unknown', message: expect.stringContaining('"mamba"') });
    expect(failure.hint).toContain('qwen2');
  });
});

function thrown(attempt: () => unknown): unknown {
  try {
    attempt();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
