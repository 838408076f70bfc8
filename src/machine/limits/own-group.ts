// Where this process is among the control groups, and how groups of ours are named, created and removed.
import { posix } from 'node:path';
import { reasonOf } from '../../errors.js';
import type { ControlFiles } from './control-files.js';

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
