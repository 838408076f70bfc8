// TensorProto → Initializer: type, shape, and where the bytes are. Large tensors are skipped rather than loaded.
import { checkShape, quoted } from './check-model.js';
import { byteLength, elementTypeOf, type Initializer, type TensorData } from './model.js';
import { type ByteSource, type Field, WireError } from './protobuf.js';
import { integers, leftovers, scalar, span, text, whole, within } from './protobuf-values.js';

/** Inline tensors up to this size are loaded (shapes, axes, scalars). Larger ones are weights. */
const KEPT_BYTES = 4096;
/** int2; ONNX's list of types begins at 1 and has no gaps. */
const LAST_TYPE_CODE = 26;

export function decodeTensor(source: ByteSource, message: Field): Initializer {
  const tensor: Initializer = {
    name: '',
    type: null,
    typeCode: 0,
    dims: [],
    data: { kind: 'inline', bytes: 0, data: null },
  };
  const left = leftovers(source);
  let inline: Field | null = null;
  const floats: Field[] = [];
  let external = false;
  const entries: Record<string, string> = {};
  for (const field of within(source, message)) {
    if (field.number === 1) tensor.dims.push(...integers(source, field));
    else if (field.number === 2) tensor.typeCode = whole(field, 'the data type of a tensor');
    else if (field.number === 4) floats.push(field);
    else if (field.number === 8) tensor.name = text(source, field);
    else if (field.number === 9) inline = span(field);
    else if (field.number === 13) Object.assign(entries, decodeEntry(source, field));
    else if (field.number === 14) external = scalar(field) === 1n;
    else left.add(field);
  }
  tensor.type = elementTypeOf(tensor.typeCode);
  if (tensor.typeCode < 1 || tensor.typeCode > LAST_TYPE_CODE)
    throw new WireError(`tensor ${quoted(tensor.name)} has the unknown data type ${tensor.typeCode}`);
  checkShape('tensor', tensor.name, tensor.dims);
  // A packed list of floats has the bytes that raw data has.
  if (inline === null && tensor.type === 'float32' && floats.length === 1 && floats[0]!.wire === 2) inline = floats[0]!;
  else for (const field of floats) left.add(field);
  tensor.data = external ? externalData(tensor, entries) : inlineData(source, tensor, inline);
  return Object.assign(tensor, left.rest());
}

function externalData(tensor: Initializer, entries: Record<string, string>): TensorData {
  const expected = tensor.type === null ? 0 : byteLength(tensor.type, tensor.dims);
  const offset = digits(tensor, entries, 'offset') ?? 0;
  const bytes = digits(tensor, entries, 'length') ?? expected;
  if (tensor.type !== null && bytes !== expected) throw sizeContradiction(tensor, bytes, expected);
  if (!entries.location)
    throw new WireError(`tensor ${quoted(tensor.name)} has external data without the name of a file`);
  return { kind: 'external', location: entries.location, offset, bytes };
}

/** Numbers of external data are texts: decimal digits and nothing else. */
function digits(tensor: Initializer, entries: Record<string, string>, key: 'offset' | 'length'): number | null {
  const text = entries[key];
  if (text === undefined) return null;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new WireError(
    `external data of tensor ${quoted(tensor.name)}: ${key} is ${quoted(text)}; expected bytes in decimal digits`,
  );
}

function inlineData(source: ByteSource, tensor: Initializer, field: Field | null): TensorData {
  // Values in typed fields (int64_data …) have no raw span: their size follows from type and shape.
  const expected = tensor.type === null ? null : byteLength(tensor.type, tensor.dims);
  const bytes = field === null ? (expected ?? 0) : field.end - field.start;
  if ((expected !== null && bytes !== expected) || !Number.isSafeInteger(bytes))
    throw sizeContradiction(tensor, bytes, expected);
  const data = field !== null && bytes <= KEPT_BYTES ? source.read(field.start, bytes) : null;
  return { kind: 'inline', bytes, data, ...(source.whole && field !== null ? { at: field.start } : {}) };
}

function sizeContradiction(tensor: Initializer, bytes: number, expected: number | null): WireError {
  return new WireError(
    `tensor ${quoted(tensor.name)} has ${bytes} bytes; its shape [${tensor.dims.slice(0, 9).join(', ')}] takes ${expected}`,
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
