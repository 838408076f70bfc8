// The power source of laptops, desktops and a mouse with a battery; pmset as macOS prints it.
import { describe, expect, it } from 'vitest';
import { parsePmset, readPowerSource } from '../../../src/machine/condition/power.js';
import { kernelTree } from '../../fixtures/kernel-tree.js';

const supply = (name: string, fields: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(fields).map(([file, value]) => [`sys/class/power_supply/${name}/${file}`, `${value}\n`]),
  );
const BATTERY = (status: string) => supply('BAT0', { type: 'Battery', status });

describe('Linux', () => {
  it.each([
    [
      'a laptop that is plugged in',
      { ...supply('AC', { type: 'Mains', online: '1' }), ...BATTERY('Charging') },
      'mains',
    ],
    ['one that is not', { ...supply('AC', { type: 'Mains', online: '0' }), ...BATTERY('Discharging') }, 'battery'],
    ['one fed by USB-C, full', { ...supply('ucsi', { type: 'USB', online: '1' }), ...BATTERY('Full') }, 'mains'],
    ['one whose adapter is not listed', BATTERY('Not charging'), 'mains'],
    ['one that feeds a battery alone', BATTERY('Discharging'), 'battery'],
    [
      'a desktop with a wireless mouse',
      supply('hid', { type: 'Battery', scope: 'Device', status: 'Discharging' }),
      null,
    ],
    ['a battery that does not know', BATTERY('Unknown'), null],
    ['a desktop', {}, null],
  ])('%s', (_, files, expected) => {
    expect(readPowerSource(kernelTree(files), 'linux')).toBe(expected);
  });
});

describe('macOS', () => {
  it.each([
    [
      "Now drawing from 'AC Power'\n -InternalBattery-0 (id=4653155)\t100%; charged; 0:00 remaining present: true\n",
      'mains',
    ],
    [
      "Now drawing from 'Battery Power'\n -InternalBattery-0 (id=4653155)\t81%; discharging; 6:12 remaining present: true\n",
      'battery',
    ],
    ["Now drawing from 'UPS Power'\n", null],
    ['', null],
  ])('%j', (text, expected) => {
    expect(parsePmset(text)).toBe(expected);
  });
});

it('is unknown on Windows', () => {
  expect(readPowerSource(kernelTree({}), 'win32')).toBeNull();
});
