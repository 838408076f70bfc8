// What stops a run: its exit code by signal, what it leaves behind, and that a second signal is no longer caught.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { interruptedExitCode, interruptible } from '../../src/commands/signals.js';
import { readResult } from '../../src/store/files.js';
import { TINY_CONFIG } from '../reference/tiny-model.js';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'edgeproof-signals-'));
const config = join(scratch, 'config.json');
beforeAll(() => writeFileSync(config, JSON.stringify(TINY_CONFIG)));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

it.each([
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('stores what was measured at %s, says how to go on, and exits with %i', async (signal, expected) => {
  const results = join(scratch, signal);
  const what = ['-m', config, '--dtype', 'fp32', '-t', '1', '-p', '8', '-n', '4', '-r', '500', '--no-ceilings'];
  const child = spawn(process.execPath, [CLI, 'run', ...what, '--machine', 'here', '--results', results], {
    env: { ...process.env, EDGEPROOF_CACHE: join(scratch, 'cache') },
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  let stderr = '';
  for await (const chunk of child.stderr) {
    stderr += chunk;
    if (stderr.includes('round 3 of 500') && !child.killed) child.kill(signal);
  }
  expect(await ended).toBe(expected);
  const [name, ...others] = readdirSync(join(results, 'here'));
  expect(others).toEqual([]);
  const path = join(results, 'here', name!);
  expect(stderr).toContain(`go on with: edgeproof run --resume ${path}`);
  expect(readResult(path).cases[0]!.rounds.length).toBeGreaterThanOrEqual(2);
});

it('catches the first signal only, of whichever kind, so that a second one ends the process', () => {
  const before = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((name) => process.listenerCount(name));
  const signal = interruptible();
  expect(signal.aborted).toBe(false);
  process.emit('SIGHUP', 'SIGHUP');
  expect([signal.aborted, signal.reason.code]).toEqual([true, 'interrupted']);
  expect(['SIGINT', 'SIGTERM', 'SIGHUP'].map((name) => process.listenerCount(name))).toEqual(before);
  expect(interruptedExitCode()).toBe(129);
});
