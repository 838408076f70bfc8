// However a body is cut into pieces, every byte ends up in its place, and what counts as done is on disk.
import { randomBytes } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Part } from '../../src/hub/transfer-state.js';
import { writePart } from '../../src/hub/write-part.js';

const BYTES = 3_000_001;
const content = randomBytes(BYTES);
let scratch: string;
let path: string;
let file: number;

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'edgeproof-part-'));
  path = join(scratch, 'file');
  writeFileSync(path, Buffer.alloc(BYTES));
  file = openSync(path, 'r+');
});
afterEach(() => {
  closeSync(file);
  rmSync(scratch, { recursive: true, force: true });
});

function* piecesOf(body: Buffer, size: number, error?: Error) {
  for (let at = 0; at < body.length; at += size) yield body.subarray(at, at + size);
  if (error !== undefined) throw error;
}
const bodyOf = ({ start, bytes }: Part) => content.subarray(start, start + bytes);

describe('one part of a file', () => {
  it.each([1000, 40_000, 2_500_000])('is written to its place when it comes %i bytes at a time', async (size) => {
    const starts = [0, 700_001, 2_000_000];
    const parts = starts.map((start, i) => ({ start, bytes: (starts[i + 1] ?? BYTES) - start, done: 0 }));
    const reported: Buffer[] = [];
    await Promise.all(
      parts.map((part, i) => {
        const onWritten = (pieces: readonly Buffer[], start: number) => {
          const piece = Buffer.concat(pieces);
          const onDisk = readFileSync(path).subarray(start, start + piece.length);
          expect(onDisk.equals(piece)).toBe(true);
          if (i === 0) reported.push(piece);
        };
        return writePart(Readable.from(piecesOf(bodyOf(part), size)), { file, part, onWritten });
      }),
    );
    expect(parts.map(({ bytes, done }) => done === bytes)).toEqual([true, true, true]);
    expect(readFileSync(path).equals(content)).toBe(true);
    expect(Buffer.concat(reported).equals(bodyOf(parts[0]!))).toBe(true);
  });

  it('that breaks off counts what is on disk, no more and no less, and can be continued at once', async () => {
    const part = { start: 0, bytes: BYTES, done: 0 };
    const onWritten = () => {};
    const broken = Readable.from(piecesOf(content.subarray(0, 2_000_000), 50_000, new Error('cut')));
    await expect(writePart(broken, { file, part, onWritten })).rejects.toThrow('cut');
    const { done } = part;
    expect(readFileSync(path).subarray(0, done).equals(content.subarray(0, done))).toBe(true);
    await writePart(Readable.from(piecesOf(content.subarray(done), 70_000)), { file, part, onWritten });
    expect(part.done).toBe(BYTES);
    expect(readFileSync(path).equals(content)).toBe(true);
  });

  it('of which more comes than announced is refused, and nothing beyond it is touched', async () => {
    const part = { start: 0, bytes: 100, done: 0 };
    const writing = writePart(Readable.from([Buffer.alloc(101, 1)]), { file, part, onWritten() {} });
    await expect(writing).rejects.toThrow('more than it announced');
    expect(
      readFileSync(path)
        .subarray(100)
        .every((byte) => byte === 0),
    ).toBe(true);
  });

  it('that the disk refuses, or whose progress cannot be recorded, fails with that reason', async () => {
    const part = () => ({ start: 0, bytes: BYTES, done: 0 });
    const readOnly = openSync(path, 'r');
    const refused = writePart(Readable.from(piecesOf(content, 70_000)), {
      file: readOnly,
      part: part(),
      onWritten() {},
    });
    await expect(refused).rejects.toMatchObject({ code: 'EBADF' });
    closeSync(readOnly);
    const onWritten = () => {
      throw new Error('no room for the state');
    };
    const unrecorded = writePart(Readable.from(piecesOf(content, 70_000)), { file, part: part(), onWritten });
    await expect(unrecorded).rejects.toThrow('no room for the state');
  });
});
