// Memory readings of another process: the kernel's text as we parse it, and the phases of a process that grows and shrinks.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseStatus, readProcessMemory, resetPeak, watchMemory } from '../../src/machine/process-memory.js';
import { startGrowingProcess as startChild } from '../fixtures/growing-process.js';

const MIB = 2 ** 20;

const STATUS = `Name:	node
Umask:	0022
State:	S (sleeping)
Pid:	4711
VmPeak:	 1099244 kB
VmSize:	 1099240 kB
VmLck:	       0 kB
VmHWM:	  140520 kB
VmRSS:	   98764 kB
RssAnon:	   50120 kB
RssFile:	   48640 kB
RssShmem:	       4 kB
VmData:	  226908 kB
Threads:	11
`;

describe('parseStatus', () => {
  it('reads the four fields as bytes', () => {
    expect(parseStatus(STATUS)).toEqual({
      rssBytes: 98_764 * 1024,
      peakRssBytes: 140_520 * 1024,
      anonymousBytes: 50_120 * 1024,
      fileBytes: 48_640 * 1024,
      swapBytes: 0,
    });
  });

  it.each(['VmHWM', 'VmRSS', 'RssAnon', 'RssFile'])('is null without %s, as for a zombie', (field) => {
    expect(parseStatus(STATUS.replace(new RegExp(`^${field}:.*\n`, 'm'), ''))).toBeNull();
  });

  it.each(['', 'Name:\tnode\nState:\tZ (zombie)\n', 'garbage'])('is null for %j', (text) => {
    expect(parseStatus(text)).toBeNull();
  });

  it('is not misled by a process that is named like a field', () => {
    expect(parseStatus(STATUS.replace('node', 'VmRSS:	 1 kB'))?.rssBytes).toBe(98_764 * 1024);
  });
});

describe.runIf(existsSync('/proc/self/clear_refs'))('watching a process', () => {
  it('gives the peak of each phase as the kernel itself knows it', async () => {
    const child = await startChild();
    const watch = watchMemory(child.pid, 'start');
    watch.enter('large');
    const large = await child.tell('grow 120');
    watch.enter('shrinking');
    await child.tell('free');
    watch.enter('small');
    const small = await child.tell('peak');
    watch.enter('largest');
    const largest = await child.tell('grow 200');
    watch.stop();
    const phases = watch.phases();
    await child.end();

    expect(Object.keys(phases)).toEqual(['start', 'large', 'shrinking', 'small', 'largest']);
    expect(watch.method()).toBe('VmHWM of /proc/<pid>/status, reset per phase');
    for (const [phase, kernel] of [
      ['large', large],
      ['small', small],
      ['largest', largest],
    ] as const) {
      expect(Math.abs(phases[phase]!.peakRssBytes / kernel - 1), phase).toBeLessThan(0.02);
    }
  });

  it('gives a phase that follows a large one its own, smaller peak', async () => {
    const child = await startChild();
    const watch = watchMemory(child.pid, 'start');
    watch.enter('large');
    await child.tell('grow 200');
    watch.enter('shrinking');
    await child.tell('free');
    watch.enter('small');
    await child.tell('peak');
    watch.stop();
    const { start, large, shrinking, small } = watch.phases();
    await child.end();

    expect(large!.peakRssBytes - start!.peakRssBytes).toBeGreaterThan(190 * MIB);
    expect(large!.peakRssBytes - start!.peakRssBytes).toBeLessThan(215 * MIB);
    // It shrank in this phase, so its peak is still the old size.
    expect(shrinking!.peakRssBytes).toBeGreaterThan(large!.peakRssBytes - 20 * MIB);
    expect(small!.peakRssBytes).toBeLessThan(large!.peakRssBytes - 180 * MIB);
  });

  it('counts allocated memory as anonymous and the program as file-backed', async () => {
    const child = await startChild();
    const watch = watchMemory(child.pid, 'start');
    watch.enter('large');
    await child.tell('grow 200');
    watch.stop();
    const { start, large } = watch.phases();
    await child.end();

    const grown = large!.peakAnonymousBytes! - start!.peakAnonymousBytes!;
    expect(grown).toBeGreaterThan(200 * MIB * 0.98);
    expect(grown).toBeLessThan(200 * MIB + 15 * MIB);
    expect(Math.abs(large!.peakFileBytes! - start!.peakFileBytes!)).toBeLessThan(15 * MIB);
    expect(start!.peakFileBytes!).toBeGreaterThan(10 * MIB);
    for (const phase of [start!, large!]) {
      expect(phase.peakRssBytes).toBeGreaterThanOrEqual(Math.max(phase.peakAnonymousBytes!, phase.peakFileBytes!));
    }
  });

  it('keeps the largest of a phase that is entered many times', async () => {
    const child = await startChild();
    const watch = watchMemory(child.pid, 'a');
    watch.enter('b');
    await child.tell('grow 100');
    watch.enter('a');
    await child.tell('free');
    watch.enter('b');
    const last = await child.tell('peak');
    watch.stop();
    await child.end();
    expect(watch.phases().b!.peakRssBytes - last).toBeGreaterThan(90 * MIB);
    expect(Object.keys(watch.phases())).toEqual(['a', 'b']);
  });

  it('sees a peak that came and went between two samples', async () => {
    const child = await startChild();
    const watch = watchMemory(child.pid, 'start');
    watch.enter('spike');
    const peak = await child.tell('spike 150');
    watch.stop();
    await child.end();
    const { spike, start } = watch.phases();
    expect(Math.abs(spike!.peakRssBytes / peak - 1)).toBeLessThan(0.02);
    expect(spike!.peakRssBytes - start!.peakRssBytes).toBeGreaterThan(140 * MIB);
  });

  it('keeps what it knows when the process dies, and its method', async () => {
    const child = await startChild();
    const watch = watchMemory(child.pid, 'start');
    watch.enter('large');
    await child.tell('grow 50');
    watch.enter('end');
    const before = structuredClone(watch.phases());
    await child.end();
    watch.enter('after');
    watch.stop();
    const after = watch.phases();
    expect(Object.keys(after)).toEqual(['start', 'large', 'end']);
    for (const [phase, known] of Object.entries(before)) {
      expect(after[phase]!.peakRssBytes, phase).toBeGreaterThanOrEqual(known.peakRssBytes);
    }
    expect(watch.method()).toBe('VmHWM of /proc/<pid>/status, reset per phase');
  });

  it('reads its own process as Node does', () => {
    const reading = readProcessMemory(process.pid)!;
    const rss = process.memoryUsage.rss();
    expect(Math.abs(reading.rssBytes / rss - 1)).toBeLessThan(0.05);
    expect(reading.peakRssBytes).toBeGreaterThanOrEqual(reading.rssBytes);
    expect(reading.anonymousBytes + reading.fileBytes).toBeLessThanOrEqual(reading.rssBytes * 1.01);
  });
});

describe('a process that is gone', () => {
  it('has no readings, and the watch says that it has none', async () => {
    const child = spawn(process.execPath, ['-e', '0']);
    await once(child, 'exit');
    expect(readProcessMemory(child.pid!)).toBeNull();
    expect(resetPeak(child.pid!)).toBe(false);
    const watch = watchMemory(child.pid!, 'start');
    watch.enter('load');
    watch.stop();
    expect(watch.phases()).toEqual({});
    expect(watch.method()).toMatch(/^unavailable: /);
  });
});
