// Checkpoints in the cache: only complete ones are listed, their bytes are counted, and faults are told in words.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Checkpoint,
  checkpointBytes,
  faultOf,
  hashFile,
  listCheckpoints,
  MANIFEST,
  openCheckpoint,
  syntheticDirectory,
} from '../../src/models/checkpoint.js';
import { ensureSynthetic } from '../../src/models/synthesize.js';
import { tinyModel } from '../reference/tiny-model.js';

let cache: string;
let checkpoint: Checkpoint;
beforeAll(async () => {
  cache = mkdtempSync(join(tmpdir(), 'edgeproof-checkpoint-'));
  for (const id of ['tiny', 'other']) {
    const spec = { model: tinyModel({}, id), layout: 'tuned', dtype: 'q4', seed: 1 } as const;
    checkpoint = (await ensureSynthetic(spec, { cache })).checkpoint;
  }
});
afterAll(() => rmSync(cache, { recursive: true, force: true }));

describe('the list', () => {
  it('has every complete checkpoint and nothing else', () => {
    const half = join(cache, 'synthetic', 'tiny', 'tuned-int8');
    mkdirSync(join(half, 'onnx'), { recursive: true });
    // Complete but not yet renamed: another process is about to finish it.
    const partial = join(cache, 'synthetic', 'tiny', `tuned-fp32.partial-${process.pid}`);
    mkdirSync(partial);
    writeFileSync(join(partial, MANIFEST), readFileSync(join(checkpoint.directory, MANIFEST)));
    writeFileSync(join(cache, 'synthetic', '.DS_Store'), '');
    const found = listCheckpoints(cache);
    expect(found.map(({ directory }) => directory)).toEqual([
      syntheticDirectory(cache, 'other', 'tuned', 'q4'),
      syntheticDirectory(cache, 'tiny', 'tuned', 'q4'),
    ]);
    expect(found.map(({ manifest }) => manifest.model)).toEqual(['other', 'tiny']);
  });

  it('is empty where there is no cache', () => {
    expect(listCheckpoints(join(cache, 'missing'))).toEqual([]);
  });
});

describe('a checkpoint', () => {
  it('has the bytes of its files, without the manifest', () => {
    const sizes = readdirSync(checkpoint.directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== MANIFEST)
      .map((entry) => statSync(join(entry.parentPath, entry.name)).size);
    expect(checkpointBytes(checkpoint.manifest)).toBe(sizes.reduce((a, b) => a + b));
  });

  it('is hashed to the last byte when it is verified', async () => {
    let bytes = 0;
    expect(
      await faultOf(checkpoint, (count) => {
        bytes += count;
      }),
    ).toBeNull();
    expect(bytes).toBe(checkpointBytes(checkpoint.manifest));
  });

  it.each([
    { name: 'missing', content: undefined, code: 'file-unreadable', words: MANIFEST },
    { name: 'no JSON', content: '{"schemaVersion": 1', code: 'json-broken', words: MANIFEST },
    { name: 'of another version', content: '{"schemaVersion": 2}', code: 'file-invalid', words: 'schemaVersion' },
  ])('whose manifest is $name cannot be opened', ({ content, code, words }) => {
    const directory = mkdtempSync(join(cache, 'bad-'));
    if (content !== undefined) writeFileSync(join(directory, MANIFEST), content);
    expect(() => openCheckpoint(directory)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(words) }),
    );
  });
});

describe('a hash', () => {
  it('is SHA-256, as FIPS 180-2 has it for "abc"', async () => {
    const path = join(cache, 'abc');
    writeFileSync(path, 'abc');
    expect(await hashFile(path)).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});
