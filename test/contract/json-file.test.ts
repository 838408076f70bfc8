// JSON files that would not fit, hang or overflow: refused by what they are before they become objects.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { FILE_BOUNDS } from '../../src/contract/file-bounds.js';
import { readJson, readJsonFile } from '../../src/contract/json-file.js';
import { resultSchema } from '../../src/contract/result.js';
import { thrownBy } from '../fixtures/thrown.js';

const scratch = mkdtempSync(join(tmpdir(), 'edgeproof-json-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const path = join(scratch, 'document.json');

const refusal = (text: string) => {
  writeFileSync(path, text);
  return thrownBy(() => readJson(path));
};

describe('a JSON file', () => {
  it('is read where it is within all bounds, brackets and quotes in its texts included', () => {
    const text = `{"a\\"[[[": [${'"[{\\\\", '.repeat(100)} 1e3]}`;
    writeFileSync(path, text);
    expect(readJson(path)).toEqual(JSON.parse(text));
  });

  it.each([
    ['64 levels', 64, null],
    ['65 levels', 65, 'more than 64 lists and objects inside each other at byte 64'],
    ['50,000 levels', 50_000, 'more than 64 lists and objects inside each other at byte 64'],
  ])('of %s', (_, depth, message) => {
    const text = '['.repeat(depth) + ']'.repeat(depth);
    if (message !== null) return expect(refusal(text).message).toBe(`${path} is not valid:\n  (file): ${message}`);
    writeFileSync(path, text);
    expect(readJson(path)).toBeInstanceOf(Array);
  });

  it('of five million empty objects is refused while it is text', () => {
    expect(refusal(`[${'{},'.repeat(FILE_BOUNDS.jsonContainers)}{}]`).message).toMatch(/more than 5000000 lists/);
  });

  it('with a text of 256 kB is read, and with a longer one is not', () => {
    writeFileSync(path, `["${'x'.repeat(FILE_BOUNDS.jsonTextBytes - 1)}"]`);
    expect(readJson(path)).toHaveLength(1);
    expect(refusal(`["${'x'.repeat(FILE_BOUNDS.jsonTextBytes + 1)}"]`).message).toMatch(/a text of more than 262144/);
  });

  it('of a terabyte is refused by its size', () => {
    writeFileSync(path, '');
    truncateSync(path, 1e12);
    expect(thrownBy(() => readJson(path)).message).toMatch(/1000000000000 bytes; at most 67108864 are read/);
  });

  it('is refused by its kind where it is none: a pipe, a folder, a circle of links, a name that no file can have', () => {
    const [pipe, folder, circle] = ['pipe', 'folder', 'circle'].map((name) => join(scratch, name));
    execFileSync('mkfifo', [pipe!]);
    mkdirSync(folder!);
    symlinkSync(circle!, circle!);
    const message = (path: string) => thrownBy(() => readJson(path)).message;
    expect(message(pipe!)).toBe(`${pipe}: cannot be read: it is a pipe, socket or device, not a regular file`);
    expect(message(folder!)).toBe(`${folder}: cannot be read: it is a directory`);
    expect(message(circle!)).toMatch(/circle: cannot be read: ELOOP/);
    expect(message(join(scratch, 'x'.repeat(300)))).toMatch(/ENAMETOOLONG/);
    expect(message(join(scratch, 'a\0b'))).toMatch(/its name contains a NUL character/);
    expect(message(join(scratch, 'nothing'))).toMatch(/nothing: cannot be read: ENOENT: no such file or directory$/);
  });
});

describe('a document that does not match its schema', () => {
  it('names ten fields and counts the others', () => {
    writeFileSync(path, JSON.stringify(Array(15).fill('x')));
    const { message } = thrownBy(() => readJsonFile(path, z.array(z.number())));
    expect(message.split('\n')).toHaveLength(1 + 10 + 1);
    expect(message).toMatch(/\[9\]: .*\n {2}and 5 more$/);
  });

  // Zod keeps half a kilobyte for each complaint, and has a stack overflow of its own above a hundred thousand.
  it('is refused by its first part where it is large', () => {
    writeFileSync(path, `{"schemaVersion": 1, "cases": [${'{},'.repeat(200_000)}{}]}`);
    const { message } = thrownBy(() => readJsonFile(path, resultSchema));
    expect(message).toContain('cases[0].id: missing, expected string');
  });

  it('is refused where only its last part is wrong, however often', () => {
    const items = [...Array(20_000).fill({ a: 1 }), ...Array(200_000).fill({ a: 'x' })];
    writeFileSync(path, JSON.stringify({ items }));
    const schema = z.object({ items: z.array(z.object({ a: z.number() })) });
    expect(thrownBy(() => readJsonFile(path, schema)).message).toContain('more fields are wrong than can be listed');
  });
});
