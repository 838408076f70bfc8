// Imported documents on disk: in the folder of their machine, and each only once.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readLlamaBench } from '../../src/formats/llama-bench.js';
import { readResult, resultPath, saveResult } from '../../src/store/files.js';
import { documentsOf } from '../../src/store/import-llama-bench.js';
import { storeImported } from '../../src/store/imported.js';
import { documentOf, generateCase } from '../fixtures/document.js';
import { asJson, asLines, type Entry, generationEntry, promptEntry } from '../fixtures/llama-bench.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'edgeproof-imported-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function store(content: Buffer, sha256 = 'ab') {
  const [document] = documentsOf(readLlamaBench('bench', content), { path: 'bench', sha256, version: '0.1.0' });
  return storeImported(folder, document!, (error) => expect.unreachable(error.message));
}
const stored = () => readdirSync(join(folder, 'test-x1'));
const BOTH: Entry[] = [promptEntry(), generationEntry()];

it('lies in the folder of its machine under the name of the tool and its start, and can be read', () => {
  const { path, outcome } = store(asJson(BOTH));
  expect([path, outcome]).toEqual([join(folder, 'test-x1', 'llama-bench-20260102T030405Z.json'), 'stored']);
  expect(readResult(path).cases).toHaveLength(2);
});

it('is not stored again, also not from the same tests in the other format', () => {
  const { path } = store(asJson(BOTH));
  expect(store(asJson(BOTH))).toEqual({ path, outcome: 'already there' });
  expect(store(asLines(BOTH), 'cd')).toEqual({ path, outcome: 'already there' });
  expect(store(asJson([promptEntry()]))).toEqual({ path, outcome: 'already there' });
  expect(stored()).toHaveLength(1);
});

it('takes the place of an earlier state of a file that has grown', () => {
  const { path } = store(asLines(BOTH));
  const more = promptEntry({ test_time: '2026-01-02T04:00:00Z' });
  expect(store(asLines([...BOTH, more]))).toEqual({ path, outcome: 'replaced' });
  expect(readResult(path).cases[0]!.rounds).toHaveLength(2);
  expect(stored()).toHaveLength(1);
});

it('is stored beside others of the same second', () => {
  store(asJson(BOTH));
  const other = store(asJson([promptEntry({ n_prompt: 256, samples_ns: [32e6], avg_ns: 32e6 })]));
  expect(other.outcome).toBe('stored');
  expect(stored()).toHaveLength(2);
});

it('never takes the place of an own result, not even of one in which nothing succeeded', () => {
  const own = documentOf([generateCase(['failed'])], { suite: 'llama-bench', machine: 'test-x1' });
  saveResult(resultPath(folder, own), own);
  expect(store(asJson(BOTH)).outcome).toBe('stored');
  expect(readResult(resultPath(folder, own)).foreign).toBeUndefined();
  expect(stored()).toHaveLength(2);
});
