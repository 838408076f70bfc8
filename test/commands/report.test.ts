// `report` as a user runs it: the page, a chart, JSON, filters, files that cannot be read, exit codes.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CHART_NAMES } from '../../src/contract/chart-names.js';
import { reportSchema } from '../../src/contract/views/report.js';
import { copyFirstResults, FIRST_RESULTS } from '../fixtures/first-results.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'edgeproof-verb-report-'));
beforeAll(() => {
  copyFirstResults(folder);
  writeFileSync(join(folder, FIRST_RESULTS, 'cut-20261123T000000Z.json'), '{"schemaVersion": 1, "st');
});
afterAll(() => rmSync(folder, { recursive: true }));

function report(...parameters: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, 'dist', 'cli.js'), 'report', ...parameters],
    {
      encoding: 'utf8',
      cwd: folder,
      maxBuffer: 2 ** 26,
      env: { ...process.env, EDGEPROOF_CACHE: join(folder, 'cache') },
    },
  );
  return { status, stdout, stderr };
}

it('writes one page of all results, says where, and names what it could not read there and on stderr', () => {
  const { status, stdout, stderr } = report();
  expect([status, stdout]).toEqual([0, expect.stringMatching(/^edgeproof-report\.html \(\d+ kB\)\n$/)]);
  expect(stderr).toContain('cut-20261123T000000Z.json is not JSON');
  const page = readFileSync(join(folder, 'edgeproof-report.html'), 'utf8');
  expect(page.startsWith('<!doctype html>\n<html lang="en">')).toBe(true);
  expect(page).toContain('6 results · 11 cases · intel-xeon-2c-24gb');
  expect(page).toContain('cut-20261123T000000Z.json is not JSON');
  expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
});

it('prints the view as JSON, filtered to a suite and a model', () => {
  const view = reportSchema.parse(JSON.parse(report('-o', 'json', '--suite', 'quick').stdout));
  expect(view.results.map(({ suite }) => suite)).toEqual(['quick', 'quick', 'quick']);
  expect(view.entries).toHaveLength(1);
  const none = report('-o', 'json', '--model', 'no-such-model');
  expect([none.status, none.stdout]).toEqual([2, '']);
  expect(none.stderr).toContain('none of 6 results matches the filters');
});

it('reports the results that are named', () => {
  const view = reportSchema.parse(JSON.parse(report('latest', '-o', 'json').stdout));
  expect(view.results.map(({ suite }) => suite)).toEqual(['long']);
});

it('draws one chart to stdout, or to a file', () => {
  const { status, stdout } = report('-o', 'svg', '--chart', 'roofline');
  expect([status, stdout.slice(0, 38)]).toEqual([0, '<svg xmlns="http://www.w3.org/2000/svg']);
  mkdirSync(join(folder, 'pictures'));
  expect(report('-o', 'svg', '--chart', 'decode', '--to', 'pictures/decode.svg').stdout).toMatch(
    /^pictures\/decode\.svg \(/,
  );
  expect(existsSync(join(folder, 'pictures', 'decode.svg'))).toBe(true);
});

it.each([
  [['-o', 'pdf'], '--output pdf: unknown format'],
  [['-o', 'svg'], `expected -o svg --chart <name>, one of ${CHART_NAMES.join(', ')}`],
  [['--chart', 'decode'], '--chart decode is drawn as a picture'],
  [['-o', 'svg', '--chart', 'pie'], '--chart pie: unknown chart'],
  [['-o', 'svg', '--chart', 'sustained'], 'there is nothing to draw in the chart sustained'],
  [['--to', 'no/such/folder/x.html'], 'no/such/folder/x.html: cannot be written'],
  [['no-such-result'], 'there is no result "no-such-result" in results'],
  [['--results', 'elsewhere'], 'elsewhere'],
])('refuses %j with exit code 2', (parameters, words) => {
  const { status, stdout, stderr } = report(...parameters);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toContain(words);
});
