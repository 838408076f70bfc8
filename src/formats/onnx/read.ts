// A .onnx file → OnnxModel. The file is not trusted: every span is checked against its parent, large tensors are
// skipped rather than loaded, and anything malformed is an `onnx-invalid` error.
import { FILE_BOUNDS } from '../../contract/file-bounds.js';
import { problem, reasonOf } from '../../errors.js';
import { checkModel, checkValue } from './check-model.js';
import { type AttributeValue, elementTypeOf, type Node, type OnnxModel, type ValueInfo } from './model.js';
import { type ByteSource, type Field, fields, openSource, sourceOf, WireError } from './protobuf.js';
import { floats32, integers, leftovers, scalar, span, text, whole, wholeField, within } from './protobuf-values.js';
import { decodeTensor } from './read-tensor.js';

/** Reads the graph of a .onnx file without its weights. Throws onnx-invalid or file-unreadable. */
export function readModel(path: string): OnnxModel {
  return readFile(path, false);
}

/** The same, but unknown fields are kept, so that the model can be changed and written again without loss. */
export function readWholeModel(path: string): OnnxModel {
  return readFile(path, true);
}

function readFile(path: string, whole: boolean): OnnxModel {
  const source = openSource(path, whole);
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

export function parseModel(bytes: Uint8Array, whole = false): OnnxModel {
  return decodeModel(sourceOf(bytes, whole));
}

function emptyModel(): OnnxModel {
  return {
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
}

function decodeModel(source: ByteSource): OnnxModel {
  const model = emptyModel();
  const left = leftovers(source);
  let graphs = 0;
  for (const field of fields(source, 0, source.length)) {
    if (field.number === 1) model.irVersion = whole(field, 'ir_version');
    else if (field.number === 2) model.producer = text(source, field);
    else if (field.number === 7) {
      graphs++;
      decodeGraph(source, span(field), model, 0);
    } else if (field.number === 8) {
      const opset = decodeOpset(source, field);
      setEntry(model.opsets, opset.domain, opset.version);
    } else left.add(field);
  }
  if (graphs !== 1) throw new WireError(`it holds ${graphs} graphs, not one`);
  checkModel(model);
  return Object.assign(model, left.rest());
}

function decodeOpset(source: ByteSource, message: Field) {
  const opset = { domain: '', version: 0 };
  for (const field of within(source, message)) {
    if (field.number === 1) opset.domain = text(source, field);
    else if (field.number === 2) opset.version = whole(field, 'the version of an opset');
  }
  return opset;
}

function decodeGraph(source: ByteSource, message: Field, model: OnnxModel, depth: number): void {
  const { graphDepth } = FILE_BOUNDS;
  if (depth > graphDepth) throw new WireError(`graphs inside graphs, more than ${graphDepth} deep`);
  const left = leftovers(source);
  const values: ValueInfo[] = [];
  for (const field of within(source, message)) {
    if (field.number === 1) keep(source, model.nodes, decodeNode(source, field, model, depth));
    else if (field.number === 2) model.graphName = text(source, field);
    else if (field.number === 5) keep(source, model.initializers, decodeTensor(source, field));
    else if (field.number === 11) keep(source, model.inputs, decodeValue(source, field));
    else if (field.number === 12) keep(source, model.outputs, decodeValue(source, field));
    else if (field.number === 13 && source.whole) keep(source, values, decodeValue(source, field));
    else left.add(field);
  }
  const { rest } = left.rest();
  if (rest !== undefined) model.graphRest = rest;
  if (values.length > 0) model.values = values;
}

/** Adds to a list of a graph unless the file has too much of everything, the graphs inside nodes included. */
function keep<T>(source: ByteSource, list: T[], item: T): void {
  const most = FILE_BOUNDS.graphItems;
  if (++source.kept > most) throw new WireError(`more than ${most} nodes, tensors, inputs and outputs`);
  list.push(item);
}

function decodeNode(source: ByteSource, message: Field, model: OnnxModel, depth: number): Node {
  const node: Node = { opType: '', domain: '', name: '', inputs: [], outputs: [], attributes: {} };
  const left = leftovers(source);
  for (const field of within(source, message)) {
    if (field.number === 1) node.inputs.push(text(source, field));
    else if (field.number === 2) node.outputs.push(text(source, field));
    else if (field.number === 3) node.name = text(source, field);
    else if (field.number === 4) node.opType = text(source, field);
    else if (field.number === 5) decodeAttribute(source, field, node, model, depth);
    else if (field.number === 7) node.domain = text(source, field);
    else left.add(field);
  }
  if (node.domain === 'ai.onnx') node.domain = '';
  return Object.assign(node, left.rest());
}

function decodeAttribute(source: ByteSource, message: Field, node: Node, model: OnnxModel, depth: number): void {
  let name = '';
  let value: AttributeValue | null = null;
  let type = 0;
  const ints: number[] = [];
  const floats: number[] = [];
  let opaque = false;
  for (const field of within(source, message)) {
    if (field.number === 1) name = text(source, field);
    else if (field.number === 2) value = { float: floats32(source, field)[0]! };
    else if (field.number === 3) value = Number(BigInt.asIntN(64, scalar(field)));
    else if (field.number === 4) value = text(source, field);
    else if (field.number === 5) value = decodeTensor(source, field);
    else if (field.number === 6 || field.number === 11) {
      model.subgraphs++;
      opaque = true;
      readInside(source, field, node, model, depth + 1);
    } else if (field.number === 7) floats.push(...floats32(source, field));
    else if (field.number === 8) ints.push(...integers(source, field));
    else if (field.number === 20) type = Number(scalar(field));
    else opaque = true;
  }
  if (floats.length > 0) value = { floats };
  else if (ints.length > 0) value = ints;
  value ??= emptyValue(type);
  opaque ||= value === null || isIncomplete(value);
  if (opaque && source.whole) {
    node.opaque ??= {};
    setEntry(node.opaque, name, wholeField(source, message));
  }
  if (value !== null) setEntry(node.attributes, name, value);
}

/** Not by assignment: a name such as __proto__ would change the object instead. */
function setEntry<T>(entries: Record<string, T>, name: string, value: T): void {
  Object.defineProperty(entries, name, { value, enumerable: true, configurable: true, writable: true });
}

/** Whether `value` lost something: an inexact number, a text that is not UTF-8, a tensor whose bytes are not loaded. */
function isIncomplete(value: AttributeValue): boolean {
  if (typeof value === 'number') return !Number.isSafeInteger(value);
  if (Array.isArray(value)) return value.some((item) => !Number.isSafeInteger(item));
  if (typeof value === 'string') return value.includes('\ufffd');
  if (typeof value !== 'object' || !('dims' in value)) return false;
  return value.data.kind === 'external' || value.data.data === null || value.rest !== undefined;
}

/** Adds the graph inside a node to it and, where the source is read as a whole, the names it uses to `usedInside`. */
function readInside(source: ByteSource, message: Field, node: Node, model: OnnxModel, depth: number): void {
  const inner = emptyModel();
  decodeGraph(source, span(message), inner, depth);
  checkModel(inner);
  const { nodes, initializers, inputs, outputs } = inner;
  node.graphs ??= [];
  node.graphs.push({ nodes, initializers, inputs, outputs });
  if (!source.whole) return;
  const names = [...nodes.flatMap((node) => node.inputs), ...outputs.map(({ name }) => name)];
  model.usedInside = [...new Set([...(model.usedInside ?? []), ...names, ...(inner.usedInside ?? [])])];
}

/** The value of an attribute whose writer left the field out because it was zero, '' or an empty list. */
function emptyValue(type: number): AttributeValue | null {
  const values: Record<number, AttributeValue> = { 1: { float: 0 }, 2: 0, 3: '', 6: { floats: [] }, 7: [] };
  return values[type] ?? null;
}

function decodeValue(source: ByteSource, message: Field): ValueInfo {
  const value: ValueInfo = { name: '', type: null, dims: [] };
  const odd: Field[] = [];
  for (const field of within(source, message)) {
    if (field.number === 1) value.name = text(source, field);
    else if (field.number === 2) decodeType(source, field, value, odd);
    else odd.push(field);
  }
  checkValue(value);
  if (source.whole && (odd.length > 0 || value.type === null)) value.opaque = wholeField(source, message);
  return value;
}

/** Collects in `odd` the fields that a ValueInfo cannot hold. */
function decodeType(source: ByteSource, message: Field, value: ValueInfo, odd: Field[]): void {
  let shapes = 0;
  for (const type of within(source, message)) {
    if (type.number !== 1) odd.push(type);
    else
      for (const tensor of within(source, type)) {
        if (tensor.number === 1) value.type = elementTypeOf(Number(scalar(tensor)));
        else if (tensor.number === 2) {
          shapes++;
          for (const dim of within(source, tensor)) {
            if (dim.number === 1) value.dims.push(decodeDimension(source, dim, odd));
            else odd.push(dim);
          }
        } else odd.push(tensor);
      }
  }
  // No shape at all is not the shape of a scalar.
  if (shapes === 0) odd.push(message);
}

function decodeDimension(source: ByteSource, message: Field, odd: Field[]): number | string | null {
  let dimension: number | string | null = null;
  for (const field of within(source, message)) {
    if (field.number === 1) dimension = Number(BigInt.asIntN(64, scalar(field)));
    else if (field.number === 2) dimension = text(source, field);
    else odd.push(field);
  }
  return dimension;
}
