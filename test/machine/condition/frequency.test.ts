// The clock: cpufreq of a hybrid processor, of a small board, of a virtual machine without any.
import { expect, it } from 'vitest';
import { readFrequency } from '../../../src/machine/condition/frequency.js';
import { kernelTree } from '../../fixtures/kernel-tree.js';

const policy = (number: number, cpus: string, driver: string, governor: string, now: number | null, max: number) => {
  const at = `sys/devices/system/cpu/cpufreq/policy${number}`;
  return {
    [`${at}/affected_cpus`]: `${cpus}\n`,
    [`${at}/scaling_driver`]: `${driver}\n`,
    [`${at}/scaling_governor`]: `${governor}\n`,
    [`${at}/scaling_cur_freq`]: now === null ? null : `${now}\n`,
    [`${at}/cpuinfo_max_freq`]: `${max}\n`,
  };
};

const HYBRID = {
  ...policy(0, '0', 'intel_pstate', 'powersave', 4_711_000, 5_000_000),
  ...policy(1, '1', 'intel_pstate', 'powersave', 800_000, 5_000_000),
  ...policy(12, '12', 'intel_pstate', 'performance', 3_600_000, 3_900_000),
};

it('takes the fastest core and every governor of a hybrid processor', () => {
  expect(readFrequency(kernelTree(HYBRID), null)).toEqual({
    driver: 'intel_pstate',
    governors: ['powersave', 'performance'],
    maxMhz: 5000,
    mhz: 4711,
  });
});

it('leaves out cores that the worker may not use', () => {
  expect(readFrequency(kernelTree(HYBRID), new Set([1, 12]))).toMatchObject({ maxMhz: 5000, mhz: 3600 });
  expect(readFrequency(kernelTree(HYBRID), new Set([12]))).toMatchObject({ governors: ['performance'], mhz: 3600 });
});

it('reads one policy for the four cores of a board', () => {
  const root = kernelTree(policy(0, '0 1 2 3', 'cpufreq-dt', 'ondemand', 1_500_000, 1_800_000));
  expect(readFrequency(root, new Set([3]))).toEqual({
    driver: 'cpufreq-dt',
    governors: ['ondemand'],
    maxMhz: 1800,
    mhz: 1500,
  });
});

it('passes over a policy that went away or may not be read', () => {
  const root = kernelTree({ ...HYBRID, ...policy(0, '0', 'intel_pstate', 'powersave', null, 5_000_000) });
  expect(readFrequency(root, null)).toMatchObject({ mhz: 3600 });
});

it('has the nominal clock of a virtual machine from /proc/cpuinfo', () => {
  const cpu = (number: number, mhz: string) =>
    `processor\t: ${number}\nmodel name\t: Xeon\ncpu MHz\t\t: ${mhz}\nflags\t: fpu\n`;
  const root = kernelTree({ 'proc/cpuinfo': `${cpu(0, '2600.000')}\n${cpu(1, '2601.125')}\n` });
  expect(readFrequency(root, null)).toEqual({ driver: null, governors: [], maxMhz: null, mhz: 2601.125 });
  expect(readFrequency(root, new Set([0]))?.mhz).toBe(2600);
});

it('is unknown where nothing tells', () => {
  expect(readFrequency(kernelTree({ 'proc/cpuinfo': 'processor\t: 0\nBogoMIPS\t: 108.00\n' }), null)).toBeNull();
  expect(readFrequency(kernelTree({}), null)).toBeNull();
});
