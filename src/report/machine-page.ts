// A machine as a page: its facts, what works on it, and what it can do at best. Pure.
import { RUNTIME_NAMES } from '../contract/runtimes.js';
import type { CeilingGroup, MachineView } from '../contract/views/machine.js';
import { disagreementNotes } from './ceiling-notes.js';
import { bytes, number, plural } from './format.js';
import { type Fact, factTable, type Page } from './page.js';

export function machinePage(view: MachineView): Page {
  const { id, cpu, arch, physicalCores, logicalCores, usableCores, memoryBytes, os, clock } = view;
  const { automaticThreads, automaticThreadsWhy, executionProviders } = view;
  const instructionSets = view.instructionSets?.join(' ') ?? null;
  const rows: Fact[] = [
    ['id', id],
    ['processor', cpu],
    ['architecture', arch],
    ['instruction sets', instructionSets ?? 'not told by this system'],
    ['cores', `${physicalCores} physical, ${logicalCores} logical, ${usableCores} usable by this process`],
    ['threads=auto', `${automaticThreads}: ${automaticThreadsWhy}`],
    ['memory', bytes(memoryBytes)],
    ['system', os],
    ['clock', `steps of ${clock.resolutionNs} ns, ${clock.overheadNs} ns a reading`],
    ...Object.entries(view.energy),
    ['node', view.versions.node],
    ...RUNTIME_NAMES.map((name): Fact => [name, view.versions[name] ?? 'not installed (optional)']),
    ...executionProviders.map((provider): Fact => [`ep ${provider.ep}`, providerText(provider)]),
    ...view.ceilingsByThreads.map((group): Fact => [ceilingName(group), ceilingText(group)]),
  ];
  return {
    heading: [],
    ...factTable(rows),
    notes: [
      ...disagreementNotes(view.ceilings ?? []),
      `Results of this machine go to results/${id}/; choose another name with --machine.`,
      ...view.notInstalled.map(({ runtime, command }) => `To get ${runtime}:\n$ ${command}`),
    ],
    json: view,
    records: [
      {
        ...{ id, cpu, arch, instructionSets, physicalCores, logicalCores, usableCores, memoryBytes, os },
        ...{ automaticThreads, automaticThreadsWhy },
        clockResolutionNs: clock.resolutionNs,
        clockOverheadNs: clock.overheadNs,
        executionProviders: executionProviders.flatMap(({ ep, failure }) => (failure === null ? [ep] : [])).join(' '),
      },
    ],
  };
}

function providerText({ ep, failure, longestPass }: MachineView['executionProviders'][number]): string {
  if (failure !== null) {
    return `${failure.message.replace(`${ep} does not work here: `, 'no: ')}; ${failure.hint}`;
  }
  if (longestPass === null) return 'works';
  return `works, prompts in passes of ${longestPass} tokens: over longer ones its attention is wrong (docs/runtimes.md)`;
}

/** `read bandwidth cpu over 1.07 GB` */
function ceilingName({ kind, ep, workingSetBytes, isFloor }: CeilingGroup): string {
  if (kind === 'storage-read') return 'storage read';
  if (kind === 'read-bandwidth') return `read bandwidth ${ep} over ${bytes(workingSetBytes!)}`;
  return `matrix products ${ep} ${kind.replace('matmul-', '')}${isFloor ? ', at the least' : ''}`;
}

/** `1 thread: 15.3 GB/s · 2 threads: 28.9 GB/s (1.9 ×)`; an operator is named if it differs from the one before. */
function ceilingText({ kind, unit, best, reason }: CeilingGroup): string {
  if (reason !== null) return reason;
  const parts = best.map(({ threads, value, operator, timesFirst }, i) => {
    const times = i === 0 ? '' : ` (${timesFirst.toFixed(1)} ×)`;
    const isNamed = kind.startsWith('matmul') && (i === 0 || operator !== best[i - 1]!.operator);
    const rate = `${number(value / 1e9)} ${unit === 'bytes/s' ? 'GB/s' : 'Gop/s'}`;
    return `${threads === null ? '' : `${plural(threads, 'thread')}: `}${rate}${times}${isNamed ? ` by ${operator}` : ''}`;
  });
  return parts.join(' · ');
}
