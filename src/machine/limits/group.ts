// The control group that one worker runs in, as cgroup-v2.ts and cgroup-v1.ts both create it: where this process is among the
// groups, and how groups of ours are named, created and removed. The file system is an interface, so that tests can supply a
// kernel of their own.
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { posix } from 'node:path';
import type { HeldLimits, LimitEffects, Limits } from '../../contract/limits.js';
import { reasonOf } from '../../errors.js';
import { listEntries, readText } from '../kernel-text.js';

/** The limits are as the kernel reports them after they were written; null: not limited. */
export interface Group extends Pick<HeldLimits, 'memoryBytes' | 'swapBytes' | 'cpuQuota'> {
  method: 'cgroup v2' | 'cgroup v1';
  /** A process enters the group by writing its number into these files. */
  entrances: string[];
  /** Swap in use; null where the kernel does not report it. */
  swapNow(): number | null;
  effects(): LimitEffects;
  /** Returns false while something still runs in it. */
  remove(): boolean;
}

/** Processors are left to taskset. */
export type GroupLimits = Omit<Limits, 'cpus'>;

/** The period of a quota, as the kernel has it by default. */
export const PERIOD_US = 100_000;

export const NO_EFFECTS: LimitEffects = {
  peakBytes: null,
  swapPeakBytes: null,
  limitHits: null,
  oomKills: null,
  periods: null,
  throttledPeriods: null,
};

export interface ControlFiles {
  /** null where the file is absent or not readable. */
  read(path: string): string | null;
  /** Throws the system's error. */
  write(path: string, text: string): void;
  makeDirectory(path: string): void;
  removeDirectory(path: string): void;
  /** Names in a directory; empty where it cannot be read. */
  list(path: string): string[];
}

export const KERNEL: ControlFiles = {
  read: (path) => readText('/', path),
  write: (path, text) => writeFileSync(path, text, { flag: 'w' }),
  makeDirectory: (path) => mkdirSync(path),
  removeDirectory: (path) => rmdirSync(path),
  list: (path) => listEntries('/', path, /./),
};

export interface OwnGroup {
  /** Where the hierarchy is mounted. */
  mount: string;
  /** The directory of this process's group. */
  directory: string;
}

/** The group in the hierarchy of a v1 controller, or in that of v2 if `controller` is null. null where it is not mounted. */
export function ownGroup(files: ControlFiles, controller: string | null): OwnGroup | null {
  const group = (files.read('/proc/self/cgroup') ?? '')
    .split('\n')
    .map((line) => /^(\d+):([^:]*):(.*)$/.exec(line))
    .find((match) => (controller === null ? match?.[1] === '0' : match?.[2]?.split(',').includes(controller)));
  const mounted = mountOf(files, controller);
  if (group == null || mounted === null) return null;
  const path = group[3]!;
  // A container may mount only its own part of the hierarchy.
  const below = mounted.top === '/' ? path : path.startsWith(`${mounted.top}/`) ? path.slice(mounted.top.length) : '/';
  return { mount: mounted.at, directory: posix.join(mounted.at, below).replace(/(.)\/$/, '$1') };
}

function mountOf(files: ControlFiles, controller: string | null): { at: string; top: string } | null {
  for (const line of (files.read('/proc/self/mountinfo') ?? '').split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , top, at] = before.split(' ');
    const [type, , options = ''] = after.split(' ');
    const isIt =
      controller === null ? type === 'cgroup2' : type === 'cgroup' && options.split(',').includes(controller);
    if (isIt && top !== undefined && at !== undefined) return { at: decoded(at), top: decoded(top) };
  }
  return null;
}

/** mountinfo writes a space as \040. */
function decoded(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

const NAME = /^edgeproof-(\d+)-\d+$/;
let made = 0;

export function newGroupName(): string {
  return `edgeproof-${process.pid}-${made++}`;
}

/** Creates a group, after removing those of an edgeproof that was killed. Returns the reason where that fails. */
export function makeGroup(files: ControlFiles, directory: string, name: string): string | null {
  for (const other of files.list(directory)) {
    const owner = Number(NAME.exec(other)?.[1] ?? 0);
    if (owner !== 0 && owner !== process.pid && !isAlive(owner)) removeGroup(files, posix.join(directory, other));
  }
  try {
    files.makeDirectory(posix.join(directory, name));
    return null;
  } catch (error) {
    return `${directory}: no group can be made: ${reasonOf(error)}`;
  }
}

/** Returns false while something still runs in it. */
export function removeGroup(files: ControlFiles, directory: string): boolean {
  try {
    files.removeDirectory(directory);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
