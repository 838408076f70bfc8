// The part of ONNX's ModelProto that edgeproof reads and writes, as plain data.
// Field meanings: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto

/** TensorProto.DataType by our names, with the bits of an element: two of 4 bits are packed into a byte. */
export const ELEMENT_TYPES = {
  float32: { code: 1, bits: 32 },
  uint8: { code: 2, bits: 8 },
  int8: { code: 3, bits: 8 },
  uint16: { code: 4, bits: 16 },
  int16: { code: 5, bits: 16 },
  int32: { code: 6, bits: 32 },
  int64: { code: 7, bits: 64 },
  bool: { code: 9, bits: 8 },
  float16: { code: 10, bits: 16 },
  float64: { code: 11, bits: 64 },
  uint32: { code: 12, bits: 32 },
  uint64: { code: 13, bits: 64 },
  bfloat16: { code: 16, bits: 16 },
  uint4: { code: 21, bits: 4 },
  int4: { code: 22, bits: 4 },
} as const;

export type ElementType = keyof typeof ELEMENT_TYPES;
/** Types of activations, of scales and of the KV cache. */
export type FloatType = 'float32' | 'float16';

export function isFloatType(type: ElementType | null | undefined): type is FloatType {
  return type === 'float32' || type === 'float16';
}

export function elementTypeOf(code: number): ElementType | null {
  for (const [name, type] of Object.entries(ELEMENT_TYPES)) if (type.code === code) return name as ElementType;
  return null;
}

/** Bytes that a tensor of this type and shape occupies (4-bit types packed two to a byte). */
export function byteLength(type: ElementType, dims: readonly number[]): number {
  return Math.ceil((dims.reduce((a, b) => a * b, 1) * ELEMENT_TYPES[type].bits) / 8);
}

/** Where the bytes of a tensor are: in the model file, or in a file beside it. */
export type TensorData = InlineData | { kind: 'external'; location: string; offset: number; bytes: number };

export interface InlineData {
  kind: 'inline';
  bytes: number;
  /** null where they are too many to keep in memory. */
  data: Uint8Array | null;
  /** Offset of the bytes in the model file; set by readWholeModel only. */
  at?: number;
}

export interface Initializer {
  name: string;
  /** null where `typeCode` is not in ELEMENT_TYPES. */
  type: ElementType | null;
  typeCode: number;
  dims: number[];
  data: TensorData;
  rest?: Uint8Array;
}

/** An integer is a plain number. Floats are wrapped, because JavaScript cannot tell 1 from 1.0. */
export type AttributeValue = number | string | number[] | { float: number } | { floats: number[] } | Initializer;

export interface Node {
  opType: string;
  /** '' is the standard domain. */
  domain: string;
  name: string;
  /** An omitted optional input or output is ''. */
  inputs: string[];
  outputs: string[];
  attributes: Record<string, AttributeValue>;
  /** Attributes that `attributes` cannot hold (graphs, lists of texts …), each message as it was read. */
  opaque?: Record<string, Uint8Array>;
  /** Branches of an If, the body of a Loop or Scan: what facts are read from. They are written as `opaque`. */
  graphs?: Subgraph[];
  rest?: Uint8Array;
}

export type Subgraph = Pick<OnnxModel, 'nodes' | 'initializers' | 'inputs' | 'outputs'>;

/** A graph input or output. A dimension is a number, the name of a symbol, or null where it is neither. */
export interface ValueInfo {
  name: string;
  type: ElementType | null;
  dims: (number | string | null)[];
  /** The whole message as it was read, where it holds more than these fields. */
  opaque?: Uint8Array;
}

/**
 * A model that was read as a whole (`readWholeModel`) also has what we do not understand: each `rest` holds the other
 * fields of its message byte for byte, so that writing the model again loses nothing.
 */
export interface OnnxModel {
  irVersion: number;
  producer: string;
  opsets: Record<string, number>;
  graphName: string;
  nodes: Node[];
  initializers: Initializer[];
  inputs: ValueInfo[];
  outputs: ValueInfo[];
  /** Graphs inside its nodes (If, Loop, Scan). */
  subgraphs: number;
  /** Names that graphs inside nodes use; some of them are tensors of this graph. */
  usedInside?: string[];
  /** Types and shapes that the file states for tensors between nodes. */
  values?: ValueInfo[];
  rest?: Uint8Array;
  graphRest?: Uint8Array;
}

/** An attribute of a node, or `absent`, the default of the operator's schema. */
export function integerOf(node: Node, name: string, absent: number): number {
  const value = node.attributes[name];
  return typeof value === 'number' ? value : absent;
}

/** The row of a name in a table. Files name operators and inputs as they like: `constructor` is in no table. */
export function rowOf<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** The first value of an int64 tensor that is kept in the graph; null for others. */
export function firstInteger(tensor: Initializer | undefined): number | null {
  if (tensor?.type !== 'int64' || tensor.data.kind !== 'inline' || !tensor.data.data?.length) return null;
  return Number(Buffer.from(tensor.data.data).readBigInt64LE());
}

/** A tensor whose values are kept in the graph, little-endian. */
export function inlineTensor(name: string, type: ElementType, dims: number[], values: NodeJS.TypedArray): Initializer {
  const data = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return { name, type, typeCode: ELEMENT_TYPES[type].code, dims, data: { kind: 'inline', bytes: data.length, data } };
}

/** A tensor whose values lie in the data file `location`. */
export function externalTensor(
  tensor: { name: string; type: ElementType; dims: number[]; offset: number; bytes: number },
  location: string,
): Initializer {
  const { name, type, dims, offset, bytes } = tensor;
  return { name, type, typeCode: ELEMENT_TYPES[type].code, dims, data: { kind: 'external', location, offset, bytes } };
}

/** Operators of ONNX Runtime that ONNX does not have. */
const CONTRIB_OPERATORS = new Set([
  'FastGelu',
  'GatherBlockQuantized',
  'GroupQueryAttention',
  'MatMulIntegerToFloat',
  'MatMulNBits',
  'QMoE',
  'RotaryEmbedding',
  'SkipSimplifiedLayerNormalization',
]);

/** A node in the domain of its operator. A single output has the name of the node unless `outputs` says otherwise. */
export function nodeOf(
  opType: string,
  name: string,
  inputs: string[],
  attributes: Record<string, AttributeValue> = {},
  outputs: string[] = [name],
): Node {
  const domain = CONTRIB_OPERATORS.has(opType) ? 'com.microsoft' : '';
  return { opType, domain, name, inputs, outputs, attributes };
}
