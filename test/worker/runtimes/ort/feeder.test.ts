// What passes are fed besides the KV cache, by a session that only notes it.
import { describe, expect, it } from 'vitest';
import type { FedInput } from '../../../../src/formats/onnx/decoder-interface.js';
import { createFeeder } from '../../../../src/worker/runtimes/ort/feeder.js';
import type { Session, Value } from '../../../../src/worker/runtimes/ort/session.js';

function fakeSession() {
  const made = new Map<Value, string>();
  const released: Value[] = [];
  const tensor: Session['tensor'] = (element, data, dims, start = 0) => {
    const count = dims.reduce((a, b) => a * b, 1);
    const values = [...(data as BigInt64Array | Int32Array)].slice(start, start + count).map(Number);
    const value = BigInt(made.size + 1) as Value;
    made.set(value, `${element} [${dims}] ${values}`);
    return value;
  };
  return { tensor, release: (value: Value) => void released.push(value), made, released };
}

const NAMES = ['input_ids', 'attention_mask', 'position_ids', 'num_logits_to_keep'] as const;

describe('the inputs of a pass', () => {
  it.each(['int64', 'int32'] as const)('are ids, ones and positions behind what is cached, in %s', (type) => {
    const session = fakeSession();
    const fed = NAMES.map((name): FedInput => ({ name, type, rank: name === 'num_logits_to_keep' ? 0 : 2 }));
    const feeder = createFeeder(session, { fed }, 8, false);
    const texts = (values: Value[]) => values.map((value) => session.made.get(value));
    const first = feeder.feed(BigInt64Array.of(7n, 8n, 9n), 0);
    expect(texts(first)).toEqual([`${type} [1,3] 7,8,9`, `${type} [1,3] 1,1,1`, `${type} [1,3] 0,1,2`, `${type} [] 1`]);
    feeder.release();
    expect(session.released).toEqual(first.slice(0, 3));
    const second = feeder.feed(BigInt64Array.of(5n), 3);
    expect(texts(second)).toEqual([`${type} [1,1] 5`, `${type} [1,4] 1,1,1,1`, `${type} [1,1] 3`, `${type} [] 1`]);
    expect(second[3]).toBe(first[3]);
  });

  it('have each the type and rank of its own declaration, and ask for all logits as 0', () => {
    const session = fakeSession();
    const fed: FedInput[] = [
      { name: 'input_ids', type: 'int32', rank: 2 },
      { name: 'attention_mask', type: 'int64', rank: 2 },
      { name: 'num_logits_to_keep', type: 'int64', rank: 1 },
    ];
    const values = createFeeder(session, { fed }, 4, true).feed(BigInt64Array.of(2n), 0);
    expect(values.map((value) => session.made.get(value))).toEqual(['int32 [1,1] 2', 'int64 [1,1] 1', 'int64 [1] 0']);
  });
});
