// Directories: listed in order, and cleared of what dead processes left half-written.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { entriesOf, partialPath, removeAbandoned } from '../../src/contract/directory.js';

describe('a directory', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'edgeproof-directory-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('is listed in order, and what is absent or a file is empty', () => {
    for (const name of ['b', 'a', 'c']) writeFileSync(join(directory, name), '');
    expect(entriesOf(directory)).toEqual(['a', 'b', 'c']);
    expect(entriesOf(join(directory, 'missing'))).toEqual([]);
    expect(entriesOf(join(directory, 'a'))).toEqual([]);
  });

  it('loses what dead processes left, and keeps what living ones are writing', () => {
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    const kept = [
      'whole',
      `x.partial-${process.pid}`,
      `x.partial-${process.ppid}`,
      'x.partial-',
      'x.partial-y',
      'partial-1',
    ];
    // `.old` is what was being replaced when the process died.
    const removed = [`x.partial-${dead}`, `y.z.partial-${dead}`, `x.partial-${dead}.old`];
    for (const name of [...kept, ...removed]) {
      mkdirSync(join(directory, name, 'onnx'), { recursive: true });
      writeFileSync(join(directory, name, 'onnx', 'data'), 'x');
    }
    removeAbandoned(directory);
    expect(entriesOf(directory)).toEqual([...kept].sort());
    expect(partialPath('/a/x')).toBe(`/a/x.partial-${process.pid}`);
  });
});
