// The hash that runs behind a download, here and in its thread. The thread needs dist/: `npm test` builds it first.
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

type Module = typeof import('../../src/hub/running-hash.js');
const BUILT = new URL('../../dist/hub/running-hash.js', import.meta.url).href;

const scratch = mkdtempSync(join(tmpdir(), 'edgeproof-hash-'));
const path = join(scratch, 'file');
let hashing: Module;
beforeAll(async () => {
  hashing = await import(BUILT);
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');

it('has the published hashes of "abc", of SHA-256 (FIPS 180-4) and of `git hash-object`', async () => {
  writeFileSync(path, 'abc');
  expect(await hashing.digestsOf(path, true)).toEqual({
    sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    gitOid: 'f2ba8f84ab5c1bce84a7b441cb1959cfc7093b7f',
  });
  writeFileSync(path, '');
  expect((await hashing.digestsOf(path, true)).gitOid).toBe('e69de29bb2d1d6434b8b29ae775ad8c2e48c5391');
});

describe.each([
  ['here', 1 << 20],
  ['in a thread', 20 << 20],
])('a file that grows, hashed %s', (_where, bytes) => {
  const content = randomBytes(bytes);

  it('is hashed as far as it is on disk, and is done with the last byte', async () => {
    const file = openSync(path, 'w');
    const hash = hashing.runningHash({ path, bytes, git: true });
    for (let at = 0; at < bytes; ) {
      at += writeSync(file, content, at, Math.min(700_000, bytes - at), at);
      hash.advance(at);
    }
    closeSync(file);
    const gitOid = execFileSync('git', ['hash-object', path], { encoding: 'utf8' }).trim();
    expect(await hash.digests()).toEqual({ sha256: sha256(content), gitOid });
    await hash.end();
  });

  it('that lost its end has another hash', async () => {
    writeFileSync(path, content);
    const hash = hashing.runningHash({ path, bytes, git: false });
    const file = openSync(path, 'r+');
    ftruncateSync(file, bytes / 2);
    closeSync(file);
    const digests = await hash.digests();
    expect(digests.sha256).not.toBe(sha256(content));
    await hash.end();
  });
});

describe('the thread', () => {
  it('that cannot read is a clear error, told at once and at the end', async () => {
    const hash = hashing.runningHash({ path: join(scratch, 'absent'), bytes: 20 << 20, git: false });
    hash.advance(5 << 20);
    await expect(hash.digests()).rejects.toMatchObject({
      code: 'hash-failed',
      message: expect.stringMatching(/absent: cannot be hashed: .*ENOENT/),
    });
    expect(() => hash.advance(6 << 20)).toThrow('cannot be hashed');
    await hash.end();
  });

  it('keeps no process alive once it was ended', () => {
    const script = `
      import { runningHash } from ${JSON.stringify(BUILT)};
      const hash = runningHash({ path: ${JSON.stringify(path)}, bytes: 1 << 30, git: false });
      hash.advance(1 << 20);
      await hash.end();
      console.log('ended');`;
    const options = { encoding: 'utf8', timeout: 20_000, cwd: fileURLToPath(new URL('.', import.meta.url)) } as const;
    expect(execFileSync(process.execPath, ['--input-type=module', '-e', script], options)).toBe('ended\n');
  });
});
