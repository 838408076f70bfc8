// GPU memory of a process from its open DRM files, as amdgpu, i915 and xe tell it: /proc/<pid>/fdinfo, keys as in the
// kernel's "DRM client usage stats". NVIDIA's own driver has none; nvidia-smi does (device-memory.ts).
import { listEntries, readText } from './condition/kernel-file.js';

/** Memory of the card itself: vram and local0; an integrated GPU lives in gtt and system. */
const ON_CARD = /^(vram|local)\d*$/;
const UNITS: Record<string, number> = { '': 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

export interface DrmMemory {
  usedBytes: number;
  drivers: string[];
}

/** null where the process has no such file open, or its driver does not tell. */
export function readDrmMemory(pid: number, root = '/'): DrmMemory | null {
  const directory = `proc/${pid}/fdinfo`;
  const clients = new Map<string, { driver: string; bytes: number }>();
  for (const fd of listEntries(root, directory, /^\d+$/)) {
    const client = parseFdinfo(readText(root, `${directory}/${fd}`) ?? '');
    if (client !== null) clients.set(client.id, client);
  }
  if (clients.size === 0) return null;
  const all = [...clients.values()];
  return {
    usedBytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
    drivers: [...new Set(all.map(({ driver }) => driver))],
  };
}

/** Several files of one client tell the same memory: `id` names the client. */
export function parseFdinfo(text: string): { id: string; driver: string; bytes: number } | null {
  const fields = new Map(
    [...text.matchAll(/^(drm-[^:]+):[ \t]*(.*)$/gm)].map(([, key, value]) => [key!, value!.trim()]),
  );
  const [driver, id] = [fields.get('drm-driver'), fields.get('drm-client-id')];
  if (driver === undefined || id === undefined) return null;
  const regions = new Map<string, number>();
  // `memory` is what older kernels call `resident`.
  for (const kind of ['memory', 'resident']) {
    for (const [key, value] of fields) {
      const region = key.startsWith(`drm-${kind}-`) ? key.slice(`drm-${kind}-`.length) : null;
      const [, number, unit] = /^(\d+) ?([KMG]iB)?$/.exec(value) ?? [];
      if (region !== null && number !== undefined) regions.set(region, Number(number) * UNITS[unit ?? '']!);
    }
  }
  if (regions.size === 0) return null;
  const onCard = [...regions].filter(([region]) => ON_CARD.test(region));
  const counted = onCard.some(([, bytes]) => bytes > 0) ? onCard : [...regions];
  const bytes = counted.reduce((sum, [, used]) => sum + used, 0);
  return { id: `${fields.get('drm-pdev') ?? ''} ${id}`, driver, bytes };
}
