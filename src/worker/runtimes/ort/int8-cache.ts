// A KV cache that exists twice. Prompts fill one in float32 through their own graph; before tokens are generated it is
// quantised to int8, with step sizes chosen from its content. Tokens append to the int8 one only, so both keep track of how
// many positions are valid.
import type { Decoder, KvEntry } from '../../../formats/onnx/decoder-interface.js';
import type { KvCache } from './kv-cache.js';
import type { Call, Session, Value } from './session.js';

/**
 * The integer for the largest magnitude of a channel. It leaves room for later tokens up to twice as large; larger ones are
 * clipped, which costs more than coarser steps. Of 127, 102, 85, 64, 42 and 32, 64 had the smallest errors after 24 tokens of
 * a tiny model.
 */
const LARGEST = 64;
/** The step size of a channel of zeros, which is divided by. */
const LEAST_STEP = 1e-30;

export interface Int8Cache extends KvCache {
  /** The float32 cache that prompts fill, in the order of the decoder's cache. */
  floats: Value[];
  /** Sets the cache as the first inputs and outputs of a call of the graph for tokens, and its steps from `firstStep` on. */
  putInto(call: Pick<Call, 'inputs' | 'outputs'>, firstStep: number): void;
  /** Whether the float32 cache holds every position before this one. */
  holdsFloats(length: number): boolean;
}

export function createInt8Cache(session: Pick<Session, 'tensor'>, decoder: Decoder, capacity: number): Int8Cache {
  const entries = decoder.cache.map(({ heads, size }) => ({
    heads,
    size,
    floats: new Float32Array(heads * capacity * size),
    integers: new Int8Array(heads * capacity * size),
    steps: new Float32Array(heads * size),
  }));
  const held = { floats: 0, integers: 0 };
  let length = 0;
  let next: { length: number; type: keyof typeof held };
  const forgetFrom = (position: number) => {
    held.floats = Math.min(held.floats, position);
    held.integers = Math.min(held.integers, position);
  };
  return {
    floats: entries.map(({ floats, heads, size }) => session.tensor('float32', floats, [1, heads, capacity, size])),
    putInto({ inputs, outputs }, firstStep) {
      entries.forEach(({ integers, steps, heads, size }, i) => {
        const cache = session.tensor('int8', integers, [1, heads, capacity, size]);
        inputs[i] = cache;
        outputs[i] = cache;
        inputs[firstStep + i] = session.tensor('float32', steps, [1, heads, 1, size]);
      });
    },
    holdsFloats: (position) => held.floats >= position,
    prepare(total, isPrompt) {
      next = { length: total, type: isPrompt ? 'floats' : 'integers' };
      if (isPrompt || (length > 0 && held.integers === length)) return;
      for (const entry of entries) {
        chooseSteps(entry, capacity, length || total);
        quantise(entry, capacity, length);
      }
      held.integers = length;
    },
    advance() {
      forgetFrom(length);
      held[next.type] = next.length;
      length = next.length;
    },
    rewind(position) {
      forgetFrom(position);
      length = position;
    },
    mark() {},
  };
}

interface Entry extends Pick<KvEntry, 'heads' | 'size'> {
  floats: Float32Array;
  integers: Int8Array;
  steps: Float32Array;
}

/** Chooses the step size of each channel from its first rows. */
function chooseSteps({ heads, size, floats, steps }: Entry, capacity: number, rows: number): void {
  const largest = new Float32Array(size);
  for (let head = 0; head < heads; head++) {
    largest.fill(0);
    const start = head * capacity * size;
    for (let at = start; at < start + rows * size; at += size) {
      for (let channel = 0; channel < size; channel++) {
        const magnitude = Math.abs(floats[at + channel]!);
        if (magnitude > largest[channel]!) largest[channel] = magnitude;
      }
    }
    for (let channel = 0; channel < size; channel++)
      steps[head * size + channel] = Math.max(largest[channel]! / LARGEST, LEAST_STEP);
  }
}

/** Rounds like Math.round, but five times as fast: with an offset nothing is negative, and truncation rounds down. */
function quantise({ heads, size, floats, integers, steps }: Entry, capacity: number, rows: number): void {
  const offset = 128;
  for (let head = 0; head < heads; head++) {
    const perStep = Float64Array.from(steps.subarray(head * size, (head + 1) * size), (step) => 1 / step);
    const start = head * capacity * size;
    for (let at = start; at < start + rows * size; at += size) {
      for (let channel = 0; channel < size; channel++)
        integers[at + channel] = ((floats[at + channel]! * perStep[channel]! + (offset + 0.5)) | 0) - offset;
    }
  }
}
