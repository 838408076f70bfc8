// Where checkpoints live on each platform.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cacheDirectory, createCacheDirectory } from '../../src/models/cache.js';

describe('the cache directory', () => {
  const home = homedir();

  it.each([
    { platform: 'linux', env: {}, expected: join(home, '.cache/edgeproof') },
    { platform: 'linux', env: { XDG_CACHE_HOME: '/var/cache/me' }, expected: '/var/cache/me/edgeproof' },
    // The XDG specification: an empty value is as good as none, and a relative one is to be ignored.
    { platform: 'linux', env: { XDG_CACHE_HOME: '' }, expected: join(home, '.cache/edgeproof') },
    { platform: 'linux', env: { XDG_CACHE_HOME: 'relative' }, expected: join(home, '.cache/edgeproof') },
    { platform: 'freebsd', env: {}, expected: join(home, '.cache/edgeproof') },
    { platform: 'darwin', env: { XDG_CACHE_HOME: '/x' }, expected: join(home, 'Library/Caches/edgeproof') },
    { platform: 'win32', env: { LOCALAPPDATA: '/local' }, expected: join('/local', 'edgeproof', 'Cache') },
    { platform: 'win32', env: {}, expected: join(home, 'AppData', 'Local', 'edgeproof', 'Cache') },
  ] as const)('on $platform with $env', ({ platform, env, expected }) => {
    expect(cacheDirectory(env, platform)).toBe(expected);
  });

  it.each(['linux', 'darwin', 'win32'] as const)('on %s is EDGEPROOF_CACHE when that is set', (platform) => {
    const env = { EDGEPROOF_CACHE: '/mnt/disk', XDG_CACHE_HOME: '/x', LOCALAPPDATA: '/y' };
    expect(cacheDirectory(env, platform)).toBe('/mnt/disk');
    expect(cacheDirectory({ ...env, EDGEPROOF_CACHE: '' }, platform)).not.toBe('');
  });

  it('of this process is absolute unless it was given otherwise', () => {
    expect(isAbsolute(cacheDirectory({ ...process.env, EDGEPROOF_CACHE: undefined }))).toBe(true);
  });
});

describe('making it', () => {
  let cache: string;
  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), 'edgeproof-cache-'));
  });
  afterEach(() => rmSync(cache, { recursive: true, force: true }));

  it('creates its parents too, or says why it cannot', () => {
    const nested = join(cache, 'a/b/c');
    createCacheDirectory(nested);
    createCacheDirectory(nested);
    expect(existsSync(nested)).toBe(true);
    writeFileSync(join(cache, 'file'), '');
    expect(() => createCacheDirectory(join(cache, 'file/below'))).toThrow(
      expect.objectContaining({
        code: 'directory-unwritable',
        message: expect.stringContaining(join(cache, 'file/below')),
        hint: expect.stringContaining('EDGEPROOF_CACHE'),
      }),
    );
  });
});
