// The KV cache of a decoder graph, in one of two modes.
// shared: one buffer per entry is fed as past and fetched as present; the kernel writes new rows in place.
// passed: the present tensors of one step are fed as the past of the next.
import type { InferenceSession, Tensor, TypedTensor } from 'onnxruntime-common';
import type { Decoder } from '../../onnx/decoder.js';

type TensorConstructor = new (type: 'float32' | 'float16', data: Float32Array | Uint16Array, dims: number[]) => Tensor;

export interface KvCache {
  feeds: Record<string, Tensor>;
  /** What to fetch besides the logits: null lets the runtime allocate. */
  fetches: Record<string, Tensor | null>;
  /** Takes over the outputs of a step. */
  advance(outputs: InferenceSession.OnnxValueMapType): void;
  /** Forgets everything behind the first `length` positions, as they were at `mark()`. */
  rewind(): void;
  /** Makes the present state the one that `rewind` returns to. */
  mark(): void;
}

/** `capacity` positions are enough for the whole generation; only shared mode allocates them in advance. */
export function createKvCache(Tensor: TensorConstructor, decoder: Decoder, shared: boolean, capacity: number): KvCache {
  return shared ? sharedCache(Tensor, decoder, capacity) : passedCache(Tensor, decoder);
}

function sharedCache(Tensor: TensorConstructor, decoder: Decoder, capacity: number): KvCache {
  const feeds: Record<string, Tensor> = {};
  const fetches: Record<string, Tensor> = {};
  for (const [past, present] of cacheNames(decoder)) {
    feeds[past] = emptyTensor(Tensor, decoder, capacity);
    fetches[present] = feeds[past];
  }
  // Rows behind the current length are never read, so there is nothing to advance or rewind.
  return { feeds, fetches, advance() {}, rewind() {}, mark() {} };
}

function passedCache(Tensor: TensorConstructor, decoder: Decoder): KvCache {
  const names = cacheNames(decoder);
  const feeds = Object.fromEntries(names.map(([past]) => [past, emptyTensor(Tensor, decoder, 0)]));
  const fetches = Object.fromEntries(names.map(([, present]) => [present, null]));
  let marked = { ...feeds };
  return {
    feeds,
    fetches,
    advance(outputs) {
      for (const [past, present] of names) feeds[past] = outputs[present] as TypedTensor<'float32'>;
    },
    rewind() {
      Object.assign(feeds, marked);
    },
    mark() {
      marked = { ...feeds };
    },
  };
}

function cacheNames(decoder: Decoder): [past: string, present: string][] {
  return decoder.layers.flatMap((layer): [string, string][] => [
    [layer.pastKey, layer.presentKey],
    [layer.pastValue, layer.presentValue],
  ]);
}

/** [1, kvHeads, length, headSize] */
function emptyTensor(Tensor: TensorConstructor, decoder: Decoder, length: number): Tensor {
  const size = decoder.kvHeads * length * decoder.headSize;
  const dims = [1, decoder.kvHeads, length, decoder.headSize];
  return decoder.kvType === 'float16'
    ? new Tensor('float16', new Uint16Array(size), dims)
    : new Tensor('float32', new Float32Array(size), dims);
}
