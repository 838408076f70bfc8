// Swapping: /proc/vmstat with pages of 4 and 16 KiB, pressure stall information, vm_stat as macOS prints it.
import { execSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { parseVmStat, pressureBetween, readMemoryPressure } from '../../../src/machine/condition/memory-pressure.js';
import { type KernelFiles, kernelTree } from '../../fixtures/kernel-tree.js';

const VMSTAT = 'nr_free_pages 4711\npgpgin 9\npswpin 3\npswpout 10\npgmajfault 77\n';

/** As the kernel hands it to a process: pairs of key and value, ended by zeros. */
function auxv(pageBytes: number): Uint8Array {
  return new Uint8Array(new BigUint64Array([33n, 4096n * 7n, 6n, BigInt(pageBytes), 17n, 100n, 0n, 0n]).buffer);
}

describe('Linux', () => {
  it('counts pages of the size that the system has', () => {
    const root = kernelTree({ 'proc/vmstat': VMSTAT, 'proc/self/auxv': auxv(16_384) });
    expect(readMemoryPressure(root, 'linux')).toEqual({
      swappedInBytes: 3 * 16_384,
      swappedOutBytes: 10 * 16_384,
      stallMs: null,
    });
    expect(readMemoryPressure(kernelTree({ 'proc/vmstat': VMSTAT }), 'linux')?.swappedInBytes).toBe(3 * 4096);
  });

  it('has the time in which tasks waited where the kernel keeps it', () => {
    const pressure =
      'some avg10=0.00 avg60=0.08 avg300=0.39 total=103292\nfull avg10=0.00 avg60=0.08 avg300=0.30 total=74068\n';
    const root = kernelTree({ 'proc/vmstat': VMSTAT, 'proc/pressure/memory': pressure });
    expect(readMemoryPressure(root, 'linux')?.stallMs).toBe(103.292);
  });

  const UNTOLD: KernelFiles[] = [{}, { 'proc/vmstat': 'nr_free_pages 1\n' }, { 'proc/vmstat': null }];
  it.each(UNTOLD)('is unknown for %j', (files) => {
    expect(readMemoryPressure(kernelTree(files), 'linux')).toBeNull();
  });

  it.runIf(process.platform === 'linux')('reads this machine as awk and getconf do', () => {
    const command = "awk '/^pswpin/ { print $2 }' /proc/vmstat; getconf PAGESIZE";
    const swappedIn = () => {
      const [pages, bytes] = execSync(command, { encoding: 'utf8' }).split('\n').map(Number);
      return pages! * bytes!;
    };
    const before = swappedIn();
    const { swappedInBytes } = readMemoryPressure('/', 'linux')!;
    expect(swappedInBytes).toBeGreaterThanOrEqual(before);
    expect(swappedInBytes).toBeLessThanOrEqual(swappedIn());
  });
});

describe('macOS', () => {
  const VM_STAT = `Mach Virtual Memory Statistics: (page size of 16384 bytes)
Pages free:                               12345.
Pages active:                            301924.
Pageins:                                2087356.
Pageouts:                                 10423.
Swapins:                                      7.
Swapouts:                                    12.
`;
  it('counts its pages', () => {
    expect(parseVmStat(VM_STAT)).toEqual({ swappedInBytes: 7 * 16_384, swappedOutBytes: 12 * 16_384, stallMs: null });
  });

  it.each(['', 'vm_stat: command not found', VM_STAT.replace(/Swapins.*\n/, '')])('is unknown for %j', (text) => {
    expect(parseVmStat(text)).toBeNull();
  });
});

describe('pressureBetween', () => {
  const reading = (swappedInBytes: number, stallMs: number | null) => ({ swappedInBytes, swappedOutBytes: 5, stallMs });
  it('is the difference, or unknown where either reading is', () => {
    expect(pressureBetween(reading(10, 2), reading(30, 7))).toEqual({
      swappedInBytes: 20,
      swappedOutBytes: 0,
      stallMs: 5,
    });
    expect(pressureBetween(reading(10, null), reading(5, 7))).toEqual({
      swappedInBytes: 0,
      swappedOutBytes: 0,
      stallMs: null,
    });
    expect(pressureBetween(null, reading(1, 1))).toBeNull();
  });
});
