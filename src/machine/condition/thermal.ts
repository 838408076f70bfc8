// Heat: temperature sensors of the processor, Intel's counters of thermal throttling, and the kernel's passive cooling.
// Linux: /sys/class/hwmon, /sys/class/thermal, /sys/devices/system/cpu/cpu*/thermal_throttle.
import type { Condition } from '../../contract/condition.js';
import { listEntries, readNumber, readText } from '../kernel-text.js';

const PROCESSOR_ZONE = /x86_pkg_temp|cpu|soc|package/i;
const PROCESSOR_CHIP = /^(coretemp|k10temp|zenpower|cpu_thermal)$/;
const PROCESSOR_COOLING = /processor|cpu/i;

/** The highest reading of each sensor of the processor, in degrees Celsius. */
export function readTemperatures(root: string): Map<string, number> {
  const found = new Map<string, number>();
  const note = (sensor: string, millidegrees: number | null) => {
    if (millidegrees === null || millidegrees < -40_000 || millidegrees > 150_000) return;
    found.set(sensor, Math.max(millidegrees / 1000, found.get(sensor) ?? Number.NEGATIVE_INFINITY));
  };
  for (const zone of listEntries(root, 'sys/class/thermal', /^thermal_zone\d+$/)) {
    const type = readText(root, `sys/class/thermal/${zone}/type`);
    if (type !== null && PROCESSOR_ZONE.test(type)) note(type, readNumber(root, `sys/class/thermal/${zone}/temp`));
  }
  for (const chip of listEntries(root, 'sys/class/hwmon', /^hwmon\d+$/)) {
    const name = readText(root, `sys/class/hwmon/${chip}/name`);
    if (name === null || !PROCESSOR_CHIP.test(name)) continue;
    for (const input of listEntries(root, `sys/class/hwmon/${chip}`, /^temp\d+_input$/))
      note(name, readNumber(root, `sys/class/hwmon/${chip}/${input}`));
  }
  return found;
}

type Throttle = NonNullable<Condition['throttle']>;

/** By core and package, because siblings of a core and all cores of a package show the same counter. */
type ThrottleCounters = Map<string, Throttle>;

/** Empty where the processor or the system has no such counters. Times are null before Linux 5.6. */
export function readThrottleCounters(root: string): ThrottleCounters {
  const cpus = 'sys/devices/system/cpu';
  const counters: ThrottleCounters = new Map();
  for (const cpu of listEntries(root, cpus, /^cpu\d+$/)) {
    const topology = (name: string) => readText(root, `${cpus}/${cpu}/topology/${name}`) ?? cpu;
    const part = { package: topology('physical_package_id'), core: '' };
    part.core = `${part.package}/${topology('core_id')}`;
    for (const level of ['core', 'package'] as const) {
      const events = readNumber(root, `${cpus}/${cpu}/thermal_throttle/${level}_throttle_count`);
      if (events === null) continue;
      const ms = readNumber(root, `${cpus}/${cpu}/thermal_throttle/${level}_throttle_total_time_ms`);
      counters.set(`${level} ${part[level]}`, { events, ms });
    }
  }
  return counters;
}

/** null when there are no counters to compare. */
export function throttledBetween(before: ThrottleCounters, after: ThrottleCounters): Throttle | null {
  const parts = [...before].flatMap(([part, start]) => {
    const end = after.get(part);
    return end === undefined ? [] : [{ start, end }];
  });
  if (parts.length === 0) return null;
  const times = parts.map(({ start, end }) =>
    start.ms === null || end.ms === null ? null : Math.max(0, end.ms - start.ms),
  );
  return {
    events: parts.reduce((sum, { start, end }) => sum + Math.max(0, end.events - start.events), 0),
    ms: times.some((time) => time === null) ? null : Math.max(...times.map((time) => time!)),
  };
}

/** Whether the kernel is slowing the processor down right now because it is hot; null where it does not say. */
export function passiveCooling(root: string): boolean | null {
  const states = listEntries(root, 'sys/class/thermal', /^cooling_device\d+$/).flatMap((device) => {
    const type = readText(root, `sys/class/thermal/${device}/type`);
    const state = readNumber(root, `sys/class/thermal/${device}/cur_state`);
    return type === null || !PROCESSOR_COOLING.test(type) || state === null ? [] : [state];
  });
  return states.length === 0 ? null : states.some((state) => state > 0);
}
