// The energy counters of NVIDIA GPUs since Volta, for the whole board with its memory. nvidia-smi does not print them, and
// on some GPUs its power readings cover only part of the time (arXiv 2312.02741), so a process of ours asks NVML itself.
import { ownScript } from '../../contract/directory.js';
import type { Unmetered } from '../../contract/energy.js';
import { type Meter, type Reading, unmetered } from './meter.js';
import { openStream } from './stream.js';

const NVML_PROCESS = [process.execPath, ownScript('machine/energy/nvml-process.js')];

/** The counter moves every 20 to 100 ms, depending on the GPU. */
export const NVML_INTERVAL_MS = 100;

/** A line that the process prints: the counter of each GPU since its driver was loaded. */
export interface NvmlLine {
  atMs: number;
  millijoules: number[];
}

export function openNvidia(command = NVML_PROCESS): Promise<Meter | Unmetered> {
  return openStream({
    command,
    tier: 'counter',
    updateMs: NVML_INTERVAL_MS,
    parse: createNvmlParser(),
    source: (domains) => `NVML: ${domains.join(', ')}`,
    explain: (stderr) => unmetered(stderr.split('\n').at(-1) || 'the process that reads NVML ended'),
  });
}

function createNvmlParser(): (line: string) => Reading | null {
  let first: number[] | null = null;
  return (line) => {
    const { atMs, millijoules } = JSON.parse(line) as NvmlLine;
    first ??= millijoules;
    const joules = millijoules.map((value, gpu) => [`gpu-${gpu}`, (value - first![gpu]!) / 1000] as const);
    return { atMs, joules: Object.fromEntries(joules) };
  };
}
