// A discharging battery in a fake /sys/class/power_supply, in both units that kernels use.
import { describe, expect, it } from 'vitest';
import { openBattery } from '../../../src/machine/energy/battery.js';
import { isMeter } from '../../../src/machine/energy/meter.js';
import { type KernelFiles, kernelTree, writeKernelFiles } from '../../fixtures/kernel-tree.js';

const supply = (name: string, fields: Record<string, string>): KernelFiles =>
  Object.fromEntries(Object.entries(fields).map(([file, text]) => [`sys/class/power_supply/${name}/${file}`, text]));

const IN_ENERGY = { type: 'Battery', status: 'Discharging', energy_now: '50000000' };
const IN_CHARGE = {
  type: 'Battery',
  status: 'Discharging',
  charge_now: '4000000',
  voltage_min_design: '11400000',
  voltage_now: '12100000',
};

function open(files: KernelFiles, now: () => number) {
  const root = kernelTree(files);
  const meter = openBattery(root, now);
  if (!isMeter(meter)) throw new Error(meter.reason);
  return { root, meter };
}

const refusal = (files: KernelFiles) => {
  const meter = openBattery(kernelTree(files));
  return isMeter(meter) ? null : meter.reason;
};

describe('a battery', () => {
  it('counts watt-hours: 0.1 Wh are 360 J, of both batteries together', () => {
    let ms = 0;
    const files = { ...supply('BAT0', IN_ENERGY), ...supply('BAT1', { ...IN_ENERGY, status: 'Not charging' }) };
    const { root, meter } = open(files, () => ms);
    expect([meter.tier, meter.source]).toEqual(['coarse', 'battery discharge: BAT0, BAT1']);
    ms = 60_000;
    writeKernelFiles(root, supply('BAT0', { energy_now: '49900000' }));
    expect((meter.usedBetween(0, meter.read()) as { battery: number }).battery).toBeCloseTo(360, 6);
  });

  it('counts ampere-hours at the nominal voltage: 10 mAh at 11.4 V are 410.4 J', () => {
    let ms = 0;
    const { root, meter } = open(supply('BAT0', IN_CHARGE), () => ms);
    ms = 60_000;
    writeKernelFiles(root, supply('BAT0', { charge_now: '3990000' }));
    expect((meter.usedBetween(0, meter.read()) as { battery: number }).battery).toBeCloseTo(410.4, 6);
  });

  it('stops when it is charged', () => {
    let ms = 0;
    const { root, meter } = open(supply('BAT0', IN_ENERGY), () => ms);
    ms = 60_000;
    writeKernelFiles(root, supply('BAT0', { status: 'Charging' }));
    expect(meter.usedBetween(0, meter.read())).toContain('BAT0 is being charged');
    ms = 120_000;
    writeKernelFiles(root, supply('BAT0', { status: 'Discharging' }));
    expect(meter.usedBetween(0, meter.read())).toContain('BAT0 is being charged');
  });

  it.each([
    ['no battery', supply('AC', { type: 'Mains', online: '1' })],
    ['no battery', supply('mouse', { ...IN_ENERGY, scope: 'Device' })],
    ['runs on mains', supply('BAT0', { ...IN_ENERGY, status: 'Full' })],
    ['tells neither energy_now nor', supply('BAT0', { type: 'Battery', status: 'Discharging' })],
  ])('is refused: %s', (words, files) => {
    expect(refusal(files)).toContain(words);
  });
});
