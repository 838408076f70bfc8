// Whether an execution provider computes attention like the CPU, and over how many rows: both run one GroupQueryAttention. From
// 32 rows on ONNX Runtime 1.30 uses another kernel, which is wrong on some GPUs (docs/runtimes.md).
import type { ExecutionProvider } from '../../../contract/vocabulary.js';
import { ELEMENT_TYPES, type Initializer, type OnnxModel } from '../../../formats/onnx/model.js';
import { encodeModel } from '../../../formats/onnx/write.js';
import { epUnavailable } from './execution-providers.js';
import type { OrtLibrary } from './library.js';
import { createSession } from './session.js';

/** The rows of a chunk of a prompt, the most rows before the other kernel is used, and those of a decode step. */
const PASSES = [128, 31, 1] as const;
/** Another order of sums makes an error of 3e-7; the mildest of the known faults makes 1e-2. */
const LARGEST_ERROR = 1e-3;
export const HEADS = 2;
export const HEAD_SIZE = 64;

/** The most rows that a pass on `ep` may have; null where there is no limit. Throws when even one row is wrong. */
export function longestPass(library: OrtLibrary, ep: ExecutionProvider): number | null {
  if (ep !== 'webgpu') return null;
  const sound = PASSES.find((rows) => attentionError(library, ep, rows) < LARGEST_ERROR);
  if (sound === undefined) throw epUnavailable(ep, new Error('it computes wrong attention'));
  return sound === PASSES[0] ? null : sound;
}

/** The root mean square of the difference from the CPU's attention over so many rows, relative to the CPU's values. */
export function attentionError(library: OrtLibrary, ep: ExecutionProvider, rows: number): number {
  const inputs = attentionInputs(rows);
  const [expected, found] = [attend(library, 'cpu', inputs), attend(library, ep, inputs)];
  const squares = (values: Float32Array) => values.reduce((sum, value) => sum + value * value, 0);
  return Math.sqrt(squares(found.map((value, i) => value - expected[i]!)) / squares(expected));
}

/** Inputs without a pattern that a mistake could reproduce. */
export function attentionInputs(rows: number) {
  const numbers = (heads: number, phase: number) =>
    Float32Array.from({ length: rows * heads * HEAD_SIZE }, (_, i) => 2 * Math.sin((i + 1) ** 1.5 + phase));
  return { rows, query: numbers(HEADS, 0), key: numbers(1, 1), value: numbers(1, 2) };
}

type AttentionInputs = ReturnType<typeof attentionInputs>;

/** Causal attention of `HEADS` query heads over one head of keys and values, on an empty cache. */
export function attend(library: OrtLibrary, ep: ExecutionProvider, inputs: AttentionInputs): Float32Array {
  const { rows, query, key, value } = inputs;
  const session = createSession(library, { graph: encodeModel(attention(rows)), threads: 1, ep });
  const call = session.prepare(['query', 'key', 'value'], ['attended']);
  const tensor = (data: Float32Array) => session.tensor('float32', data, [1, rows, data.length / rows]);
  call.inputs.set([query, key, value].map(tensor));
  call.run();
  return Float32Array.from(session.read('float32', call.outputs[0]!));
}

function attention(rows: number): OnnxModel {
  const tensor = (name: string, heads: number) => ({
    name,
    type: 'float32' as const,
    dims: [1, rows, heads * HEAD_SIZE],
  });
  const noPast = (name: string) => constant(name, 'float32', [1, 1, 0, HEAD_SIZE], new Float32Array());
  return {
    irVersion: 10,
    producer: 'edgeproof',
    opsets: { '': 21, 'com.microsoft': 1 },
    graphName: 'attention',
    nodes: [
      {
        opType: 'GroupQueryAttention',
        domain: 'com.microsoft',
        name: 'attention',
        inputs: ['query', 'key', 'value', 'past_key', 'past_value', 'last_position', 'length'],
        outputs: ['attended', 'present_key', 'present_value'],
        attributes: { num_heads: HEADS, kv_num_heads: 1 },
      },
    ],
    initializers: [
      noPast('past_key'),
      noPast('past_value'),
      constant('last_position', 'int32', [1, 1], Int32Array.of(rows - 1)),
      constant('length', 'int32', [1], Int32Array.of(rows)),
    ],
    inputs: [tensor('query', HEADS), tensor('key', 1), tensor('value', 1)],
    outputs: [tensor('attended', HEADS)],
    subgraphs: 0,
  };
}

function constant(name: string, type: 'float32' | 'int32', dims: number[], values: NodeJS.TypedArray): Initializer {
  const data = new Uint8Array(values.buffer);
  return { name, type, typeCode: ELEMENT_TYPES[type].code, dims, data: { kind: 'inline', bytes: data.length, data } };
}
