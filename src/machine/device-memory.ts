// The GPU memory that one process holds, where the driver reports it: DRM files on Linux (AMD, Intel), nvidia-smi for CUDA.
// Elsewhere null with the reason.
import { spawnSync } from 'node:child_process';
import type { DeviceMemory } from '../contract/memory.js';
import { listEntries, readText } from './kernel-text.js';

const UNREADABLE: Record<string, string> = {
  webgpu: 'neither WebGPU nor this driver reports how much memory it holds',
  dml: 'DirectML does not report how much memory it holds',
  coreml: 'Core ML shares main memory',
};
const QUERY = ['--query-compute-apps=pid,used_gpu_memory', '--format=csv,noheader,nounits'];

export function readDeviceMemory(ep: string, pid: number, root = '/'): DeviceMemory {
  const drm = ep === 'cuda' ? null : readDrmMemory(pid, root);
  if (drm !== null) return { usedBytes: drm.usedBytes, method: `/proc/<pid>/fdinfo: ${drm.regions.join(', ')}` };
  const reason = UNREADABLE[ep];
  if (reason !== undefined) return { usedBytes: null, method: reason };
  const { stdout, status, error } = spawnSync('nvidia-smi', QUERY, { encoding: 'utf8', timeout: 10_000 });
  if (error !== undefined || status !== 0) return { usedBytes: null, method: 'nvidia-smi does not run here' };
  return parseComputeApps(stdout, pid);
}

/** Parses lines of `pid, MiB`. Inside a container or on Windows nvidia-smi may not list the process. */
export function parseComputeApps(csv: string, pid: number): DeviceMemory {
  const used = csv
    .split('\n')
    .map((line) => line.split(',').map((field) => field.trim()))
    .filter(([listed]) => listed === String(pid))
    .map(([, mebibytes]) => Number(mebibytes));
  if (used.length === 0 || used.some(Number.isNaN)) {
    return { usedBytes: null, method: 'nvidia-smi does not list this process' };
  }
  return {
    usedBytes: used.reduce((sum, mebibytes) => sum + mebibytes, 0) * 2 ** 20,
    method: 'nvidia-smi, used_gpu_memory',
  };
}

const UNITS: Record<string, number> = { '': 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

/**
 * From the open DRM files of a process, with the keys of the kernel's "DRM client usage stats" (amdgpu, i915, xe). Summed over
 * all regions (`amdgpu vram`, `amdgpu gtt` …), since an integrated GPU keeps in gtt or system what a card keeps in vram. null
 * where the process has no such file open, or its driver reports nothing.
 */
export function readDrmMemory(pid: number, root = '/'): { usedBytes: number; regions: string[] } | null {
  const directory = `proc/${pid}/fdinfo`;
  const clients = new Map<string, DrmClient>();
  for (const fd of listEntries(root, directory, /^\d+$/)) {
    const client = parseFdinfo(readText(root, `${directory}/${fd}`) ?? '');
    if (client !== null) clients.set(client.id, client);
  }
  if (clients.size === 0) return null;
  const held = [...clients.values()].flatMap(({ driver, regions }) =>
    [...regions].map(([region, bytes]) => ({ name: `${driver} ${region}`, bytes })),
  );
  const used = held.filter(({ bytes }) => bytes > 0);
  return {
    usedBytes: used.reduce((sum, { bytes }) => sum + bytes, 0),
    regions: [...new Set(used.map(({ name }) => name))].sort(),
  };
}

interface DrmClient {
  id: string;
  driver: string;
  /** Resident bytes by region. */
  regions: Map<string, number>;
}

/** Several files of one client report the same memory; `id` names the client. */
export function parseFdinfo(text: string): DrmClient | null {
  const fields = new Map(
    [...text.matchAll(/^(drm-[^:]+):[ \t]*(.*)$/gm)].map(([, key, value]) => [key!, value!.trim()]),
  );
  const [driver, id] = [fields.get('drm-driver'), fields.get('drm-client-id')];
  if (driver === undefined || id === undefined) return null;
  const regions = new Map<string, number>();
  // Older kernels say `memory` for `resident`.
  for (const kind of ['memory', 'resident']) {
    for (const [key, value] of fields) {
      const region = key.startsWith(`drm-${kind}-`) ? key.slice(`drm-${kind}-`.length) : null;
      const [, number, unit] = /^(\d+) ?([KMG]iB)?$/.exec(value) ?? [];
      if (region !== null && number !== undefined) regions.set(region, Number(number) * UNITS[unit ?? '']!);
    }
  }
  return regions.size === 0 ? null : { id: `${fields.get('drm-pdev') ?? ''} ${id}`, driver, regions };
}
