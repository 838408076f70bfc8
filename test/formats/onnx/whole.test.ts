// A model that is read as a whole and written again has every field that it had, whether we understand it or not. The
// fields are compared by a walker of their own, from the wire format's definition.
import { describe, expect, it } from 'vitest';
import { planExternalData } from '../../../src/formats/onnx/graph-builder.js';
import { parseModel } from '../../../src/formats/onnx/read.js';
import { withAttribute } from '../../../src/formats/onnx/rewrite/draft.js';
import { encodeModel } from '../../../src/formats/onnx/write.js';
import { architectureOf } from '../../../src/networks/architectures.js';
import { buildDecoder } from '../../../src/networks/decoder.js';
import { SAMPLE_MODEL } from '../../reference/sample-model.js';
import { TINY_CONFIG } from '../../reference/tiny-model.js';
import { chunk, float, floatBytes, integer, modelOf, varint } from '../../reference/wire.js';

/** Fields whose content is a message too, by the path of field numbers that leads to them. */
const MESSAGES = /^(7|7\/(1|5|11|12|13|15)|7\/1\/5|7\/1\/5\/(5|6)|8|14|25)$/;

/** All fields as text, those of one message in any order, since protobuf gives them none. */
function fieldsOf(bytes: Uint8Array, path = ''): string[] {
  const found: string[] = [];
  let at = 0;
  const number = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++]!;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = number();
    const here = path === '' ? `${tag >> 3n}` : `${path}/${tag >> 3n}`;
    const wire = Number(tag & 7n);
    if (wire === 0) found.push(`${here}=${number()}`);
    else {
      const size = wire === 2 ? Number(number()) : wire === 5 ? 4 : 8;
      const content = bytes.subarray(at, at + size);
      at += size;
      found.push(
        `${here}:${MESSAGES.test(here) ? fieldsOf(content, here).join(' ') : Buffer.from(content).toString('hex')}`,
      );
    }
  }
  return found.sort();
}

const text = (field: number, content: string) => chunk(field, content);
const entry = (field: number, key: string, value: string) => chunk(field, [...text(1, key), ...text(2, value)]);
const inner = [
  ...chunk(1, [...text(1, 'outer'), ...text(2, 'z'), ...text(4, 'Relu')]),
  ...text(2, 'branch'),
  ...chunk(12, text(1, 'z')),
];
const strings = [...text(1, 'names'), ...text(9, 'one'), ...text(9, 'two'), ...integer(20, 8)];
const branch = [...text(1, 'then_branch'), ...chunk(6, inner), ...integer(20, 5)];
const tensorType = chunk(2, chunk(1, [...integer(1, 1), ...chunk(2, chunk(1, text(2, 'N')))]));

/** A graph as others write it, with all that we have no word for. */
const FOREIGN = modelOf(
  chunk(1, [
    ...chunk(1, 'x'),
    ...chunk(2, 'w'),
    ...chunk(4, 'If'),
    ...chunk(5, branch),
    ...chunk(5, strings),
    ...chunk(5, [...text(1, 'documented'), ...integer(3, 7), ...integer(20, 2), ...text(13, 'why seven')]),
    ...chunk(5, [...text(1, 'bytes'), ...chunk(4, [0xff, 0xfe, 0x00]), ...integer(20, 3)]),
    ...chunk(5, [...text(1, 'large'), ...integer(3, 2n ** 60n + 1n), ...integer(20, 2)]),
    ...chunk(5, [...text(1, 'plain'), ...float(2, 0.5), ...integer(20, 1)]),
    ...text(6, 'what this node does'),
    ...text(8, 'overload'),
    ...entry(9, 'namespace', 'model.layers.0'),
  ]),
  chunk(5, [...integer(1, 2), ...integer(2, 7), ...chunk(7, [...varint(3), ...varint(-1)]), ...text(8, 'typed')]),
  chunk(5, [...integer(1, 2), ...integer(2, 8), ...text(6, 'a'), ...text(6, 'b'), ...text(8, 'texts')]),
  chunk(5, [
    ...integer(1, 1),
    ...integer(2, 1),
    ...chunk(9, floatBytes(2)),
    ...text(8, 'noted'),
    ...text(12, 'a note'),
  ]),
  chunk(10, [...text(1, 'the graph')]),
  chunk(11, [...text(1, 'x'), ...tensorType, ...text(3, 'what goes in')]),
  chunk(11, [...text(1, 'list'), ...chunk(2, chunk(4, chunk(1, chunk(1, integer(1, 1)))))]),
  chunk(11, [...text(1, 'unshaped'), ...chunk(2, chunk(1, integer(1, 1)))]),
  chunk(13, [...text(1, 'w'), ...tensorType]),
  chunk(14, text(1, 'w')),
  entry(16, 'origin', 'here'),
);
const WHOLE = Uint8Array.from([
  ...FOREIGN,
  ...text(3, '2.7'),
  ...text(6, 'about the model'),
  ...entry(14, 'author', 'somebody'),
  ...chunk(25, [...text(1, 'Own'), ...text(10, 'domain')]),
]);

/** Without fields that are empty: writing them or leaving them out is the same. */
const told = (bytes: Uint8Array) =>
  fieldsOf(bytes)
    .flatMap((field) => field.split(' '))
    .filter((field) => field !== '' && !field.endsWith(':'))
    .sort();

describe('a model read as a whole', () => {
  it('is written again with every field, also those that we do not understand', () => {
    const model = parseModel(WHOLE, true);
    expect(told(encodeModel(model))).toEqual(told(WHOLE));
  });

  it('knows which of its tensors the graphs inside its nodes use', () => {
    expect(parseModel(WHOLE, true).usedInside).toEqual(['outer', 'z']);
  });

  it('keeps none of it when only its facts are asked for', () => {
    const model = parseModel(WHOLE);
    expect(JSON.stringify(model)).not.toMatch(/rest|opaque|usedInside|graphRest|values"/i);
    expect(model.subgraphs).toBe(1);
  });

  it('has an attribute that was changed as it was changed, and the others as they were', () => {
    const model = parseModel(WHOLE, true);
    const nodes = model.nodes.map((node) => (node.opType === 'If' ? withAttribute(node, 'documented', 8) : node));
    const [, node] = parseModel(encodeModel({ ...model, nodes }), true).nodes;
    expect(node!.attributes.documented).toBe(8);
    expect(Object.keys(node!.opaque!).sort()).toEqual(['bytes', 'large', 'names', 'then_branch']);
  });

  it.each([
    ['the sample of everything we have words for', encodeModel(SAMPLE_MODEL)],
    [
      'a synthetic graph',
      encodeModel(
        planExternalData(buildDecoder(architectureOf(TINY_CONFIG).plan(TINY_CONFIG), 'q4', 'published'), 'w').model,
      ),
    ],
  ])('is the same bytes when we wrote it: %s', (_, bytes) => {
    expect(Buffer.from(encodeModel(parseModel(bytes, true))).equals(bytes)).toBe(true);
  });

  it('refuses graphs nested without end', () => {
    let nested = inner;
    for (let i = 0; i < 40; i++)
      nested = chunk(1, [...text(4, 'If'), ...chunk(5, [...text(1, 'g'), ...chunk(6, nested)])]);
    expect(() => parseModel(modelOf(nested), true)).toThrow('deep');
  });
});
