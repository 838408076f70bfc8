// RAPL on a fake powercap tree: what is counted, wraps, and every way in which a counter stops being one.
import { rmSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { isMeter, type Meter } from '../../../src/machine/energy/meter.js';
import { openPowercap } from '../../../src/machine/energy/powercap.js';
import { kernelTree } from '../../fixtures/kernel-tree.js';
import { powercapTree, RANGE } from '../../fixtures/powercap.js';

const { forbidden } = vi.hoisted(() => ({ forbidden: new Set<string>() }));
vi.mock('node:fs', async (original) => {
  const actual = await original<typeof import('node:fs')>();
  const readFileSync = (path: string, ...rest: never[]) => {
    if (forbidden.has(path)) throw Object.assign(new Error('permission denied'), { code: 'EACCES' });
    return actual.readFileSync(path, ...rest);
  };
  return { ...actual, readFileSync };
});

const opened: Meter[] = [];
afterEach(() => {
  forbidden.clear();
  for (const meter of opened.splice(0)) meter.close();
});

/** A clock that a test moves by hand, in seconds. */
function clock() {
  let seconds = 100;
  return { now: () => seconds * 1000, pass: (more: number) => (seconds += more) };
}

function open(root: string, now?: () => number): Meter {
  const meter = openPowercap(root, now);
  if (!isMeter(meter)) throw new Error(meter.reason);
  opened.push(meter);
  return meter;
}

function reasonOf(root: string): string {
  const meter = openPowercap(root);
  if (isMeter(meter)) throw new Error('it opened');
  return meter.reason;
}

describe('powercap', () => {
  it('counts every package and its memory once: no core, no psys, no mmio twin', () => {
    const tree = powercapTree();
    const { now, pass } = clock();
    const meter = open(tree.root, now);
    expect(meter.source).toBe('RAPL: package-0, package-0 dram, package-1, package-1 dram');
    expect(meter.tier).toBe('counter');
    const start = now();
    pass(2);
    tree.set('intel-rapl:0', 41_000_000);
    tree.set('intel-rapl:0:0', 31_000_000);
    tree.set('intel-rapl:0:1', 4_500_000);
    tree.set('intel-rapl:1', 21_000_000);
    tree.set('intel-rapl:2', 99_000_000);
    tree.set('intel-rapl-mmio:0', 41_000_000);
    const end = meter.read();
    expect(meter.usedBetween(start, end)).toEqual({
      'package-0': 40,
      'package-0 dram': 3.5,
      'package-1': 20,
      'package-1 dram': 0,
    });
  });

  it('goes on counting where the counter starts again from zero', () => {
    const tree = powercapTree([['intel-rapl:0', 'package-0']]);
    tree.set('intel-rapl:0', RANGE - 5_000_000);
    const { now, pass } = clock();
    const meter = open(tree.root, now);
    const start = now();
    for (const microjoules of [RANGE - 1_000_000, 3_000_000, RANGE - 2_000_000, 6_000_000]) {
      pass(100);
      tree.set('intel-rapl:0', microjoules);
      meter.read();
    }
    // Almost two ranges: 4 J, 4 J, the range less 5 J, 8 J.
    const used = meter.usedBetween(start, now()) as Record<string, number>;
    expect(used['package-0']).toBeCloseTo(4 + 4 + (RANGE - 5_000_000) / 1e6 + 8, 6);
  });

  it('tells what lies between two readings evenly, and a moment of a reading exactly', () => {
    const tree = powercapTree([['intel-rapl:0', 'package-0']]);
    const { now, pass } = clock();
    const meter = open(tree.root, now);
    const start = now();
    pass(1);
    tree.set('intel-rapl:0', 11_000_000);
    const middle = meter.read();
    pass(1);
    tree.set('intel-rapl:0', 41_000_000);
    const end = meter.read();
    expect(meter.usedBetween(start, middle)).toEqual({ 'package-0': 10 });
    expect(meter.usedBetween(middle, end)).toEqual({ 'package-0': 30 });
    expect(meter.usedBetween(start, middle + 500)).toEqual({ 'package-0': 25 });
  });

  it.each([
    ['without a range', null, 0.01],
    ['by more than any processor uses', RANGE, 0.01],
  ])('stops at a counter that was set back %s', (_, range, seconds) => {
    const tree = powercapTree([['intel-rapl:0', 'package-0']], range);
    const { now, pass } = clock();
    const meter = open(tree.root, now);
    const start = now();
    pass(seconds);
    tree.set('intel-rapl:0', 10);
    expect(meter.usedBetween(start, meter.read())).toBe('the counter of package-0 was set back');
  });

  it('keeps what was read before a counter vanished, and says so of what came after', () => {
    const tree = powercapTree();
    const { now, pass } = clock();
    const meter = open(tree.root, now);
    const start = now();
    pass(1);
    const middle = meter.read();
    rmSync(tree.path('intel-rapl:1'));
    pass(1);
    const end = meter.read();
    expect(meter.usedBetween(start, middle)).toMatchObject({ 'package-0': 0 });
    expect(meter.usedBetween(start, end)).toBe('/sys/class/powercap/intel-rapl:1/energy_uj cannot be read (ENOENT)');
  });

  it('says who may read it, and how to allow it, where it is forbidden', () => {
    const tree = powercapTree();
    forbidden.add(tree.path('intel-rapl:0'));
    expect(openPowercap(tree.root)).toEqual({
      tier: 'unavailable',
      reason: '/sys/class/powercap/intel-rapl:0/energy_uj is readable by root only',
      remedy: 'allow it until the next start with: sudo chmod a+r /sys/class/powercap/intel-rapl:*/energy_uj',
    });
  });

  it('stops where the permission is taken away meanwhile', () => {
    const tree = powercapTree();
    const meter = open(tree.root);
    const start = meter.read();
    forbidden.add(tree.path('intel-rapl:0:1'));
    expect(meter.usedBetween(start, meter.read())).toContain('readable by root only');
  });

  it('says that there are none', () => {
    expect(reasonOf(kernelTree({ 'proc/stat': '' }))).toContain('no RAPL counters');
    expect(reasonOf(powercapTree([['intel-rapl:0', 'psys']]).root)).toContain('no RAPL counters');
  });

  it('does not take words for a number', () => {
    const tree = powercapTree([['intel-rapl:0', 'package-0']]);
    tree.set('intel-rapl:0', '');
    expect(reasonOf(tree.root)).toBe('/sys/class/powercap/intel-rapl:0/energy_uj holds no number');
  });
});
