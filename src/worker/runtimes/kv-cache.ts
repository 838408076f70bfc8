// The KV cache of a decoder graph, in one of two modes. Its tensors are the first inputs and outputs of a call.
// shared: one buffer per entry is fed as past and given as present; the kernel writes new rows in place.
// passed: the present tensors of one step are fed as the past of the next.
import type { Decoder, KvEntry } from '../../onnx/decoder.js';
import type { Call, Session, Value } from './ort/session.js';

export interface KvCache {
  /** Takes over the outputs of a step. */
  advance(): void;
  /** Forgets everything behind the first positions, as they were at `mark()`. */
  rewind(): void;
  /** Makes the present state the one that `rewind` returns to. */
  mark(): void;
}

/** Puts the cache into `call`. `capacity` positions are enough for every step; only shared mode allocates them. */
export function createKvCache(
  session: Pick<Session, 'tensor' | 'release'>,
  call: Pick<Call, 'inputs' | 'outputs'>,
  decoder: Pick<Decoder, 'cache'>,
  shared: boolean,
  capacity: number,
): KvCache {
  const values = decoder.cache.map((entry) => rows(session, entry, shared ? capacity : 0));
  call.inputs.set(values);
  if (!shared) return passedCache(session, call, values);
  call.outputs.set(values);
  // Rows behind the current length are never read, so there is nothing to advance or rewind.
  return { advance() {}, rewind() {}, mark() {} };
}

function passedCache(
  session: Pick<Session, 'release'>,
  { inputs, outputs }: Pick<Call, 'inputs' | 'outputs'>,
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
    advance: () => replace([...outputs.subarray(0, empty.length)]),
    rewind: () => replace(marked),
    mark() {
      const before = marked;
      marked = [...inputs.subarray(0, empty.length)];
      for (const value of before) if (!isMarked(value)) session.release(value);
    },
  };
}

/** [1, heads, length, size] */
function rows(session: Pick<Session, 'tensor'>, { type, heads, size }: KvEntry, length: number): Value {
  // An empty tensor wants an address too.
  const elements = Math.max(heads * length * size, 64);
  const data = type === 'float16' ? new Uint16Array(elements) : new Float32Array(elements);
  return session.tensor(type, data, [1, heads, length, size]);
}
