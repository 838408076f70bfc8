// The two ways of keeping a KV cache, without a session: what is fed, what is fetched, and what a rewind returns to.
import { Tensor } from 'onnxruntime-common';
import { describe, expect, it } from 'vitest';
import type { Decoder } from '../../../src/onnx/decoder.js';
import { createKvCache } from '../../../src/worker/runtimes/kv-cache.js';

const DECODER: Decoder = {
  layers: [0, 1].map((i) => ({
    pastKey: `past_key_values.${i}.key`,
    pastValue: `past_key_values.${i}.value`,
    presentKey: `present.${i}.key`,
    presentValue: `present.${i}.value`,
  })),
  kvHeads: 2,
  headSize: 8,
  kvType: 'float32',
  logitsType: 'float32',
  vocabSize: 16,
  positionIds: false,
  numLogitsToKeep: false,
  shareableKv: true,
};
const PAST = DECODER.layers.flatMap((layer) => [layer.pastKey, layer.pastValue]);
const PRESENT = DECODER.layers.flatMap((layer) => [layer.presentKey, layer.presentValue]);

const dimsOf = (tensors: Record<string, Tensor | null>) => Object.values(tensors).map((tensor) => tensor?.dims);
const create = (shared: boolean, decoder = DECODER) => createKvCache(Tensor, decoder, shared, 32);

/** What a session gives back after a step that ends at `length`. */
function outputsAt(length: number): Record<string, Tensor> {
  const data = new Float32Array(2 * length * 8);
  return Object.fromEntries(PRESENT.map((name) => [name, new Tensor('float32', data, [1, 2, length, 8])]));
}

describe('shared', () => {
  it('feeds and fetches one buffer per entry, as long as the capacity, and no two entries share one', () => {
    const { feeds, fetches } = create(true);
    expect(Object.keys(feeds)).toEqual(PAST);
    expect(Object.keys(fetches)).toEqual(PRESENT);
    expect(dimsOf(feeds)).toEqual(PAST.map(() => [1, 2, 32, 8]));
    PAST.forEach((past, i) => {
      expect(fetches[PRESENT[i]!]).toBe(feeds[past]);
    });
    expect(new Set(Object.values(feeds).map((tensor) => tensor.data)).size).toBe(4);
  });

  it('keeps feeding the same buffers', () => {
    const cache = create(true);
    const before = { ...cache.feeds };
    cache.advance(outputsAt(5));
    cache.mark();
    cache.advance(outputsAt(6));
    cache.rewind();
    for (const name of PAST) expect(cache.feeds[name]).toBe(before[name]);
  });
});

describe('passed', () => {
  it('begins empty and lets the runtime allocate', () => {
    const { feeds, fetches } = create(false);
    expect(dimsOf(feeds)).toEqual(PAST.map(() => [1, 2, 0, 8]));
    expect(fetches).toEqual(Object.fromEntries(PRESENT.map((name) => [name, null])));
  });

  it('feeds what the last step gave', () => {
    const cache = create(false);
    for (const length of [4, 5]) {
      const outputs = outputsAt(length);
      cache.advance(outputs);
      PAST.forEach((past, i) => {
        expect(cache.feeds[past]).toBe(outputs[PRESENT[i]!]);
      });
    }
  });

  it('rewinds to the mark, again and again, and to nothing when there is none', () => {
    const cache = create(false);
    cache.advance(outputsAt(3));
    cache.rewind();
    expect(dimsOf(cache.feeds)).toEqual(PAST.map(() => [1, 2, 0, 8]));
    cache.advance(outputsAt(7));
    cache.mark();
    for (let round = 0; round < 2; round++) {
      cache.advance(outputsAt(8));
      cache.advance(outputsAt(9));
      cache.rewind();
      expect(dimsOf(cache.feeds)).toEqual(PAST.map(() => [1, 2, 7, 8]));
    }
  });
});

it.each([true, false])('a float16 cache is made of half-precision bits, shared: %s', (shared) => {
  for (const tensor of Object.values(create(shared, { ...DECODER, kvType: 'float16' }).feeds)) {
    expect(tensor.type).toBe('float16');
    expect(tensor.data.constructor.name).toMatch(/^(Uint16Array|Float16Array)$/);
  }
});
