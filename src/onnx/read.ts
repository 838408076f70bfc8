// A .onnx file → OnnxModel. The file is hostile until read: every span is checked against its parent,
// large tensors are skipped rather than loaded, and anything odd is an `onnx-invalid` error.
import { problem, reasonOf } from '../errors.js';
import {
  type AttributeValue,
  byteLength,
  elementTypeOf,
  type Initializer,
  type Node,
  type OnnxModel,
  type TensorData,
  type ValueInfo,
} from './model.js';
import { type ByteSource, type Field, fields, openSource, sourceOf, WireError } from './protobuf.js';

/** Inline tensors up to this size are kept (shapes, axes, scalars); larger ones are weights. */
const KEPT_BYTES = 4096;
const LONGEST_TEXT = 1 << 20;
const LONGEST_LIST = 1 << 16;

/** Reads the graph of a .onnx file without its weights. */
export function readModel(path: string): OnnxModel {
  let source: ByteSource;
  try {
    source = openSource(path);
  } catch (error) {
    throw problem('file-unreadable', { path, reason: reasonOf(error) }, error);
  }
  try {
    return decodeModel(source);
  } catch (error) {
    if (error instanceof WireError) throw problem('onnx-invalid', { path, reason: error.message }, error);
    if (error instanceof Error && 'errno' in error)
      throw problem('file-unreadable', { path, reason: reasonOf(error) }, error);
    throw error;
  } finally {
    source.close();
  }
}

export function parseModel(bytes: Uint8Array): OnnxModel {
  return decodeModel(sourceOf(bytes));
}

function decodeModel(source: ByteSource): OnnxModel {
  const model: OnnxModel = {
    irVersion: 0,
    producer: '',
    opsets: {},
    graphName: '',
    nodes: [],
    initializers: [],
    inputs: [],
    outputs: [],
    subgraphs: 0,
  };
  let graphs = 0;
  for (const field of fields(source, 0, source.length)) {
    if (field.number === 1) model.irVersion = Number(scalar(field));
    else if (field.number === 2) model.producer = text(source, field);
    else if (field.number === 7) {
      graphs++;
      decodeGraph(source, span(field), model);
    } else if (field.number === 8) {
      const opset = decodeOpset(source, field);
      model.opsets[opset.domain] = opset.version;
    }
  }
  if (graphs !== 1) throw new WireError(`it holds ${graphs} graphs, not one`);
  if (model.nodes.length === 0) throw new WireError('its graph has no nodes');
  return model;
}

function decodeOpset(source: ByteSource, message: Field) {
  const opset = { domain: '', version: 0 };
  for (const field of within(source, message)) {
    if (field.number === 1) opset.domain = text(source, field);
    else if (field.number === 2) opset.version = Number(scalar(field));
  }
  return opset;
}

function decodeGraph(source: ByteSource, message: Field, model: OnnxModel): void {
  for (const field of within(source, message)) {
    if (field.number === 1) model.nodes.push(decodeNode(source, field, model));
    else if (field.number === 2) model.graphName = text(source, field);
    else if (field.number === 5) model.initializers.push(decodeTensor(source, field));
    else if (field.number === 11) model.inputs.push(decodeValue(source, field));
    else if (field.number === 12) model.outputs.push(decodeValue(source, field));
  }
}

function decodeNode(source: ByteSource, message: Field, model: OnnxModel): Node {
  const node: Node = { opType: '', domain: '', name: '', inputs: [], outputs: [], attributes: {} };
  for (const field of within(source, message)) {
    if (field.number === 1) node.inputs.push(text(source, field));
    else if (field.number === 2) node.outputs.push(text(source, field));
    else if (field.number === 3) node.name = text(source, field);
    else if (field.number === 4) node.opType = text(source, field);
    else if (field.number === 5) decodeAttribute(source, field, node, model);
    else if (field.number === 7) node.domain = text(source, field);
  }
  if (node.domain === 'ai.onnx') node.domain = '';
  return node;
}

function decodeAttribute(source: ByteSource, message: Field, node: Node, model: OnnxModel): void {
  let name = '';
  let value: AttributeValue | null = null;
  let type = 0;
  const ints: number[] = [];
  const floats: number[] = [];
  for (const field of within(source, message)) {
    if (field.number === 1) name = text(source, field);
    else if (field.number === 2) value = { float: packed(field, (at) => [float32(source, at), at + 4] as const)[0]! };
    else if (field.number === 3) value = Number(BigInt.asIntN(64, scalar(field)));
    else if (field.number === 4) value = text(source, field);
    else if (field.number === 5) value = decodeTensor(source, field);
    else if (field.number === 6 || field.number === 11) model.subgraphs++;
    else if (field.number === 7) floats.push(...packed(field, (at) => [float32(source, at), at + 4] as const));
    else if (field.number === 8) ints.push(...integers(source, field));
    else if (field.number === 20) type = Number(scalar(field));
  }
  if (floats.length > 0) value = { floats };
  else if (ints.length > 0) value = ints;
  value ??= emptyValue(type);
  // Not by assignment: a name such as __proto__ would change the object instead.
  if (value !== null)
    Object.defineProperty(node.attributes, name, { value, enumerable: true, configurable: true, writable: true });
}

/** What an attribute of this type holds when its writer left out zero, '' or an empty list. */
function emptyValue(type: number): AttributeValue | null {
  const values: Record<number, AttributeValue> = { 1: { float: 0 }, 2: 0, 3: '', 6: { floats: [] }, 7: [] };
  return values[type] ?? null;
}

function decodeTensor(source: ByteSource, message: Field): Initializer {
  const tensor: Initializer = {
    name: '',
    type: null,
    typeCode: 0,
    dims: [],
    data: { kind: 'inline', bytes: 0, data: null },
  };
  let inline: Field | null = null;
  let external = false;
  const entries: Record<string, string> = {};
  for (const field of within(source, message)) {
    if (field.number === 1) tensor.dims.push(...integers(source, field));
    else if (field.number === 2) tensor.typeCode = Number(scalar(field));
    else if (field.number === 8) tensor.name = text(source, field);
    else if (field.number === 9) inline = span(field);
    else if (field.number === 13) Object.assign(entries, decodeEntry(source, field));
    else if (field.number === 14) external = scalar(field) === 1n;
  }
  tensor.type = elementTypeOf(tensor.typeCode);
  if (tensor.dims.some((dim) => dim < 0)) throw new WireError(`tensor "${tensor.name}" has a negative dimension`);
  tensor.data = external ? externalData(tensor, entries) : inlineData(source, tensor, inline);
  return tensor;
}

function externalData(tensor: Initializer, entries: Record<string, string>): TensorData {
  const offset = Number(entries.offset ?? 0);
  const expected = tensor.type === null ? 0 : byteLength(tensor.type, tensor.dims);
  const bytes = Number(entries.length ?? expected);
  if (tensor.type !== null && bytes !== expected) throw sizeContradiction(tensor, bytes, expected);
  if (!entries.location || !Number.isSafeInteger(offset) || !Number.isSafeInteger(bytes) || offset < 0 || bytes < 0) {
    throw new WireError(`tensor "${tensor.name}" has a bad external data entry`);
  }
  return { kind: 'external', location: entries.location, offset, bytes };
}

function inlineData(source: ByteSource, tensor: Initializer, field: Field | null): TensorData {
  // Values in typed fields (int64_data …) have no raw span: their size follows from type and shape.
  const expected = tensor.type === null ? null : byteLength(tensor.type, tensor.dims);
  const bytes = field === null ? (expected ?? 0) : field.end - field.start;
  if ((expected !== null && bytes !== expected) || !Number.isSafeInteger(bytes))
    throw sizeContradiction(tensor, bytes, expected);
  const data = field !== null && bytes <= KEPT_BYTES ? source.read(field.start, bytes) : null;
  return { kind: 'inline', bytes, data };
}

function sizeContradiction(tensor: Initializer, bytes: number, expected: number | null): WireError {
  return new WireError(
    `tensor "${tensor.name}" has ${bytes} bytes; its shape [${tensor.dims.join(', ')}] takes ${expected}`,
  );
}

function decodeEntry(source: ByteSource, message: Field): Record<string, string> {
  let key = '';
  let value = '';
  for (const field of within(source, message)) {
    if (field.number === 1) key = text(source, field);
    else if (field.number === 2) value = text(source, field);
  }
  return { [key]: value };
}

function decodeValue(source: ByteSource, message: Field): ValueInfo {
  const value: ValueInfo = { name: '', type: null, dims: [] };
  for (const field of within(source, message)) {
    if (field.number === 1) value.name = text(source, field);
    else if (field.number === 2) decodeType(source, field, value);
  }
  return value;
}

function decodeType(source: ByteSource, message: Field, value: ValueInfo): void {
  for (const type of within(source, message)) {
    if (type.number !== 1) continue;
    for (const tensor of within(source, type)) {
      if (tensor.number === 1) value.type = elementTypeOf(Number(scalar(tensor)));
      else if (tensor.number === 2) {
        for (const dim of within(source, tensor)) if (dim.number === 1) value.dims.push(decodeDimension(source, dim));
      }
    }
  }
}

function decodeDimension(source: ByteSource, message: Field): number | string | null {
  for (const field of within(source, message)) {
    if (field.number === 1) return Number(BigInt.asIntN(64, scalar(field)));
    if (field.number === 2) return text(source, field);
  }
  return null;
}

function within(source: ByteSource, message: Field): Generator<Field> {
  const { start, end } = span(message);
  return fields(source, start, end);
}

function span(field: Field): Field {
  if (field.wire !== 2) throw new WireError(`field ${field.number} should be length-delimited`);
  return field;
}

function scalar(field: Field): bigint {
  if (field.wire !== 0) throw new WireError(`field ${field.number} should be an integer`);
  return field.value;
}

function text(source: ByteSource, field: Field): string {
  const { start, end } = span(field);
  if (end - start > LONGEST_TEXT) throw new WireError(`a text of ${end - start} bytes at byte ${start}`);
  return Buffer.from(source.read(start, end - start)).toString('utf8');
}

function float32(source: ByteSource, at: number): number {
  return Buffer.from(source.read(at, 4)).readFloatLE(0);
}

/** A repeated integer field: one value, or all of them packed. */
function integers(source: ByteSource, field: Field): number[] {
  if (field.wire === 0) return [Number(BigInt.asIntN(64, field.value))];
  return packed(field, (at, end) => {
    let value = 0n;
    const bytes = source.read(at, Math.min(10, end - at));
    for (let i = 0; i < bytes.length; i++) {
      value |= BigInt(bytes[i]! & 0x7f) << BigInt(7 * i);
      if (bytes[i]! < 0x80) return [Number(BigInt.asIntN(64, value)), at + i + 1] as const;
    }
    throw new WireError(`unfinished varint at byte ${at}`);
  });
}

function packed(field: Field, next: (at: number, end: number) => readonly [number, number]): number[] {
  if (field.wire === 5) return [next(field.start, field.end)[0]];
  const { start, end } = span(field);
  const values: number[] = [];
  for (let at = start; at < end; ) {
    const [value, after] = next(at, end);
    if (after > end) throw new WireError(`a number at byte ${at} passes the end of its list`);
    values.push(value);
    at = after;
    if (values.length > LONGEST_LIST)
      throw new WireError(`a list of more than ${LONGEST_LIST} numbers at byte ${start}`);
  }
  return values;
}
