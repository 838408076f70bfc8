// What a model's name means, and which files a dtype needs.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ONNX_DTYPES, suffixOf } from '../../src/contract/dtypes.js';
import { selectFiles } from '../../src/hub/selection.js';
import { realDirectory, repositoryDirectory } from '../../src/models/real.js';
import { resolveReference } from '../../src/models/reference.js';
import { configFacts } from '../../src/networks/config-facts.js';
import { TINY_CONFIG, tinyModel } from '../reference/tiny-model.js';

const scratch = mkdtempSync(join(tmpdir(), 'edgeproof-reference-'));
mkdirSync(join(scratch, 'folder'));
writeFileSync(join(scratch, 'a.onnx'), '');
writeFileSync(join(scratch, 'config.json'), '{}');
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const registry = [tinyModel({}, 'tiny-1b'), tinyModel({}, 'qwen2.5-0.5b')];
const kind = (text: string) => resolveReference(text, registry).kind;

describe('a name', () => {
  it('is an id, a hub id, a folder, an .onnx file or a config.json', () => {
    expect(kind('tiny-1b')).toBe('registry');
    expect(resolveReference('tiny-1b@v1', registry)).toMatchObject({ kind: 'registry', revision: 'v1' });
    expect(resolveReference('org/name', registry)).toEqual({ kind: 'hub', repo: 'org/name', revision: 'main' });
    expect(resolveReference('org/na.me_2@refs/pr/1', registry)).toEqual({
      kind: 'hub',
      repo: 'org/na.me_2',
      revision: 'refs/pr/1',
    });
    expect(kind(join(scratch, 'folder'))).toBe('folder');
    expect(kind(join(scratch, 'a.onnx'))).toBe('onnx');
    expect(kind(join(scratch, 'config.json'))).toBe('config');
  });

  it('is a path with an @ in it, where it begins like one', () => {
    const folder = join(scratch, 'mine@2 (copy)');
    mkdirSync(folder);
    expect(resolveReference(folder, registry)).toEqual({ kind: 'folder', path: folder });
  });

  it('that is mistyped gets the likeliest suggestion first', () => {
    expect(() => resolveReference('qwen2.5-0.5', registry)).toThrow(
      expect.objectContaining({ code: 'model-unknown', hint: expect.stringMatching(/: qwen2\.5-0\.5b/) }),
    );
  });

  it.each([
    ['qwen2.5-05b', 'similar names: qwen2.5-0.5b, qwen2.5-1.5b, qwen2.5-3b, qwen2.5-7b, qwen2.5-coder-0.5b. '],
    ['gemma3-270m', 'similar names: gemma-3-270m, functiongemma-270m, gemma-3-1b. '],
    ['DeepSeek-R1', 'similar names: deepseek-r1, deepseek-v2-lite. '],
    ['phi', 'similar names: phi-4-mini, phi-3.5-mini. '],
    ['xyz', ''],
    ['x', ''],
  ])('%s gets no suggestion that is not like it', (name, similar) => {
    const hint = `${similar}To see all models: edgeproof models list`;
    expect(() => resolveReference(name)).toThrow(expect.objectContaining({ code: 'model-unknown', hint }));
  });

  it.each([
    'a/b/c',
    '../up/name',
    'org/..',
    'org/na--me',
    'org/na me',
    'org/name@',
    'org/name@a/../b',
    'org/name@a b',
    './missing',
    'missing.onnx',
    '/etc/passwd',
    'org/né',
  ])('%j is refused', (text) => {
    expect(() => resolveReference(text, registry)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/input-invalid|file-unreadable/) }),
    );
  });

  it('never leads out of the cache', () => {
    expect(() => repositoryDirectory('/cache', '../x')).toThrow();
    expect(() => realDirectory('/cache', 'org/name', '../../x', 'q4')).toThrow();
    expect(() => realDirectory('/cache', 'org/name', 'a'.repeat(40), '../q4')).toThrow();
  });
});

describe('the files of a dtype', () => {
  const small = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'README.md', 'model.safetensors'];

  it('are its graph, its data in any number of pieces, and the small ones', () => {
    const graphs = ONNX_DTYPES.flatMap((dtype) => {
      const graph = `onnx/model${suffixOf(dtype)}.onnx`;
      return [graph, `${graph}_data`, `${graph}_data_1`];
    });
    for (const dtype of ONNX_DTYPES) {
      const graph = `onnx/model${suffixOf(dtype)}.onnx`;
      expect(selectFiles('x', [...small, ...graphs], dtype)).toEqual({
        graph,
        paths: ['config.json', 'tokenizer.json', 'tokenizer_config.json', graph, `${graph}_data`, `${graph}_data_1`],
      });
    }
  });

  it('of a model in several sessions are all of them, the decoder first', () => {
    const sessions = ['vision_encoder', 'embed_tokens', 'decoder_model_merged', 'decoder_model'];
    const paths = [...small, ...sessions.flatMap((name) => [`onnx/${name}_q4.onnx`, `onnx/${name}_fp16.onnx`])];
    const { graph, paths: chosen } = selectFiles('x', paths, 'q4');
    expect(graph).toBe('onnx/decoder_model_merged_q4.onnx');
    expect(chosen.filter((path) => path.endsWith('.onnx')).sort()).toEqual([
      'onnx/decoder_model_merged_q4.onnx',
      'onnx/embed_tokens_q4.onnx',
      'onnx/vision_encoder_q4.onnx',
    ]);
  });

  it('that are missing are told with those there are', () => {
    expect(() => selectFiles('x', [...small, 'onnx/model_q4.onnx', 'onnx/model.onnx'], 'q8')).toThrow(
      expect.objectContaining({ code: 'dtype-missing', hint: 'it has: fp32, q4' }),
    );
    expect(() => selectFiles('x', ['onnx/model.onnx'], 'fp32')).toThrow(/no config\.json/);
  });
});

describe('the facts of a configuration', () => {
  it('are those of the decoder', () => {
    const facts = { vocab: 512, context: 512, kvValuesPerToken: 2 * 2 * 2 * 32 };
    expect(configFacts(TINY_CONFIG)).toEqual(facts);
    expect(configFacts({ model_type: 'vlm', text_config: TINY_CONFIG })).toEqual(facts);
  });

  it('are unknown rather than wrong', () => {
    expect(configFacts({ ...TINY_CONFIG, kv_lora_rank: 512 }).kvValuesPerToken).toBeNull();
    expect(configFacts({ ...TINY_CONFIG, layer_types: ['linear_attention'] }).kvValuesPerToken).toBeNull();
    expect(configFacts({ vocab_size: '512' })).toEqual({ vocab: null, context: null, kvValuesPerToken: null });
    expect(configFacts(null).context).toBeNull();
  });
});
