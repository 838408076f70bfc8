// The hash of a file that is being downloaded: pieces from memory, the rest read back, whatever the order.
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { digestsOf, fileHash } from '../../src/hub/file-hash.js';

const scratch = mkdtempSync(join(tmpdir(), 'edgeproof-hash-'));
const path = join(scratch, 'file');
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const BYTES = 3_000_001;
const content = randomBytes(BYTES);
const sha256 = createHash('sha256').update(content).digest('hex');
const hashOf = (changes: Partial<Parameters<typeof fileHash>[0]> = {}) =>
  fileHash({ path, bytes: BYTES, git: false, signal: undefined, ...changes });

it('gives the published hashes of "abc", of SHA-256 (FIPS 180-4) and of `git hash-object`', async () => {
  writeFileSync(path, 'abc');
  expect(await digestsOf(path, true)).toEqual({
    sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    gitOid: 'f2ba8f84ab5c1bce84a7b441cb1959cfc7093b7f',
  });
  writeFileSync(path, '');
  expect((await digestsOf(path, true)).gitOid).toBe('e69de29bb2d1d6434b8b29ae775ad8c2e48c5391');
});

describe('a file that grows', () => {
  beforeEach(() => rmSync(path, { force: true }));

  /** Writes the pieces in this order, as a download over several connections does. */
  function grow(order: readonly number[], hash = hashOf({ git: true })) {
    const file = openSync(path, 'w');
    const size = Math.ceil(BYTES / order.length);
    const done = new Set<number>();
    for (const index of order) {
      const piece = content.subarray(index * size, (index + 1) * size);
      writeSync(file, piece, 0, piece.length, index * size);
      hash.written([piece.subarray(0, 100), piece.subarray(100)], index * size);
      done.add(index);
      let gap = 0;
      while (done.has(gap)) gap++;
      hash.follow(Math.min(BYTES, gap * size));
    }
    closeSync(file);
    return hash;
  }

  it.each([
    ['in order', [0, 1, 2, 3, 4, 5]],
    ['with gaps', [2, 0, 1, 5, 3, 4]],
    ['backwards', [5, 4, 3, 2, 1, 0]],
  ])('%s has the hash of what is on disk', async (_name, order) => {
    const digests = await grow(order).digests();
    const gitOid = execFileSync('git', ['hash-object', path], { encoding: 'utf8' }).trim();
    expect(digests).toEqual({ sha256, gitOid });
  });

  it('of which an earlier pull left the beginning is hashed from the first byte', async () => {
    const half = BYTES >> 1;
    const damaged = Buffer.from(content);
    damaged[7]! ^= 1;
    for (const [before, isSame] of [
      [content, true],
      [damaged, false],
    ] as const) {
      writeFileSync(path, before.subarray(0, half));
      const hash = hashOf();
      hash.follow(half);
      writeFileSync(path, content.subarray(half), { flag: 'a' });
      hash.written([content.subarray(half)], half);
      expect((await hash.digests()).sha256 === sha256).toBe(isSame);
    }
  });

  it('takes no piece from memory that is just being read back', async () => {
    writeFileSync(path, content);
    const hash = hashOf();
    hash.follow(BYTES);
    const starts = Array.from({ length: Math.floor(BYTES / 65_536) }, (_, i) => i * 65_536).reverse();
    const offers = setInterval(() => {
      for (const start of starts) hash.written([content.subarray(start, start + 65_536)], start);
    });
    expect((await hash.digests()).sha256).toBe(sha256);
    clearInterval(offers);
  });

  it('that lost its end has another hash', async () => {
    writeFileSync(path, content);
    truncateSync(path, BYTES >> 1);
    expect((await hashOf().digests()).sha256).not.toBe(sha256);
  });

  it('that cannot be read is a clear error; one that was interrupted gives the reason', async () => {
    const hash = hashOf({ path: join(scratch, 'absent') });
    hash.follow(5);
    await expect(hash.digests()).rejects.toMatchObject({
      code: 'hash-failed',
      message: expect.stringMatching(/absent: cannot be hashed: .*ENOENT/),
    });
    writeFileSync(path, content);
    const stopped = AbortSignal.abort(new Error('stopped'));
    await expect(hashOf({ signal: stopped }).digests()).rejects.toThrow('stopped');
  });
});
