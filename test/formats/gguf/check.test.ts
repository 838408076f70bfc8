// GGUF files that contradict themselves are refused by the key or tensor that is wrong. The files are put together by a
// writer that has nothing of src/.
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  ARRAY,
  FLOAT32,
  f32,
  ggufBytes,
  ggufParts,
  STRING,
  string,
  UINT32,
  u32,
  u64,
} from '../../../scripts/fuzz/gguf.mjs';
import { FILE_BOUNDS } from '../../../src/contract/file-bounds.js';
import { ggufFacts } from '../../../src/formats/gguf/facts.js';
import { readGguf } from '../../../src/formats/gguf/read.js';
import { thrownBy } from '../../fixtures/thrown.js';

const scratch = mkdtempSync(join(tmpdir(), 'edgeproof-gguf-check-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const path = join(scratch, 'model.gguf');

type Parts = ReturnType<typeof ggufParts>;

function changed(change: (parts: Parts) => void): string {
  const parts = ggufParts();
  change(parts);
  writeFileSync(path, ggufBytes(parts));
  return path;
}
const reason = (change: (parts: Parts) => void) =>
  thrownBy(() => readGguf(changed(change))).message.replace(`${path} is not a readable GGUF file: `, '');
const set = (key: string, type: number, value: Buffer) => (parts: Parts) => {
  const found = parts.entries.find((entry) => entry.key === key);
  if (found !== undefined) Object.assign(found, { type, value });
  else {
    parts.entries.push({ key, type, value });
    parts.entryCount++;
  }
};

describe('a GGUF file that contradicts itself', () => {
  it.each([
    [
      'layers that are a float',
      set('llama.block_count', FLOAT32, f32(-3.5)),
      '"llama.block_count" is -3.5; expected a whole number from 0 to 1000',
    ],
    ['half a layer', set('llama.block_count', FLOAT32, f32(2.5)), /"llama.block_count" is 2.5; expected a whole/],
    [
      'layers without end',
      set('llama.block_count', FLOAT32, f32(Number.POSITIVE_INFINITY)),
      '"llama.block_count" is Infinity; expected a whole number from 0 to 1000',
    ],
    [
      'heads that are no number',
      set('llama.attention.head_count', FLOAT32, f32(Number.NaN)),
      /"llama.attention.head_count" is NaN; expected/,
    ],
    [
      'heads below zero',
      set('llama.attention.head_count_kv', 5, u32(-2)),
      /"llama.attention.head_count_kv" is -2; expected/,
    ],
    [
      'heads of one layer below zero',
      set('llama.attention.head_count_kv', ARRAY, Buffer.concat([u32(5), u64(2n), u32(1), u32(-1)])),
      /is -1; expected/,
    ],
    [
      'a size that is a text',
      set('llama.embedding_length', STRING, string('64')),
      '"llama.embedding_length" is "64"; expected a whole number from 0 to 1048576',
    ],
    [
      'a size of 64 bits',
      set('llama.context_length', 10, u64(2n ** 63n)),
      /"llama.context_length" is 9223372036854775808; expected/,
    ],
    ['more experts used than there are', set('llama.expert_used_count', UINT32, u32(9)), 'it uses 9 of 4 experts'],
    [
      'heads that do not divide the width',
      set('llama.attention.head_count', UINT32, u32(3)),
      'its embedding_length of 64 is no multiple of its 3 heads, and it has no key_length',
    ],
    [
      'an architecture that is a number',
      set('general.architecture', UINT32, u32(1)),
      'general.architecture is not a text',
    ],
    [
      'an alignment that is no power of two',
      set('general.alignment', UINT32, u32(24)),
      'general.alignment is 24; expected a power of two up to 1048576',
    ],
    ['an alignment of zero', set('general.alignment', UINT32, u32(0)), /general.alignment is 0; expected/],
    [
      'a key twice',
      (parts) => Object.assign(parts.entries[2]!, { key: 'llama.vocab_size' }),
      'its metadata has "llama.vocab_size" twice',
    ],
    [
      'a tensor twice',
      (parts) => Object.assign(parts.tensors[1]!, { name: 'token_embd.weight' }),
      'tensor "token_embd.weight" is there twice',
    ],
    [
      'tensors that overlap',
      (parts) => Object.assign(parts.tensors[1]!, { offset: 4064n }),
      'tensors "token_embd.weight" and "blk.0.attn_q.weight" overlap',
    ],
    [
      'a tensor between two places',
      (parts) => Object.assign(parts.tensors[1]!, { offset: 4097n }),
      'tensor "blk.0.attn_q.weight" is not aligned to 32 bytes',
    ],
    [
      'a tensor behind the end',
      (parts) => Object.assign(parts.tensors[0]!, { offset: 2n ** 40n }),
      /tensor "token_embd.weight" does not fit into the file's/,
    ],
    [
      'rows that are no whole number of blocks',
      (parts) => Object.assign(parts.tensors[1]!, { dims: [48n, 64n] }),
      'tensor "blk.0.attn_q.weight" has rows of 48; expected a multiple of 32, the block of Q4_0',
    ],
    [
      'a tensor of more bytes than there are',
      (parts) => Object.assign(parts.tensors[0]!, { dims: [2n ** 40n, 2n ** 40n] }),
      /does not fit/,
    ],
    [
      'eleven million tensors',
      (parts) => Object.assign(parts, { tensorCount: 11_000_000n }),
      'it claims 11000000 tensors; at most 100000 are read',
    ],
    [
      'ten million keys',
      (parts) => Object.assign(parts, { entryCount: 10_000_000n }),
      'it claims 10000000 metadata entries; at most 10000 are read',
    ],
    [
      'a list longer than the file',
      set('x', ARRAY, Buffer.concat([u32(STRING), u64(2n ** 40n)])),
      'its header ends too early',
    ],
  ] as [string, (parts: Parts) => void, string | RegExp][])('%s', (_, change, expected) => {
    if (typeof expected === 'string') expect(reason(change)).toBe(expected);
    else expect(reason(change)).toMatch(expected);
  });

  it('a text of 5 MB, in a file that has room for it', () => {
    const length = BigInt(FILE_BOUNDS.ggufTextBytes + 1);
    changed((parts) =>
      Object.assign(parts, { entries: [{ key: 'k', type: STRING, value: u64(length) }], entryCount: 1n }),
    );
    truncateSync(path, 5 << 20);
    expect(thrownBy(() => readGguf(path)).message).toMatch(/a text of 4194305 bytes at byte/);
  });
});

describe('a GGUF file that is unusual', () => {
  it('is read as it was made', () => {
    expect(ggufFacts(readGguf(changed(() => {}))).kv).toMatchObject({ layers: 2, bytesPerToken: 2 * 2 * 2 * 16 * 2 });
  });

  it('has long lists of numbers, which are not kept', () => {
    const numbers = Buffer.concat([u32(FLOAT32), u64(100_000n), Buffer.alloc(400_000)]);
    const { metadata } = readGguf(changed(set('tokenizer.ggml.scores', ARRAY, numbers)));
    expect(metadata.get('tokenizer.ggml.scores')).toEqual({ length: 100_000, values: null });
  });

  it.each(['block_count', 'attention.head_count'])('has no cache where its %s is zero', (key) => {
    expect(ggufFacts(readGguf(changed(set(`llama.${key}`, UINT32, u32(0))))).kv).toBeNull();
  });
});
