// The lock of a pull: who holds it is told, the living keep it, the dead do not; clocks of other machines are not believed.
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LockOptions, type Owner, withLock } from '../../src/hub/lock.js';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'edgeproof-lock-'));
  path = join(directory, 'q4.lock');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const DEAD_PID = 2 ** 30;
const OTHER = 'other-machine';
const held = (text: string, modifiedMs = Date.now()) => {
  writeFileSync(path, text);
  utimesSync(path, modifiedMs / 1000, modifiedMs / 1000);
};
const take = (options: LockOptions = {}) => withLock(path, options, async () => readFileSync(path, 'utf8'));

describe('a lock', () => {
  it('names its owner while it is held, and leaves nothing behind', async () => {
    expect(await take()).toMatch(new RegExp(`^${process.pid} ${hostname()} [0-9a-f-]{36}$`));
    expect(readdirSync(directory)).toEqual([]);
  });

  it.each([
    ['a process of this machine that is dead', `${DEAD_PID} ${hostname()} id`],
    ['the same, by a version that told the process alone', String(DEAD_PID)],
  ])('is taken at once from %s', async (_name, text) => {
    held(text);
    const waits: Owner[] = [];
    await take({ onWait: (owner) => waits.push(owner) });
    expect(waits).toEqual([]);
  });

  it('of a living process is waited for, or refused by name', async () => {
    held(`${process.ppid} ${hostname()} id`);
    const refused = take({ refuse: 'q4' });
    await expect(refused).rejects.toMatchObject({ message: `q4 is being pulled by process ${process.ppid}` });
    const waits: Owner[] = [];
    const waiting = take({ onWait: (owner) => waits.push(owner) });
    setTimeout(() => rmSync(path), 50);
    await waiting;
    expect(waits).toEqual([{ pid: process.ppid, host: hostname() }]);
  });

  // No process of this machine has this id, and that says nothing about another machine.
  it.each([
    ['the past', -3_600_000],
    ['the future', 3_600_000],
  ])('of another machine whose clock is in %s counts as long as it is refreshed', async (_name, skewMs) => {
    let beats = 0;
    held(`${DEAD_PID} ${OTHER} id`, Date.now() + skewMs);
    const heart = setInterval(() => utimesSync(path, new Date(), (Date.now() + skewMs + ++beats) / 1000), 40);
    const refused = take({ refuse: 'q4', staleMs: 400 });
    await expect(refused).rejects.toMatchObject({ message: `q4 is being pulled by process ${DEAD_PID} on ${OTHER}` });
    clearInterval(heart);
    expect(readFileSync(path, 'utf8')).toContain(OTHER);
    // Its heart stands still.
    expect(await take({ staleMs: 400 })).not.toContain(OTHER);
  });
});
