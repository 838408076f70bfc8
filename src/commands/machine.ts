// `machine`: what edgeproof sees of this computer, which execution providers work on it, and what they do at best.

import { EXECUTION_PROVIDERS, type ExecutionProvider } from '../contract/execution-providers.js';
import { measureClock } from '../machine/clock.js';
import { describeMachine } from '../machine/describe.js';
import { energyFacts } from '../machine/energy/describe.js';
import { automaticThreads } from '../machine/threads.js';
import { bytes } from '../report/format.js';
import { machineCeilingRows } from '../report/machine-ceilings.js';
import type { Executor } from '../worker/executor.js';
import { localExecutor } from '../worker/local-executor.js';
import { machineCeilings } from './machine-ceilings.js';
import { outputFormat, printView } from './terminal.js';

export async function machine(options: { output: string; machine?: string; ceilings: boolean }): Promise<number> {
  const format = outputFormat(options.output);
  const found = describeMachine(options.machine);
  const executor = localExecutor();
  const versions = executor.versions();
  const clock = measureClock();
  const { threads, why } = automaticThreads(found);
  const [providers, energy] = await Promise.all([probeAll(executor), energyFacts()]);
  const working = providers.flatMap(({ ep, failure }) => (failure === null ? [ep] : []));
  const ceilings = options.ceilings ? await machineCeilings(executor, found, working) : null;
  const facts: [string, string][] = [
    ['id', found.id],
    ['processor', found.cpu],
    ['architecture', found.arch],
    ['instruction sets', found.instructionSets?.join(' ') ?? 'not told by this system'],
    [
      'cores',
      `${found.physicalCores} physical, ${found.logicalCores} logical, ${found.usableCores} usable by this process`,
    ],
    ['threads=auto', `${threads}: ${why}`],
    ['memory', bytes(found.memoryBytes)],
    ['system', found.os],
    ['clock', `steps of ${clock.resolutionNs} ns, ${clock.overheadNs} ns a reading`],
    ...energy,
    ['node', versions.node],
    ['onnxruntime', versions.onnxruntime!],
    ['transformers.js', versions['transformers.js']!],
    ['llama.cpp', versions['llama.cpp'] ?? 'not installed (optional)'],
    ...providers.map(({ ep, failure, longestPass }): [string, string] => [
      `ep ${ep}`,
      failure === null
        ? longestPass === null
          ? 'works'
          : `works, prompts in passes of ${longestPass} tokens: over longer ones its attention is wrong (docs/runtimes.md)`
        : `${failure.message.replace(`${ep} does not work here: `, 'no: ')}; ${failure.hint}`,
    ]),
    ...machineCeilingRows(ceilings ?? []),
  ];
  printView(
    {
      heading: [],
      columns: [
        { key: 'fact', title: 'fact' },
        { key: 'value', title: 'value' },
      ],
      rows: facts.map(([fact, value]) => ({ fact, value })),
      notes: [
        `Results of this machine go to results/${found.id}/; choose another name with --machine.`,
        ...executor.missing().map(({ runtime, command }) => `To get ${runtime}:\n$ ${command}`),
      ],
      json: {
        ...found,
        clock,
        automaticThreads: threads,
        automaticThreadsWhy: why,
        energy: Object.fromEntries(energy),
        versions,
        executionProviders: providers,
        ceilings,
      },
      records: [
        {
          ...found,
          instructionSets: found.instructionSets?.join(' ') ?? null,
          automaticThreads: threads,
          automaticThreadsWhy: why,
          clockResolutionNs: clock.resolutionNs,
          clockOverheadNs: clock.overheadNs,
          executionProviders: working.join(' '),
        },
      ],
    },
    format,
  );
  return 0;
}

const PLATFORM: Partial<Record<ExecutionProvider, NodeJS.Platform>> = { dml: 'win32', coreml: 'darwin' };

/** Each that exists on this system is tried by a tiny session in a process of its own. */
function probeAll(executor: Executor) {
  const here = EXECUTION_PROVIDERS.filter((ep) => (PLATFORM[ep] ?? process.platform) === process.platform);
  return Promise.all(here.map(async (ep) => ({ ep, ...(await executor.probe(ep)) })));
}
