// The two ways of keeping a KV cache, without a session: what is fed, what is given, what a rewind returns to,
// and that every value that nobody will return to is released exactly once.
import { describe, expect, it } from 'vitest';
import type { KvEntry } from '../../../../src/formats/onnx/decoder-interface.js';
import { createKvCache } from '../../../../src/worker/runtimes/ort/kv-cache.js';
import type { Session, Value } from '../../../../src/worker/runtimes/ort/session.js';

const ENTRIES: KvEntry[] = [
  { past: 'past_key_values.0.key', present: 'present.0.key', heads: 2, size: 8, type: 'float32' },
  { past: 'past_key_values.0.value', present: 'present.0.value', heads: 2, size: 4, type: 'float16' },
];
const CAPACITY = 32;

/** A session that only keeps books; values count up from 1. */
function bookkeeper(deviceMemory: string | null = null) {
  const made: { element: string; dims: number[] }[] = [];
  const released: Value[] = [];
  const session: Pick<Session, 'allocate' | 'release' | 'deviceMemory'> = {
    deviceMemory,
    allocate(element, dims) {
      made.push({ element, dims });
      return BigInt(made.length);
    },
    release: (value) => void released.push(value),
  };
  // One input and one output more than the cache has: ids and logits are not its business.
  const call = { inputs: new BigUint64Array([0n, 0n, 77n]), outputs: new BigUint64Array([0n, 0n, 88n]) };
  return { session, call, made, released };
}

function open(shared: boolean, deviceMemory: string | null = null) {
  const books = bookkeeper(deviceMemory);
  return { ...books, cache: createKvCache(books.session, books.call, { cache: ENTRIES }, shared, CAPACITY) };
}

describe.each([true, false])('shared: %s', (shared) => {
  it('makes one tensor per entry in the shape and type of the entry', () => {
    const { made } = open(shared);
    const length = shared ? CAPACITY : 0;
    expect(made.map(({ element, dims }) => [element, dims])).toEqual([
      ['float32', [1, 2, length, 8]],
      ['float16', [1, 2, length, 4]],
    ]);
  });

  it('leaves the other inputs and outputs alone', () => {
    const { cache, call } = open(shared, 'GPU');
    cache.prepare(3, false);
    cache.advance();
    cache.mark();
    cache.rewind(3);
    expect([call.inputs[2], call.outputs[2]]).toEqual([77n, 88n]);
  });
});

describe('shared', () => {
  it('feeds and gives the same value, whatever happens, and releases none', () => {
    const { cache, call, released } = open(true);
    for (const happens of [
      () => cache.prepare(3, false),
      cache.advance,
      cache.mark,
      cache.advance,
      () => cache.rewind(2),
    ]) {
      happens();
      expect([...call.inputs.subarray(0, 2)]).toEqual([1n, 2n]);
      expect([...call.outputs.subarray(0, 2)]).toEqual([1n, 2n]);
    }
    expect(released).toEqual([]);
  });
});

describe('passed', () => {
  /** A step: the runtime allocates outputs, the cache takes them over. */
  function step({ call, cache }: ReturnType<typeof open>, ...outputs: [Value, Value]) {
    expect([...call.outputs.subarray(0, 2)]).toEqual([0n, 0n]);
    call.outputs.set(outputs);
    cache.advance();
    expect([...call.inputs.subarray(0, 2)]).toEqual(outputs);
  }

  it('feeds what the last step gave and releases what it replaced, but never what rewind returns to', () => {
    const opened = open(false);
    step(opened, 10n, 11n);
    expect(opened.released).toEqual([]);
    step(opened, 20n, 21n);
    expect(opened.released).toEqual([10n, 11n]);
  });

  it('rewinds to nothing when there is no mark', () => {
    const opened = open(false);
    step(opened, 10n, 11n);
    opened.cache.rewind(0);
    expect([...opened.call.inputs.subarray(0, 2)]).toEqual([1n, 2n]);
    expect(opened.released).toEqual([10n, 11n]);
  });

  it('rewinds to the mark, again and again', () => {
    const opened = open(false);
    step(opened, 10n, 11n);
    opened.cache.mark();
    expect(opened.released).toEqual([1n, 2n]);
    for (const first of [20n, 30n]) {
      step(opened, first, first + 1n);
      step(opened, first + 2n, first + 3n);
      opened.cache.rewind(0);
      expect([...opened.call.inputs.subarray(0, 2)]).toEqual([10n, 11n]);
      opened.cache.rewind(0);
    }
    expect(opened.released).toEqual([1n, 2n, 20n, 21n, 22n, 23n, 30n, 31n, 32n, 33n]);
  });
});

describe('passed, on a device', () => {
  it('allocates there what a step will give, as long as the cache is then', () => {
    const { cache, call, made, released } = open(false, 'GPU');
    cache.prepare(5, false);
    expect(made.slice(2).map(({ dims }) => dims)).toEqual([
      [1, 2, 5, 8],
      [1, 2, 5, 4],
    ]);
    expect([...call.outputs]).toEqual([3n, 4n, 88n]);
    cache.advance();
    expect([...call.inputs]).toEqual([3n, 4n, 77n]);
    cache.prepare(6, false);
    cache.advance();
    expect([...call.inputs]).toEqual([5n, 6n, 77n]);
    expect(released).toEqual([3n, 4n]);
  });

  it('leaves the outputs to ONNX Runtime in main memory', () => {
    const { cache, call } = open(false);
    cache.prepare(5, false);
    expect([...call.outputs]).toEqual([0n, 0n, 88n]);
  });
});
