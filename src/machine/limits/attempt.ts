// Tries limits on a process that does nothing, before anything is measured under them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Limits } from '../../contract/limits.js';
import { type Confinement, confine, unenforceable } from './confine.js';

/** Returns the method that held the process; throws limit-unenforceable with what went wrong. */
export async function attemptLimits(limits: Limits): Promise<string> {
  const confinement = confine(limits);
  try {
    await startEcho(limits, confinement);
    return confinement.held().method;
  } finally {
    await confinement.release();
  }
}

/** Starts `cat`; when it answers, it has entered the group. */
async function startEcho(limits: Limits, confinement: Confinement): Promise<void> {
  const [command, ...parameters] = confinement.wrap(['cat']);
  const child = spawn(command, parameters, { stdio: 'pipe' });
  child.stdin.on('error', () => {});
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk;
  });
  const closed = once(child, 'close');
  child.stdin.write('\n');
  const hasAnswered = await Promise.race([once(child.stdout, 'data').then(() => true), closed.then(() => false)]);
  const escaped = hasAnswered
    ? confinement.escapeOf(child.pid!)
    : unenforceable(limits, said.trim() || 'a process cannot be started in it');
  child.stdin.end();
  await closed;
  if (escaped !== null) throw escaped;
}
