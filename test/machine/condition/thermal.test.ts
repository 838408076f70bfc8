// Heat: sensors of laptops, servers and boards; throttle counters of two packages with siblings; passive cooling.
import { describe, expect, it } from 'vitest';
import {
  passiveCooling,
  readTemperatures,
  readThrottleCounters,
  throttledBetween,
} from '../../../src/machine/condition/thermal.js';
import { kernelTree } from '../../fixtures/kernel-tree.js';

const zone = (number: number, type: string, temp: string | null) => ({
  [`sys/class/thermal/thermal_zone${number}/type`]: `${type}\n`,
  [`sys/class/thermal/thermal_zone${number}/temp`]: temp,
});

describe('readTemperatures', () => {
  it('knows the sensors of the processor, not those of the wireless card and the battery', () => {
    const root = kernelTree({
      ...zone(0, 'acpitz', '27800\n'),
      ...zone(1, 'x86_pkg_temp', '71000\n'),
      ...zone(2, 'iwlwifi_1', '90000\n'),
      'sys/class/hwmon/hwmon3/name': 'coretemp\n',
      'sys/class/hwmon/hwmon3/temp1_input': '70000\n',
      'sys/class/hwmon/hwmon3/temp2_input': '72500\n',
      'sys/class/hwmon/hwmon3/temp2_crit': '100000\n',
      'sys/class/hwmon/hwmon0/name': 'nvme\n',
      'sys/class/hwmon/hwmon0/temp1_input': '99000\n',
    });
    expect(Object.fromEntries(readTemperatures(root))).toEqual({ x86_pkg_temp: 71, coretemp: 72.5 });
  });

  it.each([
    ['cpu-thermal', '48312'],
    ['soc-thermal', '51000'],
    ['cpu0-thermal', '60000'],
  ])('knows the zone %s of a board', (type, temp) => {
    expect(readTemperatures(kernelTree(zone(0, type, `${temp}\n`))).get(type)).toBe(Number(temp) / 1000);
  });

  it('passes over sensors that cannot be read or say nonsense', () => {
    const root = kernelTree({
      ...zone(0, 'cpu-thermal', null),
      ...zone(1, 'soc-thermal', '-273200\n'),
      ...zone(2, 'cpu1-thermal', 'N/A\n'),
    });
    expect(readTemperatures(root).size).toBe(0);
    expect(readTemperatures(kernelTree({})).size).toBe(0);
  });
});

/** One CPU, as sysfs shows it; siblings and packages repeat the counters of what they share. */
const cpu = (number: number, place: [pkg: number, core: number], core: [number, number?], pkg: [number, number?]) => {
  const at = `sys/devices/system/cpu/cpu${number}`;
  const time = (name: string, ms: number | undefined) =>
    ms === undefined ? {} : { [`${at}/thermal_throttle/${name}`]: `${ms}\n` };
  return {
    [`${at}/topology/physical_package_id`]: `${place[0]}\n`,
    [`${at}/topology/core_id`]: `${place[1]}\n`,
    [`${at}/thermal_throttle/core_throttle_count`]: `${core[0]}\n`,
    [`${at}/thermal_throttle/package_throttle_count`]: `${pkg[0]}\n`,
    ...time('core_throttle_total_time_ms', core[1]),
    ...time('package_throttle_total_time_ms', pkg[1]),
  };
};

describe('throttling', () => {
  it('counts what siblings and packages share once', () => {
    const before = kernelTree({
      ...cpu(0, [0, 0], [5, 50], [9, 90]),
      ...cpu(1, [0, 0], [5, 50], [9, 90]),
      ...cpu(2, [0, 1], [0, 0], [9, 90]),
      ...cpu(3, [1, 0], [0, 0], [0, 0]),
    });
    const after = kernelTree({
      ...cpu(0, [0, 0], [7, 80], [10, 190]),
      ...cpu(1, [0, 0], [7, 80], [10, 190]),
      ...cpu(2, [0, 1], [0, 0], [10, 190]),
      ...cpu(3, [1, 0], [1, 4], [0, 0]),
    });
    const read = throttledBetween(readThrottleCounters(before), readThrottleCounters(after));
    expect(read).toEqual({ events: 2 + 1 + 1, ms: 100 });
  });

  it('has events without times on an old kernel', () => {
    const [before, after] = [cpu(0, [0, 0], [1], [1]), cpu(0, [0, 0], [1], [4])].map((files) =>
      readThrottleCounters(kernelTree(files)),
    );
    expect(throttledBetween(before!, after!)).toEqual({ events: 3, ms: null });
  });

  it('takes counters that were set back, and a CPU that left, for still', () => {
    const before = readThrottleCounters(
      kernelTree({ ...cpu(0, [0, 0], [8, 80], [8, 80]), ...cpu(1, [0, 1], [8, 80], [8, 80]) }),
    );
    const after = readThrottleCounters(kernelTree(cpu(0, [0, 0], [0, 0], [0, 0])));
    expect(throttledBetween(before, after)).toEqual({ events: 0, ms: 0 });
  });

  it('is unknown without counters', () => {
    expect(throttledBetween(readThrottleCounters(kernelTree({})), new Map())).toBeNull();
  });
});

describe('passiveCooling', () => {
  const device = (number: number, type: string, state: string) => ({
    [`sys/class/thermal/cooling_device${number}/type`]: `${type}\n`,
    [`sys/class/thermal/cooling_device${number}/cur_state`]: `${state}\n`,
  });
  it.each([
    [{ ...device(0, 'Processor', '0'), ...device(1, 'Processor', '3') }, true],
    [device(0, 'cpufreq-cpu0', '2'), true],
    [{ ...device(0, 'thermal-cpufreq-0', '0'), ...device(1, 'Fan', '1') }, false],
    [device(0, 'Fan', '1'), null],
    [{}, null],
  ])('%j is %j', (files, expected) => {
    expect(passiveCooling(kernelTree(files))).toBe(expected);
  });
});
