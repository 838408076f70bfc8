// Damages an ONNX file by its structure: a field somewhere in the tree of messages gets another value, and all lengths
// around it are right again.
import { below, ODD_INTEGERS, ODD_TEXTS, oneOf } from './mutations.mjs';

/** @typedef {{ number: number, wire: number, value: bigint, bytes: Buffer, fields: Field[] | null }} Field */

/** Which fields are messages, by message. https://github.com/onnx/onnx/blob/main/onnx/onnx.proto */
/** @type {Record<string, Record<number, string>>} */
const MESSAGES = {
  model: { 7: 'graph', 8: 'opset' },
  graph: { 1: 'node', 5: 'tensor', 11: 'value', 12: 'value', 13: 'value' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph' },
  tensor: { 13: 'entry' },
  value: { 2: 'type' },
  type: { 1: 'tensorType' },
  tensorType: { 2: 'shape' },
  shape: { 1: 'dimension' },
};

/** @param {Buffer} bytes @param {number} at @returns {[bigint, number]} */
function varint(bytes, at) {
  let value = 0n;
  for (let shift = 0n; ; shift += 7n, at++) {
    const byte = bytes[at] ?? 0;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return [value, at + 1];
  }
}

/** @param {bigint} value */
function encodeVarint(value) {
  const out = [];
  for (let rest = BigInt.asUintN(64, value); ; rest >>= 7n) {
    if (rest < 0x80n) return Buffer.from([...out, Number(rest)]);
    out.push(Number(rest & 0x7fn) | 0x80);
  }
}

/** @param {Buffer} bytes @param {string} message @returns {Field[]} */
function parse(bytes, message) {
  const fields = [];
  for (let at = 0; at < bytes.length; ) {
    const [tag, after] = varint(bytes, at);
    const [number, wire] = [Number(tag >> 3n), Number(tag & 7n)];
    const [value, behind] = wire === 0 || wire === 2 ? varint(bytes, after) : [0n, after];
    const size = wire === 2 ? Number(value) : wire === 5 ? 4 : wire === 1 ? 8 : 0;
    const content = bytes.subarray(behind, behind + size);
    const inner = MESSAGES[message]?.[number];
    const inside = inner === undefined || wire !== 2 ? null : parse(content, inner);
    fields.push({ number, wire, value, bytes: content, fields: inside });
    at = behind + size;
  }
  return fields;
}

/** @param {Field[]} fields @returns {Buffer} */
function encode(fields) {
  const parts = fields.flatMap(({ number, wire, value, bytes, fields: inside }) => {
    const tag = encodeVarint(BigInt(number * 8 + wire));
    if (wire === 0) return [tag, encodeVarint(value)];
    const content = inside === null ? bytes : encode(inside);
    return wire === 2 ? [tag, encodeVarint(BigInt(content.length)), content] : [tag, content];
  });
  return Buffer.concat(parts);
}

/** A list of fields somewhere in the tree; deeper ones are as likely as shallow ones. @param {Field[]} fields @param {() => number} random @returns {Field[]} */
function somewhere(fields, random) {
  const inner = fields.filter((field) => field.fields !== null && field.fields.length > 0);
  if (inner.length === 0 || random() < 0.15) return fields;
  return somewhere(/** @type {Field[]} */ (oneOf(random, inner).fields), random);
}

/** @param {Field} field @param {() => number} random */
function change(field, random) {
  if (field.wire === 0) field.value = random() < 0.8 ? oneOf(random, ODD_INTEGERS) : field.value + 1n;
  else if (field.fields === null) {
    const packed = Buffer.concat(
      Array.from({ length: below(random, 4) }, () => encodeVarint(oneOf(random, ODD_INTEGERS))),
    );
    field.bytes =
      field.wire !== 2
        ? Buffer.alloc(field.bytes.length, 255)
        : random() < 0.7
          ? Buffer.from(oneOf(random, ODD_TEXTS))
          : packed;
  } else field.fields = field.fields.filter(() => random() < 0.7);
}

/** @type {import('./mutations.mjs').Mutation} */
export function mutateFields(bytes, random) {
  const model = parse(bytes, 'model');
  for (let i = 1 + below(random, 3); i > 0; i--) {
    const list = somewhere(model, random);
    const at = below(random, list.length);
    const field = /** @type {Field | undefined} */ (list[at]);
    if (field === undefined) continue;
    const choice = random();
    if (choice < 0.6) change(field, random);
    else if (choice < 0.7) list.splice(at, 1);
    else if (choice < 0.85) list.splice(below(random, list.length), 0, structuredCopy(field));
    else if (choice < 0.95) list.push({ ...structuredCopy(field), number: 1 + below(random, 20) });
    else list.splice(at, 0, ...Array.from({ length: 1000 }, () => field));
  }
  return encode(model);
}

/** @param {Field} field @returns {Field} */
function structuredCopy(field) {
  return { ...field, fields: field.fields?.map(structuredCopy) ?? null };
}
