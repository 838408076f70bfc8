// Entry of a process that prints the energy counters of NVIDIA GPUs, one line per reading, until its input is closed. It is a
// process of its own because a broken driver may crash it, and because the parent of rounds loads no native library.
import { writeSync } from 'node:fs';
import { reasonOf } from '../../errors.js';
import { monotonicMs } from './meter.js';
import { NVML_INTERVAL_MS, type NvmlLine } from './nvidia.js';
import { openNvml } from './nvml.js';

const STDOUT = 1;
const STDERR = 2;

// Ctrl-C reaches the whole process group; the parent ends this process by closing its input.
process.on('SIGINT', () => {});

/** Writes one line without a stack: what NVML or the system says. */
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
