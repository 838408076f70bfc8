// A small GGUF file as plain data, and damage by its structure: counts, types, lengths, dimensions and offsets.
// Written from the description of the format, not from edgeproof's own writer.
import { below, ODD_INTEGERS, ODD_TEXTS, oneOf } from './mutations.mjs';

/** @typedef {{ key: string, type: number, value: Buffer }} Entry */
/** @typedef {{ name: string, dims: bigint[], type: number, offset: bigint }} Tensor */
/** @typedef {{ version: number, tensorCount: bigint, entryCount: bigint, entries: Entry[], tensors: Tensor[], dataBytes: number }} Gguf */

export const [UINT32, FLOAT32, STRING, ARRAY, UINT64, FLOAT64] = [4, 6, 8, 9, 10, 12];

/** @param {number} value */
export const u32 = (value) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
};
/** @param {bigint} value */
export const u64 = (value) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
  return bytes;
};
/** @param {number} value */
export const f32 = (value) => {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
};
/** @param {number} value */
const f64 = (value) => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
};
/** @param {string} text */
export const string = (text) => Buffer.concat([u64(BigInt(Buffer.byteLength(text))), Buffer.from(text)]);

/** @returns {Gguf} a decoder of two layers and 32 tokens */
export function ggufParts() {
  /** @param {string} key @param {number} value @returns {Entry} */
  const size = (key, value) => ({ key: `llama.${key}`, type: UINT32, value: u32(value) });
  const entries = [
    { key: 'general.architecture', type: STRING, value: string('llama') },
    { key: 'general.alignment', type: UINT32, value: u32(32) },
    ...[size('block_count', 2), size('context_length', 64), size('embedding_length', 64), size('vocab_size', 32)],
    ...[size('attention.head_count', 4), size('attention.head_count_kv', 2), size('expert_count', 4)],
    ...[size('attention.sliding_window', 16), size('expert_used_count', 2)],
    { key: 'llama.attention.layer_norm_rms_epsilon', type: FLOAT32, value: f32(1e-6) },
    {
      key: 'tokenizer.ggml.tokens',
      type: ARRAY,
      value: Buffer.concat([u32(STRING), u64(32n), ...Array.from({ length: 32 }, (_, i) => string(`t${i}`))]),
    },
  ];
  const shapes = [0, 1].flatMap((i) => [
    { name: `blk.${i}.attn_q.weight`, dims: [64n, 64n], type: 2, bytes: 64 * 36 },
    { name: `blk.${i}.attn_norm.weight`, dims: [64n], type: 0, bytes: 256 },
    { name: `blk.${i}.ffn_up_exps.weight`, dims: [64n, 32n, 4n], type: 8, bytes: 4 * 32 * 68 },
  ]);
  let at = 0;
  const tensors = [{ name: 'token_embd.weight', dims: [64n, 32n], type: 1, bytes: 4096 }, ...shapes].map(
    ({ bytes, ...tensor }) => {
      const offset = BigInt(at);
      at += bytes;
      return { ...tensor, offset };
    },
  );
  const counts = { tensorCount: BigInt(tensors.length), entryCount: BigInt(entries.length) };
  return { version: 3, ...counts, entries, tensors, dataBytes: at };
}

/** @param {Gguf} file */
export function ggufBytes({ version, tensorCount, entryCount, entries, tensors, dataBytes }) {
  const header = Buffer.concat([
    Buffer.from('GGUF'),
    ...[u32(version), u64(tensorCount), u64(entryCount)],
    ...entries.flatMap(({ key, type, value }) => [string(key), u32(type), value]),
    ...tensors.flatMap(({ name, dims, type, offset }) => [
      ...[string(name), u32(dims.length), ...dims.map(u64), u32(type), u64(offset)],
    ]),
  ]);
  return Buffer.concat([header, Buffer.alloc(-header.length & 31), Buffer.alloc(dataBytes)]);
}

const ODD_FLOATS = [Number.NaN, Number.POSITIVE_INFINITY, -3.5, 0, 1e38, 2.5];

/** @param {() => number} random @returns {Pick<Entry, 'type' | 'value'>} */
function oddValue(random) {
  const integer = oneOf(random, ODD_INTEGERS);
  /** @type {[number, Buffer][]} */
  const values = [
    [UINT32, u32(Number(BigInt.asUintN(32, integer)))],
    [5, u32(Number(BigInt.asUintN(32, integer)))],
    [UINT64, u64(integer)],
    [11, u64(integer)],
    [FLOAT32, f32(oneOf(random, ODD_FLOATS))],
    [FLOAT64, f64(oneOf(random, ODD_FLOATS))],
    [STRING, string(oneOf(random, ODD_TEXTS))],
    [ARRAY, Buffer.concat([u32(FLOAT32), u64(2n), f32(oneOf(random, ODD_FLOATS)), f32(1)])],
    [ARRAY, Buffer.concat([u32(below(random, 14)), u64(integer)])],
    [below(random, 20), u64(integer)],
  ];
  const [type, value] = oneOf(random, values);
  return { type, value };
}

/** The bytes are not looked at: the file is made anew from its parts. @type {import('./mutations.mjs').Mutation} */
export function mutateParts(_, random) {
  const file = ggufParts();
  for (let i = 1 + below(random, 3); i > 0; i--) {
    const entry = oneOf(random, file.entries);
    const tensor = oneOf(random, file.tensors);
    const integer = oneOf(random, ODD_INTEGERS);
    oneOf(random, [
      () => Object.assign(entry, oddValue(random)),
      () => Object.assign(entry, oddValue(random)),
      () => Object.assign(entry, { key: random() < 0.5 ? oneOf(random, ODD_TEXTS) : oneOf(random, file.entries).key }),
      () =>
        Object.assign(tensor, { name: random() < 0.5 ? oneOf(random, ODD_TEXTS) : oneOf(random, file.tensors).name }),
      () => tensor.dims.splice(below(random, tensor.dims.length), 1, integer),
      () => tensor.dims.splice(0, 9, ...Array.from({ length: below(random, 6) }, () => oneOf(random, ODD_INTEGERS))),
      () => Object.assign(tensor, { type: below(random, 50) }),
      () => Object.assign(tensor, { offset: random() < 0.5 ? integer : tensor.offset + 32n }),
      () => Object.assign(file, random() < 0.5 ? { tensorCount: integer } : { entryCount: integer }),
      () => file.entries.splice(file.entries.indexOf(entry), 1),
      () => Object.assign(file, { dataBytes: below(random, 40_000) }),
    ])();
  }
  return ggufBytes(file);
}
