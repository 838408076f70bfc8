// The device profiles, one by one; and those that nobody has.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DEVICES, publishedRows } from '../../src/suite/device-profiles.js';
import { thrownBy } from '../fixtures/thrown.js';

const folder = mkdtempSync(join(tmpdir(), 'edgeproof-devices-'));
afterAll(() => rmSync(folder, { recursive: true }));
const devices = DEVICES.all();

describe.each(devices)('$id', (device) => {
  it('has a bandwidth that is its bus width × rate', () => {
    const { value, arithmetic } = device.memoryBandwidthBytesPerSecond.specified;
    const factors = /^(?:(\d+) x )?(\d+) bit x (\d+) MT\/s \/ 8/.exec(arithmetic.replace(/(\d),(\d)/g, '$1$2'));
    if (factors === null) return;
    const [channels, bits, rate] = [factors[1] ?? '1', factors[2]!, factors[3]!].map(Number);
    expect(Math.abs((channels! * bits! * rate! * 1e6) / 8 / value - 1)).toBeLessThan(0.02);
  });

  it('has rates that follow from its formula, where that is arithmetic', () => {
    for (const { value, formula } of Object.values(device.matrixOperationsPerSecond)) {
      const [terms] = /^[\d. x+GHz]+(?=;|$)/.exec(formula.replaceAll(' ops', '')) ?? [];
      if (value === null || terms === undefined || !/x/.test(terms)) continue;
      const sum = terms
        .split('+')
        .reduce(
          (total, term) => total + term.split('x').reduce((product, factor) => product * Number.parseFloat(factor), 1),
          0,
        );
      expect(Math.abs((sum * 1e9) / value - 1), formula).toBeLessThan(0.03);
    }
  });

  it('gives every number a source, and names no file of ours', () => {
    const text = JSON.stringify(device);
    expect(text).not.toMatch(/measurements\.json|reference\/|facts|page kept|"as [a-z]+-/);
  });
});

it('are the classes that people ask for', () => {
  const ids = DEVICES.ids().join(' ');
  for (const wanted of [
    '-4gb',
    '-6gb',
    '-8gb',
    '-12gb',
    '-16gb',
    'raspberry-pi-4-8gb',
    'raspberry-pi-5-4gb',
    'jetson',
    'head-unit',
    'n100',
    'thin-laptop',
    'gaming-laptop',
    'macbook',
    'server',
  ])
    expect(ids).toContain(wanted);
  expect(devices.filter(({ kind }) => kind === 'phone').length).toBeGreaterThanOrEqual(8);
});

it('published rows name profiles that exist, and have their matrix rates', () => {
  const ids = DEVICES.ids();
  for (const { profile, operationsPerSecond } of publishedRows()) {
    if (profile === null) continue;
    expect(ids).toContain(profile);
    const { int8, fp32 } = DEVICES.named(profile).matrixOperationsPerSecond;
    expect(operationsPerSecond).toBe(int8.value ?? fp32.value);
  }
});

describe('deviceProfile', () => {
  it('takes an id, a part of one that no other has, or a file', () => {
    expect(DEVICES.named('raspberry-pi-5-8gb').id).toBe('raspberry-pi-5-8gb');
    expect(DEVICES.named('pi-5-8gb').id).toBe('raspberry-pi-5-8gb');
    const path = join(folder, 'my-board.json');
    writeFileSync(path, readFileSync(join(DEVICES.directory, 'raspberry-pi-4-8gb.json')));
    expect(DEVICES.named(path).id).toBe('raspberry-pi-4-8gb');
  });

  it('names those that are like one that does not exist', () => {
    const error = thrownBy(() => DEVICES.named('rasberry-pi-5'));
    expect(error.code).toBe('profile-unknown');
    expect(error.hint).toMatch(/similar names: raspberry-pi-5-\d+gb/);
    expect(thrownBy(() => DEVICES.named('pi')).code).toBe('profile-unknown');
  });

  it.each<[string, string, unknown]>([
    ['negative memory', 'memoryBytes.value', -1],
    ['memory of 3 bytes', 'memoryBytes.value', 3],
    ['an application with more than there is', 'appMemoryBytes.high', 1e12],
    ['a range upside down', 'appMemoryBytes.low', 8.2e9],
    ['bandwidth in GB/s', 'memoryBandwidthBytesPerSecond.specified.value', 17.1],
    ['a rate in TOPS', 'matrixOperationsPerSecond.fp32.value', 0.15],
    ['half a core', 'cpu.clusters.0.cores', 0.5],
    ['faster when hot', 'thermal.value', 1.2],
    ['less power at its peak', 'powerWatts.peak.value', 0.1],
    ['no source', 'memoryBytes.source', ''],
    ['a field that is not known', 'colour', 'red'],
  ])('refuses %s by its field', (_, field, value) => {
    const profile = JSON.parse(readFileSync(join(DEVICES.directory, 'raspberry-pi-5-8gb.json'), 'utf8'));
    const parts = field.split('.');
    const inside = parts.slice(0, -1).reduce((object, part) => object[part], profile);
    inside[parts.at(-1)!] = value;
    const path = join(folder, 'absurd.json');
    writeFileSync(path, JSON.stringify(profile));
    const error = thrownBy(() => DEVICES.named(path));
    expect(error.code).toBe('file-invalid');
    expect(error.message).toContain(field.replace('.low', '').replace('.peak.value', '').replace('.0.', '[0].'));
  });
});
