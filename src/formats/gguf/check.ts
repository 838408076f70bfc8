// What no GGUF file may contradict: sizes in its metadata are whole numbers, and tensors lie in the file, aligned and
// apart, under names of their own.
import { FILE_BOUNDS } from '../../contract/file-bounds.js';
import type { GgufFile, GgufValue } from './file.js';
import { blockOf } from './tensor-types.js';

type Fail = (reason: string) => Error;

/** A name in an error message. */
export const quoted = (name: string) => JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);

const { layers, heads, width, vocabulary, context } = FILE_BOUNDS;

/** The largest value of the keys that begin with the name of the architecture. Per-layer values are lists. */
const SIZES: Record<string, number> = {
  block_count: layers,
  context_length: context,
  embedding_length: width,
  feed_forward_length: width,
  vocab_size: vocabulary,
  expert_count: heads,
  expert_used_count: heads,
  'attention.head_count': heads,
  'attention.head_count_kv': heads,
  'attention.key_length': width,
  'attention.value_length': width,
  'attention.kv_lora_rank': width,
  'attention.q_lora_rank': width,
  'attention.sliding_window': context,
  'rope.dimension_count': width,
};

export function checkMetadata(metadata: GgufFile['metadata'], fail: Fail): void {
  const architecture = metadata.get('general.architecture');
  if (architecture === undefined) return;
  if (typeof architecture !== 'string') throw fail('general.architecture is not a text');
  for (const [key, most] of Object.entries(SIZES)) {
    const name = `${architecture}.${key}`;
    const value = metadata.get(name);
    if (value === undefined) continue;
    const all = isList(value) ? (value.values ?? []) : [value];
    const wrong = all.find((size) => !isSize(size, most));
    if (wrong !== undefined) throw fail(`${quoted(name)} is ${text(wrong)}; expected a whole number from 0 to ${most}`);
  }
  const sizeOf = (key: string) => Number(metadata.get(`${architecture}.${key}`) ?? 0);
  if (sizeOf('expert_used_count') > sizeOf('expert_count'))
    throw fail(`it uses ${sizeOf('expert_used_count')} of ${sizeOf('expert_count')} experts`);
  const [hidden, count] = [sizeOf('embedding_length'), sizeOf('attention.head_count')];
  if (!metadata.has(`${architecture}.attention.key_length`) && count > 0 && hidden % count !== 0)
    throw fail(`its embedding_length of ${hidden} is no multiple of its ${count} heads, and it has no key_length`);
}

function isList(value: GgufValue) {
  return typeof value === 'object';
}

function isSize(value: GgufValue, most: number): boolean {
  return typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))
    ? value >= 0 && value <= most
    : false;
}

function text(value: GgufValue): string {
  return typeof value === 'object' ? 'a list' : typeof value === 'string' ? quoted(value) : String(value);
}

/** Their offsets count from `start`, where the data of a file of `fileBytes` begins. */
export function checkTensors(tensors: GgufFile['tensors'], alignment: number, fileBytes: number, fail: Fail): void {
  const names = new Set<string>();
  for (const { name, type, dims, offset, bytes } of tensors) {
    const tensor = `tensor ${quoted(name)}`;
    if (names.has(name)) throw fail(`${tensor} is there twice`);
    names.add(name);
    const { elements } = blockOf(type);
    if ((dims[0] ?? 1) % elements !== 0)
      throw fail(`${tensor} has rows of ${dims[0]}; expected a multiple of ${elements}, the block of ${type}`);
    if (!Number.isSafeInteger(bytes) || offset + bytes > fileBytes)
      throw fail(`${tensor} does not fit into the file's ${fileBytes} bytes`);
    if (offset % alignment !== 0) throw fail(`${tensor} is not aligned to ${alignment} bytes`);
  }
  const placed = tensors.filter(({ bytes }) => bytes > 0).toSorted((a, b) => a.offset - b.offset);
  placed.forEach((tensor, i) => {
    const before = placed[i - 1];
    if (before !== undefined && before.offset + before.bytes > tensor.offset)
      throw fail(`tensors ${quoted(before.name)} and ${quoted(tensor.name)} overlap`);
  });
}
