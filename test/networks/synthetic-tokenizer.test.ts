// The synthetic tokenizer has exactly the vocabulary of its model, and a real library loads it and gives text back
// unchanged.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AutoTokenizer, env } from '@huggingface/transformers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureSynthetic } from '../../src/models/synthesize.js';
import { syntheticTokenizer } from '../../src/networks/synthetic-tokenizer.js';
import { uniform } from '../../src/stats/random.js';
import { tinyModel } from '../reference/tiny-model.js';

const SPECIAL = ['<|endoftext|>', '<|im_start|>', '<|im_end|>'];

interface TokenizerJson {
  added_tokens: { id: number; content: string; special: boolean }[];
  model: { vocab: Record<string, number>; merges: [string, string][] };
}

function tokenizerJson(vocabSize: number): TokenizerJson {
  return syntheticTokenizer(vocabSize, SPECIAL)['tokenizer.json'] as TokenizerJson;
}

/** GPT-2's bytes_to_unicode, as its paper's code has it. */
function gpt2Alphabet(): string[] {
  const range = (from: string, to: string) =>
    Array.from({ length: to.codePointAt(0)! - from.codePointAt(0)! + 1 }, (_, i) => from.codePointAt(0)! + i);
  const printable = [...range('!', '~'), ...range('¡', '¬'), ...range('®', 'ÿ')];
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(printable.includes(byte) ? byte : next++));
}

// The least that holds 256 bytes, one that ends among two-letter pieces, Qwen2.5's, Gemma's.
describe.each([259, 260, 512, 151_936, 262_144])('a vocabulary of %i', (size) => {
  const { model, added_tokens: added } = tokenizerJson(size);
  const ids = [...Object.values(model.vocab), ...added.map((token) => token.id)];

  it('has exactly that many tokens, with ids from 0 without a gap', () => {
    expect(ids.length).toBe(size);
    expect(ids.sort((a, b) => a - b).every((id, i) => id === i)).toBe(true);
    expect(added.map((token) => [token.content, token.id])).toEqual(SPECIAL.map((text, i) => [text, size - 3 + i]));
  });

  it('begins with the alphabet of bytes', () => {
    for (const [byte, token] of gpt2Alphabet().entries()) expect(model.vocab[token]).toBe(byte);
  });

  it('merges only what exists before, each pair once, and every other token is a merge', () => {
    const known = new Set(gpt2Alphabet());
    const wrong = model.merges.filter(([left, right]) => {
      const merged = left + right;
      const bad = !known.has(left) || !known.has(right) || known.has(merged) || model.vocab[merged] !== known.size;
      known.add(merged);
      return bad;
    });
    expect(wrong).toEqual([]);
    expect(known.size).toBe(size - SPECIAL.length);
  });
});

describe('a vocabulary that cannot be made', () => {
  it.each([
    { name: 'smaller than the bytes and special tokens', size: 258 },
    { name: 'larger than all merges', size: 1_000_000 },
  ])('$name throws rather than missing its size', ({ size }) => {
    expect(() => syntheticTokenizer(size, SPECIAL)).toThrow(String(size));
  });
});

describe('in transformers.js', () => {
  let cache: string;
  let tokenizer: Awaited<ReturnType<typeof AutoTokenizer.from_pretrained>>;
  const VOCAB = 5000;

  beforeAll(async () => {
    cache = mkdtempSync(join(tmpdir(), 'edgeproof-tokenizer-'));
    const spec = { model: tinyModel({ vocab_size: VOCAB }), layout: 'tuned', dtype: 'q4', seed: 1 } as const;
    await ensureSynthetic(spec, { cache });
    env.allowRemoteModels = false;
    env.localModelPath = join(cache, 'synthetic', 'tiny');
    tokenizer = await AutoTokenizer.from_pretrained('tuned-q4', { local_files_only: true });
  });
  afterAll(() => rmSync(cache, { recursive: true, force: true }));

  it.each([
    'The quick brown fox jumps over the lazy dog.',
    "It's what they'll say, isn't it? Don't you'd think ... so ?",
    ' leading and trailing  ',
    'spaces before , punctuation . and ! marks ( here ) ;',
    'tabs\tand\r\nline\n\n\nbreaks\r',
    'Grüße aus Köln, señor; naïve façade',
    '你好,世界。こんにちは世界 안녕하세요',
    'नमस्ते दुनिया مرحبا بالعالم שלום',
    '🙂 👩‍👩‍👧‍👦 🏳️‍🌈 \u{1F9D1}\u{1F3FD}‍💻',
    '3.14159 + 2,71828 = x² ≥ ½ €',
    '\u0000\u0001\u007f\u00a0\u00ad\ufeff',
    'const f = (a) => { return `<{a}>`; } // &amp;',
    'x'.repeat(300),
  ])('gives back %j', (text) => {
    const ids = tokenizer.encode(text);
    expect(tokenizer.decode(ids)).toBe(text);
    for (const id of ids) expect(id).toBeLessThan(VOCAB - SPECIAL.length);
  });

  it.each([1, 2, 3])('gives back 100 random strings of any characters, seed %i', (seed) => {
    const random = uniform(seed);
    const below = (limit: number) => Math.floor(random() * limit);
    const ranges = [0x80, 0x800, 0x10000, 0x110000];
    for (let round = 0; round < 100; round++) {
      const points = Array.from({ length: 1 + below(40) }, () => below(ranges[below(4)]!));
      const characters = points.filter((point) => point < 0xd800 || point > 0xdfff).map((p) => String.fromCodePoint(p));
      // Its normalizer is NFC, as Qwen2's is, so text is given in that form.
      const text = characters.join('').normalize('NFC');
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    }
  });

  it('cuts English into pieces of a few letters', () => {
    const text = 'The harness loads a small language model and measures how long it takes to read a prompt';
    const ids = tokenizer.encode(text);
    expect(text.length / ids.length).toBeGreaterThan(1.5);
    expect(text.length / ids.length).toBeLessThan(6);
  });

  it('knows the special tokens and the chat template', () => {
    expect(SPECIAL.map((token) => tokenizer.encode(token))).toEqual([[VOCAB - 3], [VOCAB - 2], [VOCAB - 1]]);
    const chat = tokenizer.apply_chat_template([{ role: 'user', content: 'Hi' }], {
      tokenize: false,
      add_generation_prompt: true,
    });
    expect(chat).toBe('<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n');
  });
});
