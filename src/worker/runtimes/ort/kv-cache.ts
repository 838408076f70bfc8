// The KV cache of a decoder graph, in one of two modes. Its tensors are the first inputs and outputs of a call.
// shared: one buffer per entry is both past and present, and the kernel writes new rows in place.
// passed: the present tensors of one step are the past of the next.
import type { Decoder, KvEntry } from '../../../formats/onnx/decoder-interface.js';
import type { Call, Session, Value } from './session.js';

export interface KvCache {
  /** Prepares a pass that ends at this length, through the graph for prompts or that for tokens. */
  prepare(length: number, isPrompt: boolean): void;
  /** Makes the outputs of a pass the inputs of the next. */
  advance(): void;
  /** Forgets all positions from `length` on, which is the length at `mark()`. */
  rewind(length: number): void;
  /** Makes the present state the one that `rewind` returns to. */
  mark(): void;
}

type KvSession = Pick<Session, 'allocate' | 'release' | 'deviceMemory'>;

/** Puts the cache into `call`. `capacity` is the number of positions that shared mode allocates at once. */
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
  // Rows after the current length are never read, so there is nothing to advance or rewind.
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
  /** Puts `next` in and releases values that `rewind` will not return to. */
  const replace = (next: Value[]) => {
    inputs.subarray(0, next.length).forEach((value, i) => {
      if (value !== next[i] && !isMarked(value)) session.release(value);
    });
    inputs.set(next);
    outputs.fill(0n, 0, next.length);
  };
  return {
    prepare(length) {
      // ONNX Runtime would allocate outputs in main memory; those on a device are allocated here.
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
