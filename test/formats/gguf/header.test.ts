// The bytes of a GGUF header: golden ones, written out by hand from gguf.h, and places that keep to the alignment.
import { describe, expect, it } from 'vitest';
import { encodeHeader } from '../../../src/formats/gguf/header.js';
import { parseGguf } from '../../reference/gguf.js';

const hex = (...parts: string[]) => parts.join('').replaceAll(' ', '');

describe('a header', () => {
  it('is magic, version, counts, metadata, tensor infos and padding, byte by byte', () => {
    const { header, places, fileBytes } = encodeHeader({ a: { type: 'uint32', value: 7 } }, [
      { name: 'w', type: 'Q4_0', dims: [32, 3] },
      { name: 'n', type: 'F32', dims: [5] },
    ]);
    expect(Buffer.from(header).toString('hex')).toBe(
      hex(
        '47475546 03000000 0200000000000000 0100000000000000',
        '0100000000000000 61 04000000 07000000',
        '0100000000000000 77 02000000 2000000000000000 0300000000000000 02000000 0000000000000000',
        '0100000000000000 6e 01000000 0500000000000000 00000000 4000000000000000',
        '00'.repeat(13),
      ),
    );
    // 3 rows of one block of 18 bytes, then the next multiple of 32; the last tensor is padded too.
    expect(places).toEqual([
      { offset: header.length, bytes: 54 },
      { offset: header.length + 64, bytes: 20 },
    ]);
    expect(fileBytes).toBe(header.length + 64 + 32);
  });

  it('keeps every kind of value', () => {
    const { header } = encodeHeader(
      {
        number: { type: 'uint32', value: 4_000_000_000 },
        fraction: { type: 'float32', value: 0.5 },
        yes: { type: 'bool', value: true },
        text: { type: 'string', value: 'Ġé' },
        texts: { type: 'strings', value: ['', 'a b'] },
        kinds: { type: 'int32s', value: [1, -3] },
        flags: { type: 'bools', value: [true, false] },
      },
      [],
    );
    expect(parseGguf(Buffer.from(header)).metadata).toEqual({
      number: 4_000_000_000,
      fraction: 0.5,
      yes: true,
      text: 'Ġé',
      texts: ['', 'a b'],
      kinds: [1, -3],
      flags: [true, false],
    });
  });
});
