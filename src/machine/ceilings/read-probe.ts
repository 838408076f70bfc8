// Read bandwidth without ONNX Runtime: threads of Node read one memory with the module of read-module.ts, as many as a case
// has. It checks what ONNX Runtime's kernel reaches, and counts where it is faster.
import { type Ceiling, READ_PROBE, unitOf, unknownCeiling } from '../../contract/ceilings.js';
import { reasonOf } from '../../errors.js';
import { rateOf } from './passes.js';
import { sharedMemory } from './probe-module.js';
import { type Part, timePasses } from './probe-threads.js';
import { readModule, STEP_BYTES, STREAMS } from './read-module.js';

const PASSES_MS = 400;
/** A pass reads as much at the least, so that waking threads takes none of it. */
const PASS_BYTES = 2 ** 28;

/** Rates over each working set; the reason where one cannot be measured. */
export function readProbe(question: { threads: number; workingSets: readonly number[] }): Ceiling[] {
  const { threads, workingSets } = question;
  return workingSets.map((workingSetBytes) => {
    const head = { kind: 'read-bandwidth', ep: 'cpu', threads, operator: READ_PROBE, workingSetBytes } as const;
    const measuredAt = new Date().toISOString();
    try {
      const { bytes, passMs } = timeReading(threads, workingSetBytes);
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
    return { calls: [[i * partBytes, i * partBytes + streamBytes]], rounds };
  });
  return { streamBytes, parts, bytes: threads * partBytes * rounds };
}

function timeReading(threads: number, workingSetBytes: number): { bytes: number; passMs: number[] } {
  const { memory, pages } = sharedMemory(workingSetBytes);
  // Pages that nobody wrote do not exist.
  new Uint8Array(memory.buffer).fill(1);
  const { streamBytes, parts, bytes } = partsOf(threads, workingSetBytes);
  return { bytes, passMs: timePasses(readModule(streamBytes, pages), memory, { parts, passesMs: PASSES_MS }) };
}
