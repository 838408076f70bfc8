// Peak memory against what the kernel accounts elsewhere, on a process that allocates known amounts: its own getrusage,
// the walk of its page tables, and the charges of a memory cgroup of its own.
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { MomentMemory } from '../../src/contract/memory.js';
import { parseRollup, readOwnMemory } from '../../src/machine/own-memory.js';
import { readProcessMemory, resetPeak } from '../../src/machine/process-memory.js';
import { startGrowingProcess } from '../fixtures/growing-process.js';

const MIB = 2 ** 20;
const within = (share: number, value: number, reference: number, what: string) =>
  expect(Math.abs(value / reference - 1), `${what}: ${value} against ${reference}`).toBeLessThan(share);

describe.runIf(process.platform === 'linux')('the peak of a process', () => {
  it('is that of getrusage, and its size that of its page tables, within 2 %', async () => {
    const child = await startGrowingProcess();
    for (const command of ['grow 64', 'grow 200', 'spike 150']) {
      const kernel = await child.tell(command);
      const reading = readProcessMemory(child.pid)!;
      within(0.02, reading.peakRssBytes, kernel, `${command}, peak`);
      const walked = parseRollup(readFileSync(`/proc/${child.pid}/smaps_rollup`, 'utf8'))!;
      within(0.02, reading.rssBytes, walked.rssBytes, `${command}, size`);
      within(0.02, reading.anonymousBytes, walked.anonymousBytes!, `${command}, anonymous`);
    }
  });
});

const GROUP = `/sys/fs/cgroup/memory/edgeproof-test-${process.pid}`;

/** A memory cgroup (v1) can be made by root only; v2 needs controllers handed down, which a test cannot arrange. */
function makeGroup(): boolean {
  try {
    mkdirSync(GROUP);
    return true;
  } catch {
    return false;
  }
}

const hasGroup = makeGroup();
if (hasGroup) rmdirSync(GROUP);

describe.runIf(hasGroup)('the peak of a process in a memory cgroup', () => {
  it('rises by what the cgroup is charged for, within 2 %', async () => {
    mkdirSync(GROUP);
    const charged = (file: string) => Number(readFileSync(`${GROUP}/memory.${file}`, 'utf8'));
    const child = await startGrowingProcess();
    writeFileSync(`${GROUP}/cgroup.procs`, String(child.pid));
    try {
      // What it held before it was moved stays charged elsewhere: compare what comes on top.
      await child.tell('grow 1');
      resetPeak(child.pid);
      const before = { charged: charged('usage_in_bytes'), held: readProcessMemory(child.pid)!.rssBytes };
      await child.tell('spike 300');
      const held = readProcessMemory(child.pid)!.peakRssBytes - before.held;
      within(0.02, held, charged('max_usage_in_bytes') - before.charged, 'growth of the peak');
      expect(held).toBeGreaterThan(300 * MIB * 0.98);
    } finally {
      process.kill(child.pid, 'SIGKILL');
      for (let left = 100; left > 0 && readFileSync(`${GROUP}/cgroup.procs`, 'utf8') !== ''; left--)
        await new Promise((resolve) => setTimeout(resolve, 20));
      rmdirSync(GROUP);
    }
  });
});

describe('readOwnMemory', () => {
  it('is what Node says, and grows by what is allocated', () => {
    const before = readOwnMemory();
    within(0.05, before.rssBytes, process.memoryUsage.rss(), 'resident');
    const held = Buffer.alloc(100 * MIB, 1);
    const grown = readOwnMemory().rssBytes - before.rssBytes;
    expect(held.length).toBe(100 * MIB);
    within(0.05, grown, 100 * MIB, 'growth');
  });
});

describe('parseRollup', () => {
  const ROLLUP = `55e4b2a00000-7ffd1c9f8000 ---p 00000000 00:00 0                          [rollup]
Rss:               98764 kB
Pss:               60123 kB
Pss_Dirty:         50000 kB
Pss_Anon:          50120 kB
Pss_File:          10003 kB
Shared_Clean:      40000 kB
Anonymous:         50120 kB
AnonHugePages:         0 kB
Swap:                 12 kB
SwapPss:              12 kB
Locked:                0 kB
`;
  const bytes: MomentMemory = {
    rssBytes: 98_764 * 1024,
    pssBytes: 60_123 * 1024,
    anonymousBytes: 50_120 * 1024,
    swapBytes: 12 * 1024,
  };

  it('reads the sums that we store', () => {
    expect(parseRollup(ROLLUP)).toEqual(bytes);
  });

  it('does without what an older kernel does not tell', () => {
    expect(parseRollup(ROLLUP.replace(/^(Pss|Swap):.*\n/gm, ''))).toEqual({
      ...bytes,
      pssBytes: null,
      swapBytes: null,
    });
    expect(parseRollup('')).toBeNull();
  });
});
