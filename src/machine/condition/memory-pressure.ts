// Swapping and waiting for memory in the whole system. Linux: /proc/vmstat and, where the kernel has it,
// /proc/pressure/memory. macOS: vm_stat, which needs no privilege.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Condition } from '../../contract/condition.js';
import { numberField, readText } from '../kernel-text.js';

type MemoryPressure = NonNullable<Condition['memory']>;

/** Counters since the system started; null where there are none. */
export function readMemoryPressure(root: string, platform: NodeJS.Platform): MemoryPressure | null {
  if (platform === 'linux') return pressureInProc(root);
  if (platform !== 'darwin') return null;
  const { stdout, status } = spawnSync('vm_stat', { encoding: 'utf8', timeout: 5_000 });
  return status === 0 ? parseVmStat(stdout) : null;
}

function pressureInProc(root: string): MemoryPressure | null {
  const text = readText(root, 'proc/vmstat');
  const [swappedIn, swappedOut] = [numberField(text, 'pswpin'), numberField(text, 'pswpout')];
  if (swappedIn === null || swappedOut === null) return null;
  const stall = /^some .*total=(\d+)$/m.exec(readText(root, 'proc/pressure/memory') ?? '')?.[1];
  const page = pageBytes(root);
  return {
    swappedInBytes: swappedIn * page,
    swappedOutBytes: swappedOut * page,
    stallMs: stall === undefined ? null : Number(stall) / 1000,
  };
}

/** Read from the auxiliary vector, because it is not 4096 everywhere: Arm systems have 16 or 64 KiB. */
function pageBytes(root: string): number {
  const AT_PAGESZ = 6n;
  try {
    const vector = readFileSync(join(root, 'proc/self/auxv'));
    for (let at = 0; at + 16 <= vector.length; at += 16) {
      if (vector.readBigUInt64LE(at) === AT_PAGESZ) return Number(vector.readBigUInt64LE(at + 8));
    }
  } catch {}
  return 4096;
}

export function parseVmStat(text: string): MemoryPressure | null {
  const page = /page size of (\d+) bytes/.exec(text)?.[1];
  const pages = (name: string) => /^\d+/.exec(text.split(`${name}:`)[1]?.trim() ?? '')?.[0];
  const [swappedIn, swappedOut] = [pages('Swapins'), pages('Swapouts')];
  if (page === undefined || swappedIn === undefined || swappedOut === undefined) return null;
  const bytes = (count: string) => Number(count) * Number(page);
  return { swappedInBytes: bytes(swappedIn), swappedOutBytes: bytes(swappedOut), stallMs: null };
}

export function pressureBetween(before: MemoryPressure | null, after: MemoryPressure | null): MemoryPressure | null {
  if (before === null || after === null) return null;
  const { stallMs } = after;
  return {
    swappedInBytes: Math.max(0, after.swappedInBytes - before.swappedInBytes),
    swappedOutBytes: Math.max(0, after.swappedOutBytes - before.swappedOutBytes),
    stallMs: stallMs === null || before.stallMs === null ? null : Math.max(0, stallMs - before.stallMs),
  };
}
