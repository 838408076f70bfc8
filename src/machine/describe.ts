// Describes this machine: processor, memory, system. Leaves out hostname and user, since results are meant to be published.
import os from 'node:os';
import { type Machine, machineSlug } from '../contract/machine.js';
import { quotaCores } from './condition/cgroup.js';
import { readText } from './kernel-text.js';

const INTERESTING =
  /^(avx|avx2|fma|f16c|avx_vnni|avx512f|avx512_vnni|avx512_bf16|avx512_fp16|amx_tile|amx_int8|amx_bf16|asimddp|i8mm|sve|sve2|bf16|asimdhp)$/;

/** `name` replaces the slug made from the hardware. */
export function describeMachine(name?: string): Machine {
  const cpuinfo = readText('/', 'proc/cpuinfo') ?? '';
  const named = os.cpus()[0]?.model.trim();
  const model = (named === 'unknown' ? '' : named) || cpuModel(cpuinfo) || 'unknown processor';
  const logicalCores = os.cpus().length;
  const physicalCores = countPhysicalCores(cpuinfo) ?? logicalCores;
  const memoryBytes = os.totalmem();
  return {
    id: name ?? machineSlug(model, physicalCores, memoryBytes),
    cpu: model,
    arch: process.arch,
    instructionSets: instructionSets(cpuinfo),
    physicalCores,
    logicalCores,
    usableCores: Math.max(1, Math.min(os.availableParallelism(), Math.floor(quotaCores() ?? Number.POSITIVE_INFINITY))),
    memoryBytes,
    os: `${os.type()} ${os.release()}`,
  };
}

/** How much memory a run may use: that of the machine, or what a container allows. */
export function memoryLimitBytes(): number {
  // 0 or a huge number where there is no limit.
  const allowed = process.constrainedMemory();
  return allowed > 0 ? Math.min(allowed, os.totalmem()) : os.totalmem();
}

function cpuModel(cpuinfo: string): string | null {
  return /^(?:model name|Model|Hardware)\s*:\s*(.+)$/m.exec(cpuinfo)?.[1]?.trim() ?? null;
}

function instructionSets(cpuinfo: string): string[] | null {
  const flags = /^(?:flags|Features)\s*:\s*(.+)$/m.exec(cpuinfo)?.[1];
  return flags === undefined ? null : flags.split(/\s+/).filter((flag) => INTERESTING.test(flag));
}

/** Distinct (package, core) pairs; null where /proc/cpuinfo does not list them. */
function countPhysicalCores(cpuinfo: string): number | null {
  const cores = new Set<string>();
  let physical = '';
  for (const line of cpuinfo.split('\n')) {
    const match = /^(physical id|core id)\s*:\s*(\d+)/.exec(line);
    if (match?.[1] === 'physical id') physical = match[2]!;
    else if (match?.[1] === 'core id') cores.add(`${physical}/${match[2]}`);
  }
  return cores.size > 0 ? cores.size : null;
}
