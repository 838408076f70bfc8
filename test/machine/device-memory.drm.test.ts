// GPU memory from DRM files: the examples of the kernel's own documentation and commits, clients seen through many files.
import { describe, expect, it } from 'vitest';
import { parseFdinfo, readDeviceMemory, readDrmMemory } from '../../src/machine/device-memory.js';
import { kernelTree } from '../fixtures/kernel-tree.js';

const KIB = 1024;
const HEAD = (driver: string, client: number) =>
  `pos:\t0\nflags:\t02100002\nmnt_id:\t24\nino:\t1204\ndrm-driver:\t${driver}\ndrm-client-id:\t${client}\ndrm-pdev:\t0000:04:00.0\n`;
const AMDGPU = `${HEAD('amdgpu', 30)}pasid:\t32785
drm-total-gtt:\t22 MiB
drm-resident-gtt:\t22 MiB
drm-total-vram:\t544428 KiB
drm-shared-vram:\t13584 KiB
drm-resident-vram:\t544428 KiB
drm-memory-vram:\t544428 KiB
drm-memory-gtt: \t22528 KiB
drm-memory-cpu: \t0 KiB
amd-evicted-vram:\t0 KiB
drm-engine-gfx:\t39456116802 ns
`;
const OLD_AMDGPU = `${HEAD('amdgpu', 31)}drm-memory-vram:\t1024 KiB\ndrm-memory-gtt: \t2048 KiB\ndrm-memory-cpu: \t0 KiB\n`;
const XE = `pos:    0
flags:  0100002
drm-driver:     xe
drm-client-id:  3
drm-pdev:       0000:03:00.0
drm-total-system:       0
drm-resident-system:    0
drm-total-gtt:  192 KiB
drm-resident-gtt:       192 KiB
drm-total-vram0:        23992 KiB
drm-shared-vram0:       16 MiB
drm-resident-vram0:     23992 KiB
drm-cycles-rcs: 28257900
`;
const SILENT = `${HEAD('nvidia-drm', 1)}`;
const FILE = 'pos:\t0\nflags:\t0100002\nmnt_id:\t30\n';

describe('parseFdinfo', () => {
  it.each([
    ['amdgpu', AMDGPU, { gtt: 22 * 1024 * KIB, vram: 544_428 * KIB, cpu: 0 }],
    ['amdgpu before regions were resident', OLD_AMDGPU, { vram: 1024 * KIB, gtt: 2048 * KIB, cpu: 0 }],
    ['xe', XE, { system: 0, gtt: 192 * KIB, vram0: 23_992 * KIB }],
  ])('reads the regions of %s', (_, text, regions) => {
    expect(Object.fromEntries(parseFdinfo(text)!.regions)).toEqual(regions);
  });

  it.each([
    ['a driver that tells no memory', SILENT],
    ['a plain file', FILE],
    ['nothing', ''],
  ])('is null for %s', (_, text) => {
    expect(parseFdinfo(text)).toBeNull();
  });
});

describe('readDrmMemory', () => {
  const tree = (files: string[]) =>
    kernelTree(Object.fromEntries(files.map((text, fd) => [`proc/4711/fdinfo/${fd}`, text])));

  it('counts a client once, however many files it has open', () => {
    expect(readDrmMemory(4711, tree([FILE, AMDGPU, AMDGPU, OLD_AMDGPU, SILENT]))).toEqual({
      usedBytes: (544_428 + 22_528 + 1024 + 2048) * KIB,
      regions: ['amdgpu gtt', 'amdgpu vram'],
    });
  });

  it('is null where no file tells, and for a process that is gone', () => {
    expect(readDrmMemory(4711, tree([FILE, SILENT]))).toBeNull();
    expect(readDrmMemory(1234, tree([AMDGPU]))).toBeNull();
  });

  it('is the memory of a case on WebGPU, with its regions as the method', () => {
    expect(readDeviceMemory('webgpu', 4711, tree([XE]))).toEqual({
      usedBytes: (23_992 + 192) * KIB,
      method: '/proc/<pid>/fdinfo: xe gtt, xe vram0',
    });
  });
});
