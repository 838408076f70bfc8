// `show` of several results as a user meets it: which results, which columns, and the exit code of a wish.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CaseKey } from '../../src/contract/case-key.js';
import { tableSchema } from '../../src/contract/views/table.js';
import { resultPath, saveResult } from '../../src/store/files.js';
import { documentOf, generateCase, steadyRound } from '../fixtures/document.js';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'edgeproof-show-table-'));
afterAll(() => rmSync(folder, { recursive: true }));

function show(...parameters: string[]) {
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    const env = { ...process.env, EDGEPROOF_CACHE: join(folder, 'cache') };
    const all = [CLI, 'show', ...parameters, '--results', join(folder, 'results')];
    const child = execFile(process.execPath, all, { env }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode, stdout, stderr });
    });
  });
}

function put(day: number, machine: string, keys: Partial<CaseKey>[], tpotMs: number): string {
  const cases = keys.map((key) =>
    generateCase(
      [1, 1.001, 0.999].map((factor) => steadyRound(400, tpotMs * factor)),
      { key },
    ),
  );
  const document = documentOf(cases, { startedAt: `2025-01-0${day}T00:00:00.000Z`, machine });
  const path = resultPath(join(folder, 'results'), document);
  saveResult(path, document);
  return path;
}
let old: string;
let recent: string;
beforeAll(() => {
  old = put(1, 'xeon', [{ dtype: 'q4' }, { dtype: 'fp32' }], 50);
  recent = put(2, 'xeon', [{ dtype: 'q4' }], 20);
  put(3, 'epyc', [{ dtype: 'q4' }, { model: 'other' }], 10);
});

const tableOf = async (...parameters: string[]) =>
  tableSchema.parse(JSON.parse((await show(...parameters, '-o', 'json')).stdout));
const figures = (view: Awaited<ReturnType<typeof tableOf>>) =>
  view.rows.map(({ cells }) => cells.map(({ metrics }) => Math.round(metrics.decodeRate!.median)));

describe('show of several results', () => {
  it('of all machines has the newest figures of each', async () => {
    const view = await tableOf('--machines', '--sort', 'decode');
    expect(view.columns.map(({ values }) => values.machine)).toEqual(['epyc', 'xeon']);
    expect(figures(view)).toEqual([[100, 50], [100], [20]]);
  });

  it('has a column for each that is named, and those of a dimension where asked for', async () => {
    const named = await tableOf(old, recent);
    expect(named.by).toEqual(['result']);
    expect(figures(named)).toEqual([[20, 50], [20]]);
    expect(figures(await tableOf(old, recent, '--by', 'dtype'))).toEqual([[20, 50]]);
    expect(figures(await tableOf('xeon', '--by', 'machine'))).toEqual([[50], [20]]);
  });

  it('takes only the cases of --model', async () => {
    expect(figures(await tableOf('--model', 'oth*'))).toEqual([[100]]);
  });

  it('says no where nothing meets the wish', async () => {
    const { code, stdout } = await show('--min-decode', '80', '--max-memory', '2GB');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringContaining(
        '2 of 4 cases decode at least 80 tok/s and need at most 2 GB of memory: the fastest is',
      ),
    });
    expect((await show('--min-decode', '500')).code).toBe(1);
  });

  it.each([
    ['--by colour', ['--by', 'colour'], '--by colour: there is no such dimension'],
    ['a size without a unit', ['--max-memory', '2'], 'expected a size such as 800MB or 2GB.'],
    ['--memory of a table', ['--memory', '--machines'], '--memory with several results'],
    ['--machines beside --by', ['--machines', '--by', 'dtype'], 'cannot be used with'],
  ])('refuses %s', async (_, parameters, message) => {
    expect(await show(...parameters)).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining(message) });
  });

  it('names a result that cannot be read, and gives no full answer', async () => {
    const broken = join(folder, 'broken.json');
    writeFileSync(broken, '{');
    const { code, stderr } = await show(old, recent, broken);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('broken.json is not JSON') });
  });
});
