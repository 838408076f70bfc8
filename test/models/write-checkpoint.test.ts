// The writer that every maker of checkpoints uses, given parts as a maker would stream them from other files.
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CheckpointFile, Manifest } from '../../src/contract/manifest.js';
import { faultOf, openCheckpoint } from '../../src/models/checkpoint.js';
import { type CheckpointContents, identityOf, writeCheckpoint } from '../../src/models/write-checkpoint.js';

let parent: string;
let directory: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'edgeproof-write-'));
  directory = join(parent, 'made');
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const manifest = (files: CheckpointFile[]): Manifest => ({
  schemaVersion: 1,
  model: 'made',
  weights: 'real',
  dtype: 'fp32',
  source: { kind: 'folder', repo: null, revision: null, license: null },
  graph: 'onnx/model.onnx',
  parameters: 3,
  files,
});

async function* slowly(...chunks: Uint8Array[]) {
  for (const chunk of chunks) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    yield chunk;
  }
}

const contents = (secondBytes = 3): CheckpointContents => ({
  data: {
    path: 'onnx/model.onnx_data',
    bytes: 16,
    parts: [
      { offset: 2, bytes: 2, chunks: () => [Uint8Array.of(1, 2)] },
      { offset: 8, bytes: secondBytes, chunks: () => slowly(Uint8Array.of(3), Uint8Array.of(4, 5)) },
    ],
  },
  small: [
    { path: 'onnx/model.onnx', content: 'graph' },
    { path: 'tokenizer/tokenizer.json', copyOf: join(parent, 'given.json') },
  ],
  manifest,
});

const write = async (what = contents(), options = {}) =>
  writeCheckpoint(what, directory, await identityOf(directory), options);

describe('a checkpoint', () => {
  beforeEach(() => writeFileSync(join(parent, 'given.json'), '{"a": 1}'));

  it('has each part at its place with zeros between, copies, and a manifest of all files', async () => {
    const seen: [number, number][] = [];
    await write(contents(), { onWritten: (done: number, total: number) => seen.push([done, total]) });
    expect([...readFileSync(join(directory, 'onnx', 'model.onnx_data'))]).toEqual([
      0, 0, 1, 2, 0, 0, 0, 0, 3, 4, 5, 0, 0, 0, 0, 0,
    ]);
    expect(readFileSync(join(directory, 'tokenizer', 'tokenizer.json'), 'utf8')).toBe('{"a": 1}');
    const { files } = openCheckpoint(directory).manifest;
    expect(files.map(({ path, bytes }) => [path, bytes])).toEqual([
      ['onnx/model.onnx_data', 16],
      ['onnx/model.onnx', 5],
      ['tokenizer/tokenizer.json', 8],
    ]);
    for (const { path, sha256 } of files) {
      expect(
        createHash('sha256')
          .update(readFileSync(join(directory, path)))
          .digest('hex'),
      ).toBe(sha256);
    }
    expect(seen.map(([done]) => done)).toEqual([2, 4, 8, 9, 11, 16]);
    expect(new Set(seen.map(([, total]) => total))).toEqual(new Set([16]));
  });

  it('may have no data file', async () => {
    await write({ ...contents(), data: null });
    expect(openCheckpoint(directory).manifest.files).toHaveLength(2);
    expect(await faultOf(openCheckpoint(directory))).toBeNull();
  });

  it('is not written from a part of another length than stated, and leaves nothing behind', async () => {
    await expect(write(contents(4))).rejects.toThrow('3 bytes were made at 8 instead of 4');
    expect(readdirSync(parent)).toEqual(['given.json']);
  });

  it('is not written when a small file cannot be read, and what was there stays', async () => {
    mkdirSync(directory);
    writeFileSync(join(directory, 'old'), '');
    rmSync(join(parent, 'given.json'));
    await expect(write()).rejects.toMatchObject({ code: 'ENOENT' });
    expect(readdirSync(parent)).toEqual(['made']);
    expect(readdirSync(directory)).toEqual(['old']);
  });

  it('replaces what was judged faulty', async () => {
    mkdirSync(directory);
    writeFileSync(join(directory, 'old'), '');
    await write();
    expect(readdirSync(directory).sort()).toEqual(['edgeproof.json', 'onnx', 'tokenizer']);
    expect(readdirSync(parent).sort()).toEqual(['given.json', 'made']);
  });

  it.each([
    { other: 'an equal one stays', altered: {}, stays: true },
    { other: 'a different one is replaced', altered: { parameters: 4 }, stays: false },
  ])('put there by another process meanwhile: $other', async ({ altered, stays }) => {
    await write();
    const path = join(directory, 'edgeproof.json');
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...altered }));
    const before = await identityOf(directory);
    await writeCheckpoint(contents(), directory, null, {});
    expect((await identityOf(directory)) === before).toBe(stays);
    expect(openCheckpoint(directory).manifest.parameters).toBe(3);
  });
});
