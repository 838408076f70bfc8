// What a pass is fed besides the KV cache: token ids, mask, positions. Each is a tensor of the type that the graph declares.
import type { Decoder, FedInput, FedName } from '../../../formats/onnx/decoder-interface.js';
import type { Session, Value } from './session.js';

type Integers = BigInt64Array | Int32Array;

export interface Feeder {
  /** The inputs of a pass over `ids` behind `length` positions, in the order of `decoder.fed`. */
  feed(ids: BigInt64Array, length: number): Value[];
  /** Releases what was fed last. */
  release(): void;
}

/** `allLogits`: whether a graph that can leave out logits is asked for all of them. */
export function createFeeder(
  session: Pick<Session, 'tensor' | 'release'>,
  { fed }: Pick<Decoder, 'fed'>,
  capacity: number,
  allLogits: boolean,
): Feeder {
  const rows: Record<FedName, (position: number) => number> = {
    input_ids: () => 0,
    attention_mask: () => 1,
    position_ids: (position) => position,
    num_logits_to_keep: () => (allLogits ? 0 : 1),
  };
  const inputs = fed.map((input) => {
    const once = input.name === 'num_logits_to_keep';
    const data = filled(input.type, once ? 1 : capacity, rows[input.name]);
    // A number, or a list of one number.
    return { ...input, data, kept: once ? session.tensor(input.type, data, input.rank === 0 ? [] : [1]) : null };
  });
  let step: Value[] = [];
  const tensorOf = ({ name, type, data }: FedInput & { data: Integers }, ids: BigInt64Array, length: number) => {
    if (name === 'input_ids') put(ids, data);
    if (name === 'attention_mask') return session.tensor(type, data, [1, length + ids.length]);
    return session.tensor(type, data, [1, ids.length], name === 'position_ids' ? length : 0);
  };
  return {
    feed(ids, length) {
      const all = inputs.map((input) => input.kept ?? tensorOf(input, ids, length));
      step = all.filter((_, i) => inputs[i]!.kept === null);
      return all;
    },
    release() {
      for (const value of step) session.release(value);
      step = [];
    },
  };
}

function filled(type: FedInput['type'], length: number, value: (index: number) => number): Integers {
  return type === 'int64'
    ? BigInt64Array.from({ length }, (_, i) => BigInt(value(i)))
    : Int32Array.from({ length }, (_, i) => value(i));
}

function put(ids: BigInt64Array, data: Integers): void {
  if (data instanceof BigInt64Array) data.set(ids);
  else for (let i = 0; i < ids.length; i++) data[i] = Number(ids[i]);
}
