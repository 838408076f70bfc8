// Finds the tensors of a decoder that hold one row for each position, [batch, positions, …], and the nodes that compute
// each such row by itself. Behind the last attention, such nodes can be given only the rows that are wanted.
import { firstInteger, integerOf, type Node, type OnnxModel } from '../model.js';
import type { Wiring } from './draft.js';

/** `rows`: a row for each position. `fixed`: the same for all positions. null: unknown. */
export type Extent = 'rows' | 'fixed' | null;

const ELEMENTWISE = new Set(
  (
    'Abs Add BiasGelu Cast Clip Cos Div Elu Erf Exp FastGelu Gelu HardSigmoid Identity LeakyRelu Log Max Min Mul Neg ' +
    'Pow QuickGelu Reciprocal Relu Sigmoid Sin Softplus Sqrt Sub Tanh Where'
  ).split(' '),
);
/** They multiply each row with weights. */
const PRODUCTS = new Set(['MatMul', 'MatMulNBits', 'MatMulBnb4', 'MatMulInteger', 'MatMulIntegerToFloat']);
/** They compute each row by itself where they work on the last axis. */
const ALONG_THE_ROW = new Set([
  'LayerNormalization',
  'LogSoftmax',
  'RMSNormalization',
  'SimplifiedLayerNormalization',
  'Softmax',
]);
const ROW_NORMS = new Set(['SkipLayerNormalization', 'SkipSimplifiedLayerNormalization']);
const REDUCTIONS = new Set(['ReduceMean', 'ReduceSum', 'ReduceMax', 'ReduceL2']);
/** Their first output always has a row for each position. */
const ATTENTIONS = new Set(['GroupQueryAttention', 'MultiHeadAttention']);
const LOOK_UPS = new Set(['Gather', 'GatherBlockQuantized']);
const AXES_OF_ROWS = [-1, 2];
/** Nodes between a computed constant and the tensors it is computed from. */
const DEEPEST_CONSTANT = 8;

/** Whether each row of the outputs depends only on the same row of the inputs. */
export function isRowwise(node: Node, wiring: Wiring, extentOf: (name: string) => Extent): boolean {
  const extents = node.inputs.filter((name) => name !== '').map(extentOf);
  if (extents.includes(null) || !extents.includes('rows')) return false;
  const { opType } = node;
  if (ELEMENTWISE.has(opType) || ROW_NORMS.has(opType))
    return node.inputs.every((name) => extentOf(name) !== 'fixed' || isFlat(name, wiring));
  if (PRODUCTS.has(opType)) return extentOf(node.inputs[0]!) === 'rows' && !extents.slice(1).includes('rows');
  if (ALONG_THE_ROW.has(opType) || opType === 'Split' || opType === 'Concat')
    return AXES_OF_ROWS.includes(integerOf(node, 'axis', opType === 'Split' ? 0 : -1));
  if (opType === 'DequantizeLinear')
    return wiring.tensors.get(node.inputs[1]!)?.dims.every((dim) => dim === 1) === true;
  return REDUCTIONS.has(opType) && integerOf(node, 'keepdims', 1) === 1 && reducesRows(node, wiring);
}

/** Whether a constant is a single row or a single number. A table could hold a row for each position. */
function isFlat(name: string, wiring: Wiring, depth = 0): boolean {
  const flat = (dims: number[]) => dims.length < 2 || dims.slice(0, -1).every((dim) => dim === 1);
  const tensor = wiring.tensors.get(name);
  if (tensor !== undefined) return flat(tensor.dims);
  const producer = wiring.producers.get(name);
  if (producer === undefined || depth > DEEPEST_CONSTANT) return false;
  if (producer.opType === 'DynamicQuantizeLinear') return true;
  const { value } = producer.attributes;
  if (producer.opType === 'Constant') return typeof value === 'object' && 'dims' in value && flat(value.dims);
  return ELEMENTWISE.has(producer.opType) && producer.inputs.every((input) => isFlat(input, wiring, depth + 1));
}

function reducesRows(node: Node, { tensors }: Wiring): boolean {
  const { axes } = node.attributes;
  if (Array.isArray(axes)) return axes.length === 1 && AXES_OF_ROWS.includes(axes[0]!);
  const list = tensors.get(node.inputs[1] ?? '');
  return list?.data.bytes === 8 && AXES_OF_ROWS.includes(firstInteger(list) ?? 0);
}

/** The extent of each tensor, from the node that makes it or from the shape that the file states. */
export function extents(model: OnnxModel, wiring: Wiring): (name: string) => Extent {
  const known = new Map<string, Extent>();
  const positions = model.inputs.find(({ name }) => name === 'input_ids')?.dims[1];
  const stated = new Set(
    (model.values ?? [])
      .filter(({ dims }) => dims.length === 3 && typeof dims[1] === 'string' && dims[1] === positions)
      .map(({ name }) => name),
  );
  const initial = (name: string): Extent => (wiring.tensors.has(name) ? 'fixed' : stated.has(name) ? 'rows' : null);
  const extentOf = (name: string) => known.get(name) ?? initial(name);
  for (const node of model.nodes) {
    const inputs = node.inputs.filter((name) => name !== '').map(extentOf);
    node.outputs.forEach((name, index) => {
      const extent = madeBy(node, index, inputs) ?? (isRowwise(node, wiring, extentOf) ? 'rows' : null);
      if (name !== '' && extent !== null) known.set(name, extent);
    });
  }
  return extentOf;

  function madeBy(node: Node, index: number, inputs: Extent[]): Extent {
    if (node.opType === 'Constant' || (inputs.length > 0 && inputs.every((extent) => extent === 'fixed')))
      return 'fixed';
    if (LOOK_UPS.has(node.opType)) return node.inputs[1] === 'input_ids' ? 'rows' : null;
    if (ATTENTIONS.has(node.opType)) return index === 0 ? 'rows' : null;
    // All rows share the scale and the zero point.
    if (node.opType === 'DynamicQuantizeLinear') return index > 0 ? 'fixed' : (inputs[0] ?? null);
    return node.opType === 'Reshape' && hasThreeAxes(node.inputs[1] ?? '') ? 'rows' : null;
  }

  /** Whether a shape is [batch, positions, width]. */
  function hasThreeAxes(shape: string): boolean {
    const constant = wiring.tensors.get(shape);
    if (constant !== undefined) return constant.dims[0] === 3 && firstInteger(constant) === 0;
    const producer = wiring.producers.get(shape);
    return producer?.opType === 'Concat' && producer.inputs.length === 3 && wiring.tensors.has(producer.inputs[2]!);
  }
}
