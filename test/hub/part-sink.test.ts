// Whatever sizes a socket happens to give, every byte ends where it belongs, and what counts as done is on disk.
import { randomBytes } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRoom, partSink } from '../../src/hub/part-sink.js';
import { pour } from '../../src/hub/sink.js';
import type { Part } from '../../src/hub/transfer-state.js';

const BYTES = 300_001;
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

const sinkFor = (part: Part, onWritten = () => {}) =>
  partSink({ file, part, room: createRoom(BYTES), onReceived() {}, onWritten });

describe('one part of a file', () => {
  it.each([1000, 40_000, 250_000])('is written where it belongs when it comes %i bytes at a time', (size) => {
    const content = randomBytes(BYTES);
    const parts = [0, 70_001, 200_000].map((start, i, starts) => ({
      start,
      bytes: (starts[i + 1] ?? BYTES) - start,
      done: 0,
    }));
    for (const part of parts.toReversed()) {
      const sink = sinkFor(part, () => {
        const written = readFileSync(path).subarray(part.start, part.start + part.done);
        expect(written.equals(content.subarray(part.start, part.start + part.done))).toBe(true);
      });
      const body = content.subarray(part.start, part.start + part.bytes);
      for (let at = 0; at < body.length; at += size) pour(sink, body.subarray(at, at + size));
      expect(part.done).toBe(part.bytes);
      expect(sink.room()).toHaveLength(0);
    }
    expect(readFileSync(path).equals(content)).toBe(true);
  });

  it('that breaks off is kept to the last byte, and goes on there', () => {
    const content = randomBytes(BYTES);
    const part = { start: 0, bytes: BYTES, done: 0 };
    const first = sinkFor(part);
    pour(first, content.subarray(0, 100_003));
    first.end();
    expect(part.done).toBe(100_003);
    pour(sinkFor(part), content.subarray(100_003));
    expect(readFileSync(path).equals(content)).toBe(true);
  });

  it('of which more comes than announced is refused', () => {
    const sink = sinkFor({ start: 0, bytes: 100, done: 0 });
    expect(() => pour(sink, Buffer.alloc(101))).toThrow('more than it announced');
  });
});
