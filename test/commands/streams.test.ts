// stdout and stderr that are lost, as shells lose them: the built program goes on, stores its result and says what it found.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { okRounds } from '../../src/contract/result.js';
import { readResult } from '../../src/store/files.js';
import { TINY_CONFIG } from '../reference/tiny-model.js';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'edgeproof-streams-'));
const config = join(scratch, 'config.json');
beforeAll(() => writeFileSync(config, JSON.stringify(TINY_CONFIG)));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const inShells = it.skipIf(process.platform === 'win32');
const withFullDisk = it.skipIf(!existsSync('/dev/full'));

/** `edgeproof` stands for the program; the exit code is its own, whatever reads from it. */
function shell(line: string): Promise<{ code: string; stdout: string; stderr: string }> {
  const script = `edgeproof() { "${process.execPath}" "${CLI}" "$@"; echo $? > "$CODE"; }\n${line}`;
  const code = join(scratch, 'code');
  const env = { ...process.env, EDGEPROOF_CACHE: join(scratch, 'cache'), CODE: code };
  return new Promise((resolve) => {
    execFile('sh', ['-c', script], { env }, (_error, stdout, stderr) => {
      resolve({ code: readFileSync(code, 'utf8').trim(), stdout, stderr });
    });
  });
}

const run = (results: string) =>
  `edgeproof run -m "${config}" --dtype fp32 -t 1 -p 8 -n 4 -r 1 --iterations 1 --warmup 0 --no-ceilings --machine here --results "${join(scratch, results)}"`;
const roundsIn = (results: string) => {
  const folder = join(scratch, results, 'here');
  return readdirSync(folder).flatMap((name) => readResult(join(folder, name)).cases.map((one) => okRounds(one).length));
};

describe('a run', () => {
  withFullDisk('is measured and stored although stderr is full', async () => {
    const { code, stdout } = await shell(`${run('full')} 2>/dev/full`);
    expect(code).toBe('0');
    expect(stdout).toContain('pp8 tg4');
    expect(roundsIn('full')).toEqual([1]);
  });

  inShells('is measured and stored although nobody reads what it prints', async () => {
    const { code } = await shell(`(${run('unread')}) 2>&1 | true`);
    expect(code).toBe('0');
    expect(roundsIn('unread')).toEqual([1]);
  });

  withFullDisk('has its exit code although the table cannot be printed, which is said', async () => {
    const { code, stderr } = await shell(`${run('unprinted')} >/dev/full`);
    expect([code, stderr]).toEqual(['0', expect.stringMatching(/stdout: ENOSPC.*what was printed is incomplete/)]);
    expect(roundsIn('unprinted')).toEqual([1]);
  });
});

describe('an answer that is only printed', () => {
  inShells('counts as given where the reader has read enough', async () => {
    expect(await shell('edgeproof models list | head -n 1')).toMatchObject({ code: '0', stderr: '' });
  });

  withFullDisk('is no answer where stdout cannot take it', async () => {
    const { code, stderr } = await shell('edgeproof models list >/dev/full');
    expect([code, stderr]).toEqual(['2', expect.stringContaining('what was printed is incomplete')]);
  });
});

describe('an error', () => {
  withFullDisk(
    'ends with its exit code although it cannot be printed, also where the parser of options prints it',
    async () => {
      expect((await shell('edgeproof run nosuch 2>/dev/full')).code).toBe('2');
      expect((await shell('edgeproof nosuch 2>/dev/full')).code).toBe('2');
      expect((await shell('edgeproof run nosuch 2>&-')).code).toBe('2');
    },
  );
});
