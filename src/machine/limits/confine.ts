// Holds a worker to limits: a control group (v2, else v1), or prlimit for memory where there is none; taskset for
// processors. The worker starts inside them, so that everything it uses counts.
import { cpuList, cpuNumbers } from '../../contract/cpu-list.js';
import type { HeldLimits, Limits } from '../../contract/limits.js';
import { type EdgeproofError, problem } from '../../errors.js';
import { limitDimensions } from '../../suite/case-id.js';
import { createGroupV1 } from './cgroup-v1.js';
import { createGroupV2 } from './cgroup-v2.js';
import { type ControlFiles, type Group, KERNEL, NO_EFFECTS } from './group.js';

export interface Confinement {
  /** Whether the files that the worker reads count as its memory: only in a group, and only pages that it reads first. */
  countsFiles: boolean;
  /** The command that starts `command` inside the limits. */
  wrap(command: string[]): [string, ...string[]];
  /** How a running process escaped a limit; null when all hold. */
  escapeOf(pid: number): EdgeproofError | null;
  /** The limits as read back, and what they have done so far. */
  held(): Omit<HeldLimits, 'uncountedFileBytes'>;
  /** Samples the swap in use, because not every kernel reports its peak. */
  sampleSwap(): void;
  /** Removes the group once its last process is gone. */
  release(): Promise<void>;
}

/** Enters each group named before `--`, then becomes the command after it. */
const ENTER = 'while [ "$1" != -- ]; do echo $$ > "$1" || exit 125; shift; done; shift; exec "$@"';
const RELEASE_TRIES = 50;
const RELEASE_PAUSE_MS = 20;

/** Throws limit-unenforceable where this system cannot hold a process to the limits. */
export function confine(limits: Limits, files: ControlFiles = KERNEL): Confinement {
  if (process.platform !== 'linux') throw unenforceable(limits, `${process.platform} has no control groups`);
  const { memoryBytes, cpuQuota, cpus } = limits;
  const needsGroup = memoryBytes !== undefined || cpuQuota !== undefined;
  const group = needsGroup ? createGroup(files, limits) : null;
  if (typeof group === 'string' && cpuQuota !== undefined) throw unenforceable(limits, group);
  if (typeof group === 'string' && (limits.swapBytes ?? 0) > 0)
    throw unenforceable(limits, `swap is limited by a control group only: ${group}`);
  const inGroup = typeof group === 'object' ? group : null;
  const dataLimit = typeof group === 'string' ? (memoryBytes ?? null) : null;
  const methods = [
    ...(inGroup === null ? [] : [inGroup.method]),
    ...(dataLimit === null ? [] : ['prlimit']),
    ...(cpus === undefined ? [] : ['taskset']),
  ];
  let swapPeakBytes = 0;
  return {
    countsFiles: inGroup !== null && memoryBytes !== undefined,
    wrap: (command) => [
      '/bin/sh',
      '-c',
      ENTER,
      'sh',
      ...(inGroup?.entrances ?? []),
      '--',
      ...(cpus === undefined ? [] : ['taskset', '-c', cpus]),
      ...(dataLimit === null ? [] : ['prlimit', `--data=${dataLimit}`]),
      ...command,
    ],
    escapeOf(pid) {
      const reason = escapeOf(files, pid, inGroup, dataLimit);
      if (reason !== null) return unenforceable(limits, reason);
      const used = cpus === undefined ? cpus : cpusOf(files, pid);
      const hint = `name processors that this process may use (${cpusOf(files, process.pid)})`;
      return used === cpus ? null : unenforceable(limits, `a worker may run on ${used}`, hint);
    },
    held: () => {
      const effects = inGroup?.effects() ?? NO_EFFECTS;
      const isSwapKnown = effects.swapPeakBytes !== null || inGroup?.swapNow() != null;
      return {
        method: methods.join(' and '),
        memoryBytes: inGroup?.memoryBytes ?? dataLimit,
        swapBytes: inGroup?.swapBytes ?? null,
        cpuQuota: inGroup?.cpuQuota ?? null,
        cpus: cpus ?? null,
        effects: {
          ...effects,
          swapPeakBytes: isSwapKnown ? Math.max(swapPeakBytes, effects.swapPeakBytes ?? 0) : null,
        },
      };
    },
    sampleSwap() {
      swapPeakBytes = Math.max(swapPeakBytes, inGroup?.swapNow() ?? 0);
    },
    async release() {
      for (let tries = 0; tries < RELEASE_TRIES && inGroup?.remove() === false; tries++) {
        await new Promise((resolve) => setTimeout(resolve, RELEASE_PAUSE_MS));
      }
    },
  };
}

function createGroup(files: ControlFiles, limits: Limits): Group | string {
  const v2 = createGroupV2(files, limits);
  if (typeof v2 !== 'string') return v2;
  const v1 = createGroupV1(files, limits);
  return typeof v1 === 'string' ? `${v2}; ${v1}` : v1;
}

export function unenforceable(limits: Limits, reason: string, hint?: string): EdgeproofError {
  const words = Object.entries(limitDimensions(limits)).map(([name, value]) => `${name} ${value}`);
  return problem('limit-unenforceable', { limits: words.join(', '), reason, ...(hint === undefined ? {} : { hint }) });
}

function escapeOf(files: ControlFiles, pid: number, group: Group | null, dataLimit: number | null): string | null {
  for (const entrance of group?.entrances ?? []) {
    if (!(files.read(entrance) ?? '').split('\n').includes(String(pid))) return `a worker is not in ${entrance}`;
  }
  const data = /^Max data size\s+(\S+)/m.exec(files.read(`/proc/${pid}/limits`) ?? '')?.[1];
  return dataLimit === null || data === String(dataLimit) ? null : `a worker's limit on data is ${data}`;
}

/** The processors that any of its threads may use. */
function cpusOf(files: ControlFiles, pid: number): string {
  const used = files.list(`/proc/${pid}/task`).flatMap((thread) => {
    const status = files.read(`/proc/${pid}/task/${thread}/status`) ?? '';
    return cpuNumbers(/^Cpus_allowed_list:\s+(\S+)/m.exec(status)?.[1] ?? '');
  });
  return cpuList([...new Set(used)].sort((a, b) => a - b));
}
