// Which files of a folder are results, and in what order.
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resultPath, saveResult } from '../../src/store/files.js';
import { listResults } from '../../src/store/listing.js';
import { documentOf, type FakeDocument, generateCase, steadyRound } from '../fixtures/document.js';
import { thrownBy } from '../fixtures/thrown.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'edgeproof-results-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function save(options: FakeDocument = {}): string {
  const document = documentOf([generateCase([steadyRound(100, 10)])], options);
  const path = resultPath(folder, document);
  saveResult(path, document);
  return path;
}

describe('listResults', () => {
  it('is empty where there is no folder', () => {
    expect(listResults(join(folder, 'none'))).toEqual([]);
  });

  it('orders by start over all machines and suites, the oldest first', () => {
    const third = save({ startedAt: '2025-03-01T00:00:00.000Z', machine: 'a-machine', suite: 'zebra' });
    const first = save({ startedAt: '2024-12-31T23:59:59.000Z', machine: 'z-machine', suite: 'quick' });
    const fourth = save({ startedAt: '2025-03-01T00:00:01.000Z', machine: 'm-machine', suite: 'a' });
    const second = save({ startedAt: '2025-01-01T00:00:00.000Z', machine: 'a-machine', suite: 'quick' });
    expect(listResults(folder)).toEqual([first, second, third, fourth]);
  });

  it('passes over what is no document: notes, partial files, loose files', () => {
    const path = save();
    writeFileSync(join(dirname(path), 'README.md'), 'notes');
    writeFileSync(`${path}.partial-123`, '{');
    writeFileSync(join(folder, 'loose.json'), '{}');
    expect(listResults(folder)).toEqual([path]);
  });

  it('passes over links that lead nowhere', () => {
    const path = save();
    symlinkSync(join(folder, 'gone'), join(folder, 'old-machine'));
    expect(listResults(folder)).toEqual([path]);
  });

  it('passes over folders and documents that are circles of links, and says so', () => {
    const path = save();
    symlinkSync('circle', join(folder, 'circle'));
    symlinkSync('quick-20990101T000000Z.json', join(dirname(path), 'quick-20990101T000000Z.json'));
    const heard: string[] = [];
    expect(listResults(folder, ({ message }) => heard.push(message))).toEqual([path]);
    expect(heard).toEqual([
      expect.stringMatching(/circle: cannot be read: ELOOP/),
      expect.stringMatching(/quick-20990101T000000Z\.json: cannot be read: it is not a file/),
    ]);
  });

  it('says so where results is a file', () => {
    const path = join(folder, 'file');
    writeFileSync(path, '');
    const error = thrownBy(() => listResults(path));
    expect(error.code).toBe('file-unreadable');
    expect(error.message).toContain(path);
  });
});
