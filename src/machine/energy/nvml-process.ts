// Entry of a process that reads the energy counters of NVIDIA GPUs and prints them, one line each time, until its input
// is closed. A process of its own: a broken driver may end it, and the parent of rounds loads no native library.
import { writeSync } from 'node:fs';
import { reasonOf } from '../../errors.js';
import { monotonicMs } from './meter.js';
import { NVML_INTERVAL_MS, type NvmlLine } from './nvidia.js';
import { openNvml } from './nvml.js';

const STDOUT = 1;
const STDERR = 2;

// Ctrl-C reaches the whole process group; whoever started this one closes its input.
process.on('SIGINT', () => {});

/** In one line: what NVML or the system says, without a stack. */
function fail(error: unknown): never {
  writeSync(STDERR, reasonOf(error));
  process.exit(1);
}

try {
  const read = openNvml(process.argv[2]);
  const print = () => {
    const line: NvmlLine = { atMs: monotonicMs(), millijoules: read() };
    writeSync(STDOUT, `${JSON.stringify(line)}\n`);
  };
  print();
  setInterval(print, NVML_INTERVAL_MS);
  process.stdin.on('close', () => process.exit(0)).resume();
} catch (error) {
  fail(error);
}
process.on('uncaughtException', fail);
