// The machine's name and description: golden slugs, the files of several Linux machines, and nothing that tells who owns it.
import * as fs from 'node:fs';
import os from 'node:os';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { describeMachine } from '../../src/machine/describe.js';
import { automaticThreads } from '../../src/machine/threads.js';

const GIB = 2 ** 30;

vi.mock('node:fs', async (original) => {
  const actual = await original<typeof fs>();
  return { ...actual, readFileSync: vi.fn(actual.readFileSync) };
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.mocked(fs.readFileSync).mockReset();
});

/** Describes a Linux machine whose /proc and /sys hold these files only. */
function machineWith(files: Record<string, string>, cpus: { model: string; count: number }, parallelism = cpus.count) {
  vi.mocked(fs.readFileSync).mockImplementation(((path: string) => {
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
    return text;
  }) as typeof fs.readFileSync);
  const cpu = { model: cpus.model, speed: 0, times: { user: 0, nice: 0, sys: 0, idle: 0, irq: 0 } };
  vi.spyOn(os, 'cpus').mockReturnValue(Array.from({ length: cpus.count }, () => cpu));
  vi.spyOn(os, 'availableParallelism').mockReturnValue(parallelism);
  vi.spyOn(os, 'totalmem').mockReturnValue(16 * GIB);
  return describeMachine();
}

/** /proc/cpuinfo of an x86 machine: `0.1` is a logical core of package 0, core 1. */
const x86 = (cores: string, flags = 'fpu sse2') =>
  cores
    .split(' ')
    .map((place) => place.split('.'))
    .map(([socket, core], i) =>
      [
        `processor\t: ${i}`,
        'model name\t: Test CPU',
        `physical id\t: ${socket}`,
        `core id\t\t: ${core}`,
        `flags\t\t: ${flags}\n`,
      ].join('\n'),
    )
    .join('\n');

const FOUR_THREADS = { model: 'Test CPU', count: 4 };

describe('describeMachine', () => {
  it('counts a core with two threads once, and equal core numbers of two packages twice', () => {
    expect(machineWith({ '/proc/cpuinfo': x86('0.0 0.1 0.0 0.1') }, FOUR_THREADS)).toMatchObject({
      id: 'test-2c-16gb',
      cpu: 'Test CPU',
      physicalCores: 2,
      logicalCores: 4,
      usableCores: 4,
      memoryBytes: 16 * GIB,
    });
    expect(machineWith({ '/proc/cpuinfo': x86('0.0 0.1 1.0 1.1') }, FOUR_THREADS).physicalCores).toBe(4);
  });

  it('takes logical cores where physical ones are not told', () => {
    const machine = machineWith({}, { model: 'Apple M1', count: 8 });
    expect(machine).toMatchObject({ id: 'apple-m1-8c-16gb', physicalCores: 8, instructionSets: null });
  });

  it('keeps the instruction sets that decide kernels, as the kernel spells them', () => {
    const flags = 'fpu sse2 avx avx2 avx512f avx512_vnni avx_vnni amx_tile amx_int8 fma f16c lahf_lm hypervisor';
    const intel = machineWith({ '/proc/cpuinfo': x86('0.0', flags) }, FOUR_THREADS);
    expect(intel.instructionSets).toEqual([
      'avx',
      'avx2',
      'avx512f',
      'avx512_vnni',
      'avx_vnni',
      'amx_tile',
      'amx_int8',
      'fma',
      'f16c',
    ]);
    const arm = 'processor\t: 0\nFeatures\t: fp asimd aes crc32 asimdhp asimddp sve i8mm bf16\nCPU part\t: 0xd40\n';
    const graviton = machineWith({ '/proc/cpuinfo': arm }, { model: 'Neoverse-V1', count: 1 });
    expect(graviton.instructionSets).toEqual(['asimdhp', 'asimddp', 'sve', 'i8mm', 'bf16']);
  });

  it.each([
    ['no quota', { '/sys/fs/cgroup/cpu.max': 'max 100000\n' }, 4],
    ['a quota of two cores', { '/sys/fs/cgroup/cpu.max': '200000 100000\n' }, 2],
    ['a quota of two and a half', { '/sys/fs/cgroup/cpu.max': '250000 100000\n' }, 2],
    ['a quota of half a core', { '/sys/fs/cgroup/cpu.max': '50000 100000\n' }, 1],
    ['a quota beyond the machine', { '/sys/fs/cgroup/cpu.max': '6400000 100000\n' }, 4],
    ['no cgroup at all', {}, 4],
    [
      'an old quota of three cores',
      {
        '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '300000\n',
        '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
      },
      3,
    ],
    [
      'no old quota',
      { '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n', '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n' },
      4,
    ],
  ])('may use as many cores as the cgroup allows: %s', (_, files, usable) => {
    expect(machineWith(files as Record<string, string>, FOUR_THREADS).usableCores).toBe(usable);
  });

  it('may use as many cores as its affinity allows, and runs one thread on each physical one', () => {
    const fourCores = { '/proc/cpuinfo': x86('0.0 0.1 0.2 0.3') };
    const threads = (...machine: Parameters<typeof machineWith>) => automaticThreads(machineWith(...machine)).threads;
    expect(threads(fourCores, FOUR_THREADS)).toBe(4);
    expect(threads(fourCores, FOUR_THREADS, 3)).toBe(3);
    expect(threads({ '/proc/cpuinfo': x86('0.0 0.1 0.0 0.1') }, FOUR_THREADS)).toBe(2);
  });

  it('looks further where Node does not know the processor', () => {
    // libuv says "unknown" for every ARM part that is not in its table, such as 0xd40, the Neoverse V1.
    const cpuinfo = 'processor\t: 0\nCPU part\t: 0xd40\n\nHardware\t: BCM2712\nModel\t\t: Raspberry Pi 6 Model B\n';
    const machine = machineWith({ '/proc/cpuinfo': cpuinfo }, { model: 'unknown', count: 4 });
    expect(machine.cpu).toMatch(/BCM2712|Raspberry Pi 6/);
    expect(machine.id).not.toContain('unknown');
  });

  it('can be named by its owner', () => {
    expect(describeMachine('my-laptop').id).toBe('my-laptop');
  });

  it('asks for no host name and no user, and contains neither', () => {
    const [hostname, userInfo] = [vi.spyOn(os, 'hostname'), vi.spyOn(os, 'userInfo')];
    const text = JSON.stringify(describeMachine());
    expect(hostname).not.toHaveBeenCalled();
    expect(userInfo).not.toHaveBeenCalled();
    for (const path of vi.mocked(fs.readFileSync).mock.calls.map(([path]) => String(path))) {
      expect(path).not.toMatch(/hostname|passwd|machine-id|environ/);
    }
    expect(text).not.toContain(os.homedir().length > 1 ? os.homedir() : '\0');
  });

  it('describes this very machine', () => {
    const machine = describeMachine();
    expect(machine.logicalCores).toBe(os.cpus().length);
    expect(machine.physicalCores).toBeLessThanOrEqual(machine.logicalCores);
    expect(machine.usableCores).toBeGreaterThanOrEqual(1);
    expect(machine.usableCores).toBeLessThanOrEqual(machine.logicalCores);
    expect(machine.memoryBytes).toBe(os.totalmem());
    expect(machine.arch).toBe(process.arch);
    expect(machine.id).toMatch(/^[a-z0-9-]+-\d+c-\d+gb$/);
  });
});
