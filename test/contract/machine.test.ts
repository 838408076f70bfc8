// Names of machines, and what shows that two documents come from two of them.
import { describe, expect, it } from 'vitest';
import { type Machine, machineDifference, machineSlug } from '../../src/contract/machine.js';
import { uniform } from '../../src/stats/random.js';

const GIB = 2 ** 30;

describe('machineSlug', () => {
  it.each([
    ['Intel(R) Core(TM) i7-1065G7 CPU @ 1.30GHz', 4, 15.4, 'intel-core-i7-1065g7-4c-15gb'],
    ['12th Gen Intel(R) Core(TM) i7-12700K', 12, 31.2, '12th-gen-intel-core-i7-12700k-12c-31gb'],
    ['Intel(R) Xeon(R) Platinum 8375C CPU @ 2.90GHz', 32, 256, 'intel-xeon-platinum-8375c-32c-256gb'],
    ['Intel(R) Xeon(R) Processor', 2, 23.5, 'intel-xeon-2c-24gb'],
    ['Intel(R) Core(TM) Ultra 7 155H', 16, 32, 'intel-core-ultra-7-155h-16c-32gb'],
    ['Intel(R) N100', 4, 16, 'intel-n100-4c-16gb'],
    ['AMD Ryzen 7 5800X 8-Core Processor             ', 8, 32, 'amd-ryzen-7-5800x-8c-32gb'],
    ['AMD Ryzen 9 7950X 16-Core Processor', 16, 64, 'amd-ryzen-9-7950x-16c-64gb'],
    ['AMD Ryzen 7 7840U w/ Radeon  780M Graphics', 8, 32, 'amd-ryzen-7-7840u-w-radeon-780m-graphics-8c-32gb'],
    ['AMD Ryzen Threadripper PRO 5995WX 64-Cores', 64, 256, 'amd-ryzen-threadripper-pro-5995wx-64c-256gb'],
    ['AMD EPYC 7B13', 16, 64, 'amd-epyc-7b13-16c-64gb'],
    ['AMD EPYC 9R14 96-Core Processor', 96, 768, 'amd-epyc-9r14-96c-768gb'],
    ['Apple M1', 8, 8, 'apple-m1-8c-8gb'],
    ['Apple M3 Pro', 12, 36, 'apple-m3-pro-12c-36gb'],
    ['Neoverse-N1', 4, 16, 'neoverse-n1-4c-16gb'],
    ['Cortex-A76', 4, 8, 'cortex-a76-4c-8gb'],
    ['ARMv7 Processor rev 3 (v7l)', 4, 1, 'armv7-rev-3-v7l-4c-1gb'],
    [
      'Snapdragon(R) X Elite - X1E78100 - Qualcomm(R) Oryon(TM) CPU',
      12,
      32,
      'snapdragon-x-elite-x1e78100-qualcomm-oryon-12c-32gb',
    ],
    ['', 2, 0.5, 'machine-2c-1gb'],
    ['@ 3.00GHz', 2, 4, 'machine-2c-4gb'],
  ])('%j with %i cores and %d GiB is %s', (cpu, cores, gib, slug) => {
    expect(machineSlug(cpu, cores, gib * GIB)).toBe(slug);
  });

  it('is always fit for a folder name', () => {
    const next = uniform(9);
    const alphabet = [
      '..',
      '/',
      '\\',
      ':',
      ' ',
      'Ü',
      '®',
      '™',
      '(R)',
      'CPU',
      '8-Core',
      '@',
      '-',
      'a',
      '7',
      '\0',
      '\n',
      '😀',
    ];
    for (let i = 0; i < 500; i++) {
      const cpu = Array.from({ length: 8 }, () => alphabet[Math.floor(next() * alphabet.length)]).join('');
      expect(machineSlug(cpu, 2, GIB), JSON.stringify(cpu)).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*-2c-1gb$/);
    }
  });
});

/** A machine that was not named. */
function machineOf(changes: Partial<Machine> = {}): Machine {
  const machine: Machine = {
    id: '',
    cpu: 'Intel(R) Xeon(R) Processor',
    arch: 'x64',
    instructionSets: ['avx2', 'avx512f', 'amx_int8', 'amx_tile'],
    physicalCores: 2,
    logicalCores: 4,
    usableCores: 4,
    memoryBytes: 16 * GIB,
    os: 'Linux 6.1',
    ...changes,
  };
  return { ...machine, id: changes.id ?? machineSlug(machine.cpu, machine.physicalCores, machine.memoryBytes) };
}

describe('machineDifference', () => {
  it('is nothing between a machine and itself, whatever the kernel is', () => {
    expect(machineDifference(machineOf(), machineOf({ os: 'Linux 6.18' }))).toBeNull();
    expect(
      machineDifference(machineOf(), machineOf({ instructionSets: machineOf().instructionSets!.toReversed() })),
    ).toBeNull();
  });

  it.each<[Partial<Machine>, string, string]>([
    [{ instructionSets: ['avx2', 'avx512f'] }, 'with amx_int8 amx_tile', 'without amx_int8 amx_tile'],
    [{ instructionSets: ['avx2', 'avx512f', 'amx_int8', 'amx_tile', 'fma'] }, 'without fma', 'with fma'],
    [{ instructionSets: ['sve2', 'avx2', 'avx512f', 'amx_int8'] }, 'with amx_tile', 'with sve2'],
    [{ cpu: 'AMD EPYC 7B13' }, 'Intel(R) Xeon(R) Processor', 'AMD EPYC 7B13'],
    [{ arch: 'arm64' }, 'x64', 'arm64'],
    [{ physicalCores: 4 }, '2 cores, 4 logical, 4 usable', '4 cores, 4 logical, 4 usable'],
    [{ usableCores: 1 }, '2 cores, 4 logical, 4 usable', '2 cores, 4 logical, 1 usable'],
    [{ memoryBytes: 32 * GIB }, '16.0 GiB of memory', '32.0 GiB of memory'],
  ])('names what differs: %j', (changes, a, b) => {
    expect(machineDifference(machineOf(), machineOf(changes))).toEqual({ a, b });
    expect(machineDifference(machineOf(changes), machineOf())).toEqual({ a: b, b: a });
  });

  it('names all that differs at once', () => {
    const other = machineOf({ arch: 'arm64', memoryBytes: 8 * GIB });
    expect(machineDifference(machineOf(), other)).toEqual({
      a: 'x64, 16.0 GiB of memory',
      b: 'arm64, 8.0 GiB of memory',
    });
  });

  it('is not made by memory that differs a little from boot to boot, though the slug changes with it', () => {
    const [boot, again] = [machineOf({ memoryBytes: 23.49 * GIB }), machineOf({ memoryBytes: 23.51 * GIB })];
    expect([boot.id, again.id]).toEqual(['intel-xeon-2c-23gb', 'intel-xeon-2c-24gb']);
    expect(machineDifference(boot, again)).toBeNull();
    expect(machineDifference(machineOf(), machineOf({ memoryBytes: 15.3 * GIB }))).toBeNull();
    expect(machineDifference(machineOf(), machineOf({ memoryBytes: 15 * GIB }))).not.toBeNull();
  });

  it('takes instruction sets that a system does not tell for unknown, not for other ones', () => {
    expect(machineDifference(machineOf(), machineOf({ instructionSets: null }))).toBeNull();
  });

  it('believes names that people gave', () => {
    expect(machineDifference(machineOf({ id: 'left' }), machineOf({ id: 'right' }))).toEqual({ a: 'left', b: 'right' });
    expect(machineDifference(machineOf({ id: 'left' }), machineOf({ id: 'left' }))).toBeNull();
    expect(machineDifference(machineOf({ id: 'left' }), machineOf())).toEqual({ a: 'left', b: 'intel-xeon-2c-16gb' });
  });

  it('goes by the name alone where nothing but the processor is known, and by the processor', () => {
    const unknown = { arch: null, instructionSets: null, physicalCores: null, logicalCores: null, usableCores: null };
    const bare = (id: string, cpu = machineOf().cpu) => ({ id, cpu, ...unknown, memoryBytes: null, os: null });
    expect(machineSlug('Intel(R) Xeon(R) Processor', null, null)).toBe('intel-xeon');
    expect(machineDifference(machineOf(), bare('intel-xeon'))).toEqual({ a: 'intel-xeon-2c-16gb', b: 'intel-xeon' });
    expect(machineDifference(bare(machineOf().id), machineOf())).toBeNull();
    expect(machineDifference(bare(machineOf().id, 'AMD EPYC'), machineOf())).toEqual({
      a: 'AMD EPYC',
      b: machineOf().cpu,
    });
  });
});
