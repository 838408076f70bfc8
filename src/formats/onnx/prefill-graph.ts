// The prefill graph: a second graph that reads prompts. It is the decoder graph without its head, and multiplies in
// int8 what the decoder has in blocks of 4 or 8 bits. Decoding is limited by the bytes of the weights, prompts by
// arithmetic, and ONNX Runtime multiplies int8 several times as fast as blocks (docs/runtimes.md). Both fill the same
// KV cache.
import { nextPage } from './external-data.js';
import { type BlockShape, columnSteps, int8Columns } from './int8-columns.js';
import {
  byteLength,
  externalTensor,
  type Initializer,
  inlineTensor,
  type Node,
  nodeOf,
  type OnnxModel,
} from './model.js';
import { pruned } from './uses.js';

/** The path of the prefill graph that belongs to a decoder graph, whether or not the file exists. */
export function prefillPath(graph: string): string {
  return graph.replace(/\.onnx$/, '_prefill.onnx');
}

export function isPrefillGraph(path: string): boolean {
  return path.endsWith('_prefill.onnx');
}

/** A tensor of the prefill graph that is computed from two of the decoder graph. */
export interface DerivedWeight {
  name: string;
  type: 'int8' | 'float32';
  dims: number[];
  offset: number;
  bytes: number;
  /** Names of the packed blocks and of their scales. */
  from: { weight: string; scales: string };
  shape: BlockShape;
}

/** Each row of activations is scaled so that its largest magnitude becomes this. */
const LARGEST_ACTIVATION = 127;

/**
 * The prefill graph of `model`, with its derived weights placed behind the first `bytes` of the data file `location`;
 * null where no product can be replaced. The `bytes` that it returns are the length of that file with them.
 */
export function prefillGraph(model: OnnxModel, location: string, bytes: number) {
  const known = new Map(model.initializers.map((tensor) => [tensor.name, tensor]));
  const derived: DerivedWeight[] = [];
  const nodes: Node[] = [];
  const quantized = new Set<string>();
  let end = bytes;
  const place = (weight: Omit<DerivedWeight, 'offset' | 'bytes'>): string => {
    const offset = nextPage(end);
    const length = byteLength(weight.type, weight.dims);
    derived.push({ ...weight, offset, bytes: length });
    end = offset + length;
    return weight.name;
  };
  const headless = pruned({ ...model, outputs: model.outputs.filter(({ name }) => name !== 'logits') });
  for (const node of headless.nodes) {
    const blocks = blocksOf(node, known);
    if (blocks === null) {
      nodes.push(node);
      continue;
    }
    const { shape, from } = blocks;
    const input = node.inputs[0]!;
    if (!quantized.has(input)) nodes.push(...quantizeRows(input));
    quantized.add(input);
    const columns = place({ name: `${from.weight}_columns`, type: 'int8', dims: [shape.k, shape.n], from, shape });
    const steps = place({ name: `${from.weight}_steps`, type: 'float32', dims: [shape.n], from, shape });
    nodes.push(...multiply(node, input, columns, steps));
  }
  if (derived.length === 0) return null;
  const placed = derived.map((weight) => externalTensor(weight, location));
  const whole = pruned({ ...headless, nodes, initializers: [...model.initializers, ...constants(), ...placed] });
  const used = new Set(whole.nodes.flatMap((node) => node.inputs));
  return { model: { ...whole, inputs: whole.inputs.filter(({ name }) => used.has(name)) }, derived, bytes: end };
}

/** The bytes of a derived weight, from those of the packed blocks and of their scales (float32). All little-endian. */
export function deriveBytes(weight: DerivedWeight, packed: Uint8Array, scaleBytes: Uint8Array): Uint8Array {
  const scales = new Float32Array(Uint8Array.from(scaleBytes).buffer);
  const values =
    weight.type === 'int8' ? int8Columns(packed, scales, weight.shape) : columnSteps(packed, scales, weight.shape);
  return new Uint8Array(values.buffer);
}

/** null unless the node is a MatMulNBits that can be replaced: float32, no zero points, whole blocks in a row. */
function blocksOf(node: Node, known: Map<string, Initializer>): Pick<DerivedWeight, 'from' | 'shape'> | null {
  if (node.opType !== 'MatMulNBits') return null;
  const { K: k, N: n, block_size: block, bits = 4 } = node.attributes as Record<string, number>;
  const [, weight, scales, ...others] = node.inputs as [string, string, string, ...string[]];
  if (others.some((name) => name !== '') || known.get(scales)?.type !== 'float32') return null;
  if ((bits !== 4 && bits !== 8) || k! % block! !== 0) return null;
  return { from: { weight, scales }, shape: { k: k!, n: n!, block: block!, bits } };
}

const NAMES = {
  last: '/prefill/last_axis',
  share: '/prefill/share',
  least: '/prefill/least',
  one: '/prefill/one',
  activationZero: '/prefill/activation_zero',
  weightZero: '/prefill/weight_zero',
};

function constants(): Initializer[] {
  return [
    inlineTensor(NAMES.last, 'int64', [1], BigInt64Array.of(-1n)),
    inlineTensor(NAMES.share, 'float32', [], Float32Array.of(1 / LARGEST_ACTIVATION)),
    // A row of zeros is divided by this instead of zero.
    inlineTensor(NAMES.least, 'float32', [], Float32Array.of(1e-30)),
    inlineTensor(NAMES.one, 'float32', [], Float32Array.of(1)),
    inlineTensor(NAMES.activationZero, 'uint8', [], Uint8Array.of(128)),
    inlineTensor(NAMES.weightZero, 'int8', [], Int8Array.of(0)),
  ];
}

/** Quantises activations of any rank with one step for each row (each token): its largest magnitude becomes ±127. */
function quantizeRows(input: string): Node[] {
  const named = (part: string) => `${input}/prefill/${part}`;
  return [
    nodeOf('Abs', named('magnitudes'), [input]),
    nodeOf('ReduceMax', named('largest'), [named('magnitudes'), NAMES.last], { keepdims: 1 }),
    nodeOf('Mul', named('share'), [named('largest'), NAMES.share]),
    nodeOf('Max', named('step'), [named('share'), NAMES.least]),
    nodeOf('Div', named('in_steps'), [input, named('step')]),
    nodeOf('QuantizeLinear', named('integers'), [named('in_steps'), NAMES.one, NAMES.activationZero]),
  ];
}

function multiply(product: Node, input: string, columns: string, steps: string): Node[] {
  const [integers, step] = [`${input}/prefill/integers`, `${input}/prefill/step`];
  const inColumns = `${product.name}/prefill`;
  const factors = [integers, columns, NAMES.one, steps, NAMES.activationZero, NAMES.weightZero];
  return [
    nodeOf('MatMulIntegerToFloat', inColumns, factors),
    nodeOf('Mul', `${product.name}/scaled`, [inColumns, step], {}, [product.outputs[0]!]),
  ];
}
