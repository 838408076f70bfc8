// Values in the fields of a protobuf message: texts, numbers, lists, nested messages. Each is checked as it is read.
import { FILE_BOUNDS } from '../../contract/file-bounds.js';
import { type ByteSource, countWalked, type Field, fields, varintAt, WireError } from './protobuf.js';

export function within(source: ByteSource, message: Field): Generator<Field> {
  const { start, end } = span(message);
  return fields(source, start, end);
}

export function span(field: Field): Field {
  if (field.wire !== 2) throw new WireError(`field ${field.number} should be length-delimited`);
  return field;
}

export function scalar(field: Field): bigint {
  if (field.wire !== 0) throw new WireError(`field ${field.number} should be an integer`);
  return field.value;
}

export function text(source: ByteSource, field: Field): string {
  const { start, end } = span(field);
  const { protobufTextBytes, protobufTotalTextBytes } = FILE_BOUNDS;
  if (end - start > protobufTextBytes) throw new WireError(`a text of ${end - start} bytes at byte ${start}`);
  source.textBytes += end - start;
  if (source.textBytes > protobufTotalTextBytes)
    throw new WireError(`its texts have more than ${protobufTotalTextBytes} bytes`);
  return Buffer.from(source.read(start, end - start)).toString('utf8');
}

/** An integer that JavaScript can hold and that is not negative; `what` names it. */
export function whole(field: Field, what: string): number {
  const value = BigInt.asIntN(64, scalar(field));
  if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER))
    throw new WireError(`${what} is ${value}; expected a whole number from 0`);
  return Number(value);
}

/** A repeated float field: one value, or all of them packed. */
export function floats32(source: ByteSource, field: Field): number[] {
  return packed(source, field, (at) => [Buffer.from(source.read(at, 4)).readFloatLE(0), at + 4]);
}

/** A repeated integer field: one value, or all of them packed. */
export function integers(source: ByteSource, field: Field): number[] {
  if (field.wire === 0) return [Number(BigInt.asIntN(64, field.value))];
  return packed(source, field, (at, end) => {
    const [value, after] = varintAt(source, at, end);
    return [Number(BigInt.asIntN(64, value)), after];
  });
}

function packed(
  source: ByteSource,
  field: Field,
  next: (at: number, end: number) => readonly [number, number],
): number[] {
  if (field.wire === 5) return [next(field.start, field.end)[0]];
  const { start, end } = span(field);
  const values: number[] = [];
  for (let at = start; at < end; ) {
    const [value, after] = next(at, end);
    if (after > end) throw new WireError(`a number at byte ${at} passes the end of its list`);
    values.push(value);
    at = after;
    if (values.length > FILE_BOUNDS.protobufListLength)
      throw new WireError(`a list of more than ${FILE_BOUNDS.protobufListLength} numbers at byte ${start}`);
  }
  countWalked(source, values.length);
  return values;
}

/** Collects unknown fields of a message byte for byte, where the source is read as a whole; otherwise nothing. */
export function leftovers(source: ByteSource) {
  const parts: Uint8Array[] = [];
  return {
    add(field: Field): void {
      if (source.whole) parts.push(wholeField(source, field));
    },
    rest: (): { rest?: Uint8Array } => (parts.length === 0 ? {} : { rest: Buffer.concat(parts) }),
  };
}

export function wholeField(source: ByteSource, { tag, end }: Field): Uint8Array {
  return source.read(tag, end - tag);
}
