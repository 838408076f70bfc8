// The KV cache of a decoder graph, in one of two modes. Its tensors are the first inputs and outputs of a call.
// shared: one buffer per entry is fed as past and given as present; the kernel writes new rows in place.
// passed: the present tensors of one step are fed as the past of the next.
import type { Decoder, KvEntry } from '../../../formats/onnx/decoder.js';
import type { Call, Session, Value } from './session.js';

export interface KvCache {
  /** Makes ready for a pass that ends at this length, through the graph for prompts or the other. */
  prepare(length: number, isPrompt: boolean): void;
  /** Takes over the outputs of a pass. */
  advance(): void;
  /** Forgets everything behind the first positions, which are as many as there were at `mark()`. */
  rewind(length: number): void;
  /** Makes the present state the one that `rewind` returns to. */
  mark(): void;
}

type KvSession = Pick<Session, 'allocate' | 'release' | 'deviceMemory'>;

/** Puts the cache into `call`. `capacity` positions are enough for every step; only shared mode allocates them. */
export function createKvCache(
  session: KvSession,
  call: Pick<Call, 'inputs' | 'outputs'>,
  decoder: Pick<Decoder, 'cache'>,
  shared: boolean,
  capacity: number,
): KvCache {
  const values = decoder.cache.map((entry) => rows(session, entry, shared ? capacity : 0));
  call.inputs.set(values);
  if (!shared) return passedCache(session, call, decoder, values);
  call.outputs.set(values);
  // Rows behind the current length are never read, so there is nothing to advance or rewind.
  return { prepare() {}, advance() {}, rewind() {}, mark() {} };
}

function passedCache(
  session: KvSession,
  { inputs, outputs }: Pick<Call, 'inputs' | 'outputs'>,
  decoder: Pick<Decoder, 'cache'>,
  empty: Value[],
): KvCache {
  let marked = empty;
  const isMarked = (value: Value) => marked.includes(value);
  /** Puts `next` in, and frees what nobody will return to. */
  const replace = (next: Value[]) => {
    inputs.subarray(0, next.length).forEach((value, i) => {
      if (value !== next[i] && !isMarked(value)) session.release(value);
    });
    inputs.set(next);
    outputs.fill(0n, 0, next.length);
  };
  return {
    prepare(length) {
      // Into main memory ONNX Runtime allocates by itself; it would bring the outputs of a device there, too.
      if (session.deviceMemory !== null) outputs.set(decoder.cache.map((entry) => rows(session, entry, length)));
    },
    advance: () => replace([...outputs.subarray(0, empty.length)]),
    rewind: () => replace(marked),
    mark() {
      const before = marked;
      marked = [...inputs.subarray(0, empty.length)];
      for (const value of before) if (!isMarked(value)) session.release(value);
    },
  };
}

function rows(session: KvSession, { type, heads, size }: KvEntry, length: number): Value {
  return session.allocate(type, [1, heads, length, size]);
}
