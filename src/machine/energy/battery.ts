// The energy that a discharging battery loses, from /sys/class/power_supply of Linux. It covers the whole machine with its
// screen, and the battery reports it in steps of many joules and some seconds: good for minutes, not for moments.
import type { Unmetered } from '../../contract/energy.js';
import { powerSupplies, SUPPLIES } from '../condition/power.js';
import { readNumber, readText } from '../kernel-text.js';
import { createReadings, type Meter, monotonicMs, unmetered } from './meter.js';

/** Batteries do not report how often they measure; some take this long. */
const UPDATE_MS = 10_000;

export function openBattery(root: string, now: () => number = monotonicMs): Meter | Unmetered {
  const supplies = powerSupplies(root);
  const batteries = supplies.filter(({ type }) => type === 'Battery').map(({ name }) => name);
  if (batteries.length === 0) return unmetered('no battery in /sys/class/power_supply');
  const full = readAll(root, batteries);
  if (typeof full === 'string') return unmetered(full);
  const readings = createReadings();
  const read = () => {
    const atMs = now();
    const left = readAll(root, batteries);
    if (typeof left === 'string') readings.fail(left);
    else readings.add({ atMs, joules: { battery: full - left } });
    return atMs;
  };
  read();
  return {
    tier: 'coarse',
    source: `battery discharge: ${batteries.join(', ')}`,
    updateMs: UPDATE_MS,
    read,
    known: async () => {},
    usedBetween: readings.usedBetween,
    close: () => {},
  };
}

/** Joules left in all batteries; the reason where they are charging or do not report it. */
function readAll(root: string, batteries: string[]): number | string {
  let joules = 0;
  let discharging = false;
  for (const name of batteries) {
    const status = readText(root, `${SUPPLIES}/${name}/status`);
    if (status === 'Charging')
      return `${name} is being charged: energy can be read off a battery only while it discharges`;
    discharging ||= status === 'Discharging';
    const left = joulesLeft(root, name);
    if (left === null) return `${name} tells neither energy_now nor charge_now with voltage_now`;
    joules += left;
  }
  return discharging ? joules : 'the machine runs on mains: energy can be read off a battery only while it discharges';
}

/** energy_now is in microwatt-hours, charge_now in microampere-hours, voltage_now in microvolts. */
function joulesLeft(root: string, name: string): number | null {
  const number = (file: string) => readNumber(root, `${SUPPLIES}/${name}/${file}`);
  const energy = number('energy_now');
  if (energy !== null) return (energy / 1e6) * 3600;
  const [charge, voltage] = [number('charge_now'), number('voltage_min_design') ?? number('voltage_now')];
  return charge === null || voltage === null ? null : (charge / 1e6) * (voltage / 1e6) * 3600;
}
