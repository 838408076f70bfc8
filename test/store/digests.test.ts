// The index of digests: a result is read once, and again when its file has changed.
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { digestsOf } from '../../src/store/digests.js';
import { resultPath, saveResult } from '../../src/store/files.js';
import { fileAt, listResults } from '../../src/store/listing.js';
import { documentOf, generateCase, steadyRound } from '../fixtures/document.js';

let folder: string;
let store: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'edgeproof-digests-'));
  store = join(folder, 'results');
  vi.stubEnv('EDGEPROOF_CACHE', join(folder, 'cache'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function save(day: number, ttftMs: number, machine = 'a'): string {
  const startedAt = `2025-01-0${day}T00:00:00.000Z`;
  const document = documentOf([generateCase([steadyRound(ttftMs, 10)])], { startedAt, machine });
  const path = resultPath(store, document);
  saveResult(path, document);
  return path;
}

function read() {
  const passedOver: string[] = [];
  let reads = 0;
  const digests = digestsOf(listResults(store).map(fileAt), {
    onPassedOver: ({ code }) => passedOver.push(code),
    onRead: () => reads++,
  });
  return { reads, passedOver, ttft: digests.map(({ cases }) => cases[0]!.metrics.ttftMs![0]), digests };
}

it('reads each result once, in the order of the files', () => {
  save(1, 100, 'a');
  save(2, 200, 'b');
  save(3, 300, 'a');
  const first = read();
  expect(first).toMatchObject({ reads: 3, ttft: [100, 200, 300] });
  expect(read()).toEqual({ ...first, reads: 0 });
  save(4, 400, 'b');
  expect(read()).toMatchObject({ reads: 1, ttft: [100, 200, 300, 400] });
});

it('reads a result again whose file has changed, and forgets one that is gone', () => {
  save(1, 100);
  const changed = save(2, 200);
  read();
  save(2, 250);
  utimesSync(changed, new Date(), new Date(2030, 1, 1));
  expect(read()).toMatchObject({ reads: 1, ttft: [100, 250] });
  rmSync(changed);
  save(3, 300);
  expect(read().ttft).toEqual([100, 300]);
  const [index] = readdirSync(join(folder, 'cache', 'results'));
  expect(
    readFileSync(join(folder, 'cache', 'results', index!), 'utf8')
      .trimEnd()
      .split('\n'),
  ).toHaveLength(1 + 2);
});

it('passes over what cannot be read each time, and does without an index that is damaged or cannot be written', () => {
  const path = save(1, 100);
  writeFileSync(path.replace('20250101', '20250102'), '{');
  expect(read()).toMatchObject({ reads: 2, passedOver: ['json-broken'], ttft: [100] });
  expect(read()).toMatchObject({ reads: 1, passedOver: ['json-broken'], ttft: [100] });
  const [index] = readdirSync(join(folder, 'cache', 'results'));
  writeFileSync(join(folder, 'cache', 'results', index!), 'not an index');
  expect(read()).toMatchObject({ reads: 2, ttft: [100] });
  rmSync(join(folder, 'cache'), { recursive: true });
  writeFileSync(join(folder, 'cache'), 'in the way');
  expect(read().ttft).toEqual([100]);
});
