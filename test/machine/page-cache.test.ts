// Evicting files, judged by what the file system says of them afterwards.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { askEviction } from '../../src/worker/ask.js';

const ENTRY = fileURLToPath(new URL('../../dist/worker/answer.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'edgeproof-page-cache-'));
afterAll(() => rmSync(folder, { recursive: true }));

const evict = (files: string[]) => askEviction(files, { timeoutSeconds: 30, entry: ENTRY });

/** Resident bytes as util-linux tells them; null where it is not installed. */
function fincore(path: string): number | null {
  try {
    return Number(execFileSync('fincore', ['--bytes', '--noheadings', '--output', 'RES', path], { encoding: 'utf8' }));
  } catch {
    return null;
  }
}

describe.runIf(process.platform === 'linux' && existsSync(ENTRY))('eviction', () => {
  it('either proves that no page is left, or refuses with the reason; fincore agrees', async () => {
    const path = join(folder, 'weights');
    writeFileSync(path, Buffer.alloc(3_000_001, 7));
    readFileSync(path);
    const { evicted, residentBytes, reason } = await evict([path]);
    if (evicted) expect([residentBytes, reason]).toEqual([0, null]);
    else expect(reason).toMatch(/\w/);
    const left = fincore(path);
    if (left !== null && residentBytes !== null) expect(left).toBe(residentBytes);
  });

  it('is refused for files in memory only', async () => {
    if (!existsSync('/dev/shm')) return;
    const path = join('/dev/shm', `edgeproof-${process.pid}`);
    writeFileSync(path, Buffer.alloc(1_000_000, 7));
    try {
      const answer = await evict([path]);
      expect(answer).toMatchObject({ evicted: false, residentBytes: expect.any(Number) });
      expect(answer.residentBytes).toBeGreaterThan(0);
      expect(answer.reason).toContain('keeps pages');
    } finally {
      rmSync(path);
    }
  });

  it('is refused for a file that is not there', async () => {
    expect(await evict([join(folder, 'nothing')])).toMatchObject({
      evicted: false,
      residentBytes: null,
      reason: expect.stringContaining('ENOENT'),
    });
  });
});
