// GPU memory of a process from its open DRM files, as amdgpu, i915 and xe report it: /proc/<pid>/fdinfo, with the keys of the
// kernel's "DRM client usage stats". NVIDIA's own driver has none of them, so device-memory.ts asks nvidia-smi.
import { listEntries, readText } from './kernel-text.js';

const UNITS: Record<string, number> = { '': 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

export interface DrmMemory {
  /** Summed over all regions, since an integrated GPU keeps in gtt or system what a card keeps in vram. */
  usedBytes: number;
  /** `amdgpu vram`, `amdgpu gtt` … */
  regions: string[];
}

/** null where the process has no such file open, or its driver reports nothing. */
export function readDrmMemory(pid: number, root = '/'): DrmMemory | null {
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

export interface DrmClient {
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
