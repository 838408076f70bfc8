// A memory watch that rests reads nothing; awake it reads as often as ever.
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { watchMemory } from '../../src/machine/process-memory.js';

it.runIf(existsSync('/proc/self/status'))('reads nothing while it rests, and goes on when woken', async () => {
  const watch = watchMemory(process.pid, 'start');
  watch.rest(true);
  watch.enter('unseen');
  await sleep(450);
  expect(watch.phases()).toEqual({});
  watch.rest(false);
  watch.rest(false);
  await sleep(450);
  expect(Object.keys(watch.phases())).toEqual(['unseen']);
  watch.stop();
});
