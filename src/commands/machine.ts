// `machine`: what edgeproof sees of this computer.
import { automaticThreads, describeMachine } from '../machine/describe.js';
import { installCommand } from '../machine/llama-cpp.js';
import { bytes } from '../report/format.js';
import { describeVersions } from '../result/provenance.js';
import { outputFormat, printView } from './terminal.js';

export function machine(options: { output: string; machine?: string }): number {
  const format = outputFormat(options.output);
  const found = describeMachine(options.machine);
  const versions = describeVersions();
  const facts: [string, string][] = [
    ['id', found.id],
    ['processor', found.cpu],
    ['architecture', found.arch],
    ['instruction sets', found.instructionSets?.join(' ') ?? 'not told by this system'],
    [
      'cores',
      `${found.physicalCores} physical, ${found.logicalCores} logical, ${found.usableCores} usable by this process`,
    ],
    ['threads=auto', String(automaticThreads(found))],
    ['memory', bytes(found.memoryBytes)],
    ['system', found.os],
    ['node', versions.node],
    ['onnxruntime', versions.onnxruntime],
    ['transformers.js', versions['transformers.js']],
    ['llama.cpp', versions['llama.cpp'] ?? `not installed (optional); get it with: ${installCommand()}`],
  ];
  printView(
    {
      heading: [],
      columns: [
        { key: 'fact', title: 'fact' },
        { key: 'value', title: 'value' },
      ],
      rows: facts.map(([fact, value]) => ({ fact, value })),
      notes: [`Results of this machine go to results/${found.id}/; choose another name with --machine.`],
      json: { ...found, automaticThreads: automaticThreads(found), versions },
      records: [
        {
          ...found,
          instructionSets: found.instructionSets?.join(' ') ?? null,
          automaticThreads: automaticThreads(found),
        },
      ],
    },
    format,
  );
  return 0;
}
