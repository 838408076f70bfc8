// The GPU memory that one process holds, where the driver reports it: DRM files on Linux (AMD, Intel), nvidia-smi for CUDA.
// Elsewhere null with the reason.

import { spawnSync } from 'node:child_process';
import type { DeviceMemory } from '../contract/memory.js';
import { readDrmMemory } from './drm-memory.js';

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
