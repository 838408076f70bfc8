// The cache and the attention of GGUF files layer by layer, for headers of other architectures than ours, with the
// arithmetic written out.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ggufConfigFacts, ggufFacts } from '../../../src/formats/gguf/facts.js';
import { encodeHeader, type Metadata, type MetadataValue } from '../../../src/formats/gguf/header.js';
import { readGguf } from '../../../src/formats/gguf/read.js';

const scratch = mkdtempSync(join(tmpdir(), 'edgeproof-gguf-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const uint = (value: number): MetadataValue => ({ type: 'uint32', value });
const list = (...value: number[]): MetadataValue => ({ type: 'int32s', value });

/** A file of one tensor with these fields of `architecture`. */
function file(architecture: string, own: Metadata, general: Metadata = {}) {
  const metadata: Metadata = { 'general.architecture': { type: 'string', value: architecture }, ...general };
  for (const [key, value] of Object.entries(own)) metadata[`${architecture}.${key}`] = value;
  const { header, fileBytes } = encodeHeader(metadata, [{ name: 'token_embd.weight', type: 'F16', dims: [64, 8] }]);
  const path = join(scratch, 'model.gguf');
  writeFileSync(path, Buffer.concat([header], fileBytes));
  return readGguf(path);
}

describe('layers that differ', () => {
  // 16 layers of hidden size 2048 and 32 heads of 64; six of them have attention, over 8 heads, as in LFM2.
  const KV_HEADS = [0, 0, 8, 0, 0, 8, 0, 0, 8, 0, 8, 0, 8, 0, 8, 0];
  const lfm2 = () =>
    file('lfm2', {
      block_count: uint(16),
      context_length: uint(128_000),
      embedding_length: uint(2048),
      vocab_size: uint(65_536),
      'attention.head_count': uint(32),
      'attention.head_count_kv': list(...KV_HEADS),
    });

  it('those with 0 KV heads add nothing to the cache and attend to nothing', () => {
    // 6 layers · (key + value) · 8 heads · 64 · 2 bytes; all 16 layers with 32 heads would be 10.7 times that.
    const bytes = 6 * 2 * 8 * 64 * 2;
    expect((16 * 32) / (6 * 8)).toBeCloseTo(10.67, 2);
    const facts = ggufFacts(lfm2());
    expect(facts.kv).toEqual({
      layers: 6,
      shapes: [{ heads: 8, size: 64, type: 'float16' }],
      bytesPerToken: bytes,
      shareable: true,
    });
    expect(facts.work.attention).toEqual([
      {
        layers: 6,
        queryHeads: 32,
        keySize: 64,
        valueSize: 64,
        arithmetic: 'fp16',
        rowBytes: 2 * 8 * 64 * 2,
        window: null,
      },
    ]);
    expect(ggufConfigFacts(lfm2())).toEqual({ vocab: 65_536, context: 128_000, kvValuesPerToken: bytes / 2 });
  });

  it('each with its own heads, query heads and sizes of keys and values', () => {
    const facts = ggufFacts(
      file('openelm', {
        block_count: uint(3),
        embedding_length: uint(1280),
        'attention.head_count': list(12, 16, 16),
        'attention.head_count_kv': list(3, 4, 4),
        'attention.key_length': uint(64),
        'attention.value_length': uint(48),
      }),
    );
    expect(facts.kv?.bytesPerToken).toBe((3 + 4 + 4) * (64 + 48) * 2);
    expect(facts.work.attention.map(({ layers, queryHeads, rowBytes }) => [layers, queryHeads, rowBytes])).toEqual([
      [1, 12, 3 * 112 * 2],
      [2, 16, 4 * 112 * 2],
    ]);
  });

  it('only the listed ones slide, with heads of their own size', () => {
    const own = {
      block_count: uint(4),
      embedding_length: uint(512),
      'attention.head_count': uint(4),
      'attention.head_count_kv': uint(2),
      'attention.key_length': uint(512),
      'attention.value_length': uint(512),
      'attention.key_length_swa': uint(256),
      'attention.value_length_swa': uint(256),
      'attention.sliding_window': uint(1024),
    };
    const pattern: Metadata = {
      'attention.sliding_window_pattern': { type: 'bools', value: [true, true, true, false] },
    };
    const groups = (metadata: Metadata) =>
      ggufFacts(file('gemma4', metadata)).work.attention.map(({ layers, keySize, window }) => [
        layers,
        keySize,
        window,
      ]);
    expect(groups({ ...own, ...pattern })).toEqual([
      [3, 256, 1024],
      [1, 512, null],
    ]);
    // 3 · 2 heads · 512 values and 1 · 2 heads · 1024, of 2 bytes.
    expect(ggufFacts(file('gemma4', { ...own, ...pattern })).kv?.bytesPerToken).toBe((3 * 2 * 512 + 2 * 1024) * 2);
    // Which ones slide is not told: the lesser work is that of all.
    expect(groups(own)).toEqual([[4, 512, 1024]]);
  });

  it('those that share the cache of an earlier one attend and keep nothing', () => {
    const facts = ggufFacts(
      file('gemma3n', {
        block_count: uint(5),
        embedding_length: uint(512),
        'attention.head_count': uint(8),
        'attention.head_count_kv': uint(2),
        'attention.shared_kv_layers': uint(2),
      }),
    );
    expect(facts.kv).toMatchObject({ layers: 3, bytesPerToken: 3 * 2 * 2 * 64 * 2 });
    expect(facts.work.attention).toMatchObject([{ layers: 5 }]);
  });

  it('every fourth has attention where the others are linear', () => {
    const facts = ggufFacts(
      file('qwen3next', {
        block_count: uint(8),
        embedding_length: uint(512),
        'attention.head_count': uint(8),
        'attention.head_count_kv': uint(2),
        full_attention_interval: uint(4),
      }),
    );
    expect(facts.kv).toMatchObject({ layers: 2, bytesPerToken: 2 * 2 * 2 * 64 * 2 });
  });

  it('without heads have a cache of nothing; with latent attention one of unknown size', () => {
    const heads = { 'attention.head_count': uint(0), 'attention.head_count_kv': uint(0) };
    const mamba = file('mamba', { block_count: uint(4), embedding_length: uint(64), ...heads });
    expect([ggufFacts(mamba).kv, ggufFacts(mamba).notADecoder]).toEqual([null, null]);
    expect(ggufConfigFacts(mamba).kvValuesPerToken).toBe(0);
    const sizes = { block_count: uint(4), embedding_length: uint(64), 'attention.head_count': uint(4) };
    const latent = file('deepseek2', { ...sizes, 'attention.kv_lora_rank': uint(16) });
    expect([ggufFacts(latent).kv, ggufFacts(latent).notADecoder]).toEqual([null, null]);
    expect(ggufConfigFacts(latent).kvValuesPerToken).toBeNull();
  });

  it.each<[string, Metadata]>([
    ['a list shorter than the layers', { 'attention.head_count_kv': list(8, 8) }],
    ['no number of heads', { 'attention.head_count': list() }],
  ])('%s: not known', (_name, own) => {
    const sizes = { block_count: uint(4), embedding_length: uint(64), 'attention.head_count': uint(4) };
    expect(ggufConfigFacts(file('llama', { ...sizes, ...own })).kvValuesPerToken).toBeNull();
  });
});

describe('encoders', () => {
  const sizes = { block_count: uint(12), embedding_length: uint(768), 'attention.head_count': uint(12) };

  it.each(['bert', 'nomic-bert', 'nomic-bert-moe', 'jina-bert-v2', 'modern-bert', 'gemma-embedding', 't5encoder'])(
    '%s has no cache and is refused',
    (architecture) => {
      const facts = ggufFacts(file(architecture, sizes));
      expect([facts.kv, facts.work.attention]).toEqual([null, []]);
      expect(facts.notADecoder).toBe(`${architecture} does not generate text token by token`);
    },
  );

  it('are told by attention that is not causal, whatever their name', () => {
    const causal = (value: boolean) =>
      ggufFacts(file('newbie', { ...sizes, 'attention.causal': { type: 'bool', value } }));
    expect(causal(false)).toMatchObject({ kv: null, notADecoder: 'its attention is not causal: it is an encoder' });
    expect(causal(true)).toMatchObject({ kv: { layers: 12 }, notADecoder: null });
  });
});

describe('the header', () => {
  it.each([
    [0, 'F32'],
    [2, 'Q4_0'],
    [15, 'Q4_K_M'],
    [18, 'Q6_K'],
    [32, 'BF16'],
    [1024 + 7, 'Q8_0'],
    [99, 'type 99'],
  ])('gives the name, context and vocabulary of the model, and file type %i as %s', (code, fileType) => {
    const own = { context_length: uint(4096), vocab_size: uint(32_000) };
    const general = { 'general.name': { type: 'string', value: 'Llama' } as const, 'general.file_type': uint(code) };
    expect(ggufFacts(file('llama', own, general)).header).toEqual({
      name: 'Llama',
      context: 4096,
      vocab: 32_000,
      fileType,
    });
    expect(ggufFacts(file('llama', {})).header).toEqual({ name: null, context: null, vocab: null, fileType: null });
  });
});
