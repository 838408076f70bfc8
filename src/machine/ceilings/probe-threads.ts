// Threads of Node that run a module of a probe on one memory, pass after pass; a pass ends when the last of them is done.
import { Worker } from 'node:worker_threads';
import { type Memory, wasm } from './probe-module.js';

const FEWEST_PASSES = 5;
const PATIENCE_MS = 10_000;
const [READY, GO, DONE] = [0, 1, 2];

/** What one thread does in a pass: these calls of `run`, `rounds` times. */
export interface Part {
  calls: number[][];
  rounds: number;
}

const THREAD = `
const { module, memory, control, part } = require('node:worker_threads').workerData;
const { run } = new WebAssembly.Instance(module, { env: { memory } }).exports;
const tell = (place) => { Atomics.add(control, place, 1); Atomics.notify(control, place); };
tell(${READY});
for (let seen = 0; ; ) {
  Atomics.wait(control, ${GO}, seen);
  seen = Atomics.load(control, ${GO});
  for (let round = 0; round < part.rounds; round++) for (const [a, b, c, d] of part.calls) run(a, b, c, d);
  tell(${DONE});
}`;

/** How long each pass took, after a first one that is not counted: it runs before the compiler has optimised the loop. */
export function timePasses(
  bytes: Uint8Array,
  memory: Memory,
  { parts, passesMs }: { parts: Part[]; passesMs: number },
): number[] {
  const module = new wasm.Module(bytes);
  const control = new Int32Array(new SharedArrayBuffer(12));
  const threads = parts.map((part) => {
    const thread = new Worker(THREAD, { eval: true, workerData: { module, memory, control, part } });
    thread.unref();
    return thread;
  });
  try {
    awaitCount(control, READY, threads.length);
    const passMs: number[] = [];
    let passes = 0;
    const pass = () => {
      const start = performance.now();
      passes++;
      Atomics.add(control, GO, 1);
      Atomics.notify(control, GO);
      awaitCount(control, DONE, threads.length * passes);
      return performance.now() - start;
    };
    pass();
    for (let spentMs = 0; spentMs < passesMs || passMs.length < FEWEST_PASSES; spentMs += passMs.at(-1)!)
      passMs.push(pass());
    if (Atomics.load(control, DONE) !== threads.length * passes) throw new Error('its threads did not do every pass');
    return passMs;
  } finally {
    for (const thread of threads) void thread.terminate();
  }
}

function awaitCount(control: Int32Array, place: number, count: number): void {
  for (let reached = Atomics.load(control, place); reached < count; reached = Atomics.load(control, place)) {
    if (Atomics.wait(control, place, reached, PATIENCE_MS) === 'timed-out')
      throw new Error('its threads do not answer');
  }
}
