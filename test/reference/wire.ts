// Protobuf bytes put together by hand, straight from the wire format's definition; nothing of src/ is used, so that
// what src/onnx writes and reads can be checked against it. https://protobuf.dev/programming-guides/encoding

export function varint(value: number | bigint): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (rest >= 128n) {
    bytes.push(Number(rest % 128n) + 128);
    rest /= 128n;
  }
  return [...bytes, Number(rest)];
}

/** Wire type 0. */
export function integer(field: number, value: number | bigint): number[] {
  return [...varint(field * 8), ...varint(value)];
}

/** Wire type 2: a message, a string, or packed numbers. */
export function chunk(field: number, content: string | number[] | Uint8Array): number[] {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return [...varint(field * 8 + 2), ...varint(bytes.length), ...bytes];
}

/** Wire type 5. */
export function float(field: number, value: number): number[] {
  return [...varint(field * 8 + 5), ...floatBytes(value)];
}

export function floatBytes(value: number): number[] {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value, true);
  return [0, 1, 2, 3].map((i) => view.getUint8(i));
}

/** A model of one graph of these fields (node = 1, initializer = 5, …) and a node to make it valid. */
export function modelOf(...graphFields: number[][]): Uint8Array {
  const node = [...chunk(1, 'x'), ...chunk(2, 'y'), ...chunk(4, 'Identity')];
  const graph = [...chunk(1, node), ...graphFields.flat()];
  return Uint8Array.from([...integer(1, 10), ...chunk(7, graph), ...chunk(8, [...chunk(1, ''), ...integer(2, 21)])]);
}
