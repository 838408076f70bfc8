// Read bandwidth without ONNX Runtime: threads of Node read one memory with the module of read-module.ts, as many as a case
// has. It checks what ONNX Runtime's kernel reaches, and counts where it is faster.
import { Worker } from 'node:worker_threads';
import { type Ceiling, READ_PROBE, unitOf, unknownCeiling } from '../../contract/ceilings.js';
import { reasonOf } from '../../errors.js';
import { rateOf } from './passes.js';
import { readModule, STEP_BYTES, STREAMS, wasm } from './read-module.js';

const PAGE_BYTES = 65_536;
const FEWEST_PASSES = 5;
const PASSES_MS = 400;
/** A pass reads as much at the least, so that waking threads takes none of it. */
const PASS_BYTES = 2 ** 28;
const PATIENCE_MS = 10_000;
const [READY, GO, DONE] = [0, 1, 2];

/** What each thread reads: its part of the memory, `rounds` times a pass. */
interface Part {
  from: number;
  to: number;
  rounds: number;
}

const READER = `
const { module, memory, control, part } = require('node:worker_threads').workerData;
const { read } = new WebAssembly.Instance(module, { env: { memory } }).exports;
const tell = (place) => { Atomics.add(control, place, 1); Atomics.notify(control, place); };
tell(${READY});
for (let seen = 0; ; ) {
  Atomics.wait(control, ${GO}, seen);
  seen = Atomics.load(control, ${GO});
  for (let round = 0; round < part.rounds; round++) read(part.from, part.to);
  tell(${DONE});
}`;

/** Rates over each working set; the reason where one cannot be measured. */
export function readProbe(question: { threads: number; workingSets: readonly number[] }): Ceiling[] {
  const { threads, workingSets } = question;
  return workingSets.map((workingSetBytes) => {
    const head = { kind: 'read-bandwidth', ep: 'cpu', threads, operator: READ_PROBE, workingSetBytes } as const;
    const measuredAt = new Date().toISOString();
    try {
      const { bytes, passMs } = timePasses(threads, workingSetBytes);
      const method = `${READ_PROBE} from ${STREAMS} places in each of ${threads} threads, ${passMs.length} passes`;
      return { ...head, unit: unitOf(head.kind), ...rateOf(bytes, passMs), method, measuredAt };
    } catch (error) {
      return unknownCeiling({ ...head, measuredAt }, reasonOf(error));
    }
  });
}

/** How the memory is divided: equal parts of equal streams, as much as fits. */
export function partsOf(threads: number, workingSetBytes: number) {
  const streamBytes = Math.floor(workingSetBytes / threads / STREAMS / STEP_BYTES) * STEP_BYTES;
  const partBytes = STREAMS * streamBytes;
  const rounds = Math.max(1, Math.ceil(PASS_BYTES / (threads * partBytes)));
  const parts = Array.from({ length: threads }, (_, i): Part => {
    return { from: i * partBytes, to: i * partBytes + streamBytes, rounds };
  });
  return { streamBytes, parts, bytes: threads * partBytes * rounds };
}

function timePasses(threads: number, workingSetBytes: number): { bytes: number; passMs: number[] } {
  const pages = Math.ceil(workingSetBytes / PAGE_BYTES);
  const memory = new wasm.Memory({ initial: pages, maximum: pages, shared: true });
  // Pages that nobody wrote do not exist.
  new Uint8Array(memory.buffer).fill(1);
  const { streamBytes, parts, bytes } = partsOf(threads, workingSetBytes);
  const module = new wasm.Module(readModule(streamBytes, pages));
  const control = new Int32Array(new SharedArrayBuffer(12));
  const readers = parts.map((part) => {
    const reader = new Worker(READER, { eval: true, workerData: { module, memory, control, part } });
    reader.unref();
    return reader;
  });
  try {
    awaitCount(control, READY, threads);
    const passMs: number[] = [];
    let passes = 0;
    const pass = () => {
      const start = performance.now();
      passes++;
      Atomics.add(control, GO, 1);
      Atomics.notify(control, GO);
      awaitCount(control, DONE, threads * passes);
      return performance.now() - start;
    };
    // The first pass runs before the compiler has optimised the loop.
    pass();
    for (let spentMs = 0; spentMs < PASSES_MS || passMs.length < FEWEST_PASSES; spentMs += passMs.at(-1)!)
      passMs.push(pass());
    if (Atomics.load(control, DONE) !== threads * passes) throw new Error('its threads did not read every pass');
    return { bytes, passMs };
  } finally {
    for (const reader of readers) void reader.terminate();
  }
}

function awaitCount(control: Int32Array, place: number, count: number): void {
  for (let reached = Atomics.load(control, place); reached < count; reached = Atomics.load(control, place)) {
    if (Atomics.wait(control, place, reached, PATIENCE_MS) === 'timed-out')
      throw new Error('its threads do not answer');
  }
}
