// Processor time from /proc/stat as several kernels write it, and against what Node reads of this machine.
import os from 'node:os';
import { describe, expect, it } from 'vitest';
import { allowedCpus, parseStat, readCpuTimes, spentBetween } from '../../../src/machine/condition/cpu-time.js';
import { kernelTree } from '../../fixtures/kernel-tree.js';

const STAT = `cpu  310 20 105 7000 40 6 9 12 0 0
cpu0 100 20 30 4000 40 1 4 10 50 0
cpu1 210 0 75 3000 0 5 5 2 0 0
intr 20508545 0 0
ctxt 1234
btime 1763786460
`;

describe('parseStat', () => {
  it('counts user, nice, system and interrupts as busy, in hundredths of a second, and steal apart', () => {
    expect([...parseStat(STAT)]).toEqual([
      [0, { busyMs: 1550, stealMs: 100 }],
      [1, { busyMs: 2950, stealMs: 20 }],
    ]);
  });

  it('knows no steal of a kernel that has no such column', () => {
    expect(parseStat('cpu0 1 2 3 4 5 6 7\n').get(0)).toEqual({ busyMs: 190, stealMs: null });
  });

  it('is empty for garbage', () => {
    expect(parseStat('').size).toBe(0);
    expect(parseStat('cpu 1 2 3').size).toBe(0);
  });
});

describe('spentBetween', () => {
  const at = (...busy: [number, number][]) =>
    new Map(busy.map(([cpu, busyMs]) => [cpu, { busyMs, stealMs: busyMs / 10 }]));

  it('sums the differences of all CPUs', () => {
    expect(spentBetween(at([0, 100], [1, 200]), at([0, 150], [1, 290]))).toEqual({ cpus: 2, busyMs: 140, stealMs: 14 });
  });

  it('leaves out a CPU that went offline or came meanwhile', () => {
    expect(spentBetween(at([0, 100], [1, 200]), at([0, 150], [2, 9000]))).toEqual({ cpus: 1, busyMs: 50, stealMs: 5 });
  });

  it('takes a counter that runs backwards for still', () => {
    expect(spentBetween(at([0, 100], [1, 200]), at([0, 90], [1, 210]))).toEqual({ cpus: 2, busyMs: 10, stealMs: 1 });
  });

  it('knows no steal where one reading has none', () => {
    const none = new Map([[0, { busyMs: 0, stealMs: null }]]);
    expect(spentBetween(none, none).stealMs).toBeNull();
    expect(spentBetween(new Map(), new Map())).toEqual({ cpus: 0, busyMs: 0, stealMs: null });
  });
});

describe('readCpuTimes', () => {
  it('reads the CPUs that the process may use', () => {
    const root = kernelTree({ 'proc/stat': STAT, 'proc/self/status': 'Name:\tnode\nCpus_allowed_list:\t1,3-5\n' });
    expect(allowedCpus(root)).toBe('1,3-5');
    expect([...readCpuTimes(root, new Set([1, 3, 4, 5])).keys()]).toEqual([1]);
    expect([...readCpuTimes(root, null).keys()]).toEqual([0, 1]);
  });

  it('has what Node reads where there is no /proc/stat', () => {
    const root = kernelTree({});
    expect(allowedCpus(root)).toBeNull();
    const times = readCpuTimes(root, null);
    expect(times.size).toBe(os.cpus().length);
    expect([...times.values()].every(({ busyMs, stealMs }) => busyMs > 0 && stealMs === null)).toBe(true);
  });

  it.runIf(process.platform === 'linux')('agrees with Node on this machine', () => {
    const times = readCpuTimes('/', null);
    const own = [...times.values()].reduce((sum, { busyMs }) => sum + busyMs, 0);
    // Node leaves out the interrupts that are handled later (softirq).
    const node = os
      .cpus()
      .reduce((sum, cpu) => sum + cpu.times.user + cpu.times.nice + cpu.times.sys + cpu.times.irq, 0);
    expect(own / node).toBeGreaterThan(0.99);
    expect(own / node).toBeLessThan(1.2);
  });
});
