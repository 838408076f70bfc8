// docs/queries.md: its queries as they stand there, over committed results, held against our own metrics.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { METRIC_NAMES, type MetricName } from '../src/contract/metric-names.js';
import { type CaseResult, okRounds, type ResultDocument } from '../src/contract/result.js';
import { readLlamaBench } from '../src/formats/llama-bench.js';
import { exportFormat } from '../src/report/export/formats.js';
import { exportRows } from '../src/stats/export-rows.js';
import { gapsOf, METRICS, roundValues, timedPasses } from '../src/stats/metrics.js';
import { median, quantile } from '../src/stats/summary.js';
import { readResult } from '../src/store/files.js';
import { documentsOf } from '../src/store/import-llama-bench.js';
import { storeImported } from '../src/store/imported.js';
import { listResults } from '../src/store/listing.js';
import { documentOf, generateCase, steadyRound } from './fixtures/document.js';
import { copyFirstResults } from './fixtures/first-results.js';
import { asJson, generationEntry, promptEntry } from './fixtures/llama-bench.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PAGE = readFileSync(join(ROOT, 'docs', 'queries.md'), 'utf8');
/** By the heading above them. */
const QUERIES = new Map(
  PAGE.split(/^## /m)
    .slice(1)
    .map((section) => [section.split('\n')[0]!, [...section.matchAll(/^```sql\n(.*?)^```/gms)].map(([, sql]) => sql!)]),
);

/** null where DuckDB has no build for this platform. */
const duckdb = await import('@duckdb/node-api').catch(() => null);
const folder = mkdtempSync(join(tmpdir(), 'edgeproof-queries-'));
copyFirstResults(folder);
const RESULTS = join(folder, 'results');

const stored = listResults(RESULTS).map((path) => ({ path, document: readResult(path) }));
const cases = stored.flatMap(({ path, document }) => document.cases.map((result) => ({ path, document, result })));

type Row = Record<string, unknown>;

describe.skipIf(duckdb === null)('the queries of docs/queries.md', () => {
  let connection: DuckDBConnection;
  const asked = new Set<string>();

  async function all(heading: string, results = RESULTS): Promise<Row[]> {
    asked.add(heading);
    let rows: Row[] = [];
    for (const sql of QUERIES.get(heading) ?? expect.unreachable(`no "${heading}" in docs/queries.md`)) {
      const here = sql.replaceAll("'results/", `'${results}/`).replaceAll("'rows.", `'${folder}/rows.`);
      rows = (await connection.runAndReadAll(here)).getRowObjects();
    }
    return rows;
  }

  beforeAll(async () => {
    connection = await (await duckdb!.DuckDBInstance.create(':memory:')).connect();
    // What the page promises: nothing is downloaded.
    await connection.run('SET autoinstall_known_extensions = false');
    await all('Two views');
  });
  afterAll(() => {
    connection.closeSync();
    rmSync(folder, { recursive: true });
  });

  it.each<[MetricName, string]>([
    ['ttftMs', 'ttftMs'],
    ['prefillRate', 'prefillRate'],
    ['decodeRate', 'decodeRate'],
    ['peakRssBytes', 'peakRssBytes'],
    ['loadMs', 'loadMs'],
  ])('the view of rounds has the %s of every round', async (metric, column) => {
    const rows = (
      await connection.runAndReadAll(`SELECT filename, id, round, ${column} AS value FROM rounds`)
    ).getRowObjects();
    const found = new Map(rows.map(({ filename, id, round, value }) => [`${filename} ${id} ${round}`, Number(value)]));
    const expected = cases.flatMap(({ path, result }) =>
      okRounds(result).map(
        (round) => [`${path} ${result.id} ${round.index}`, METRICS[metric].ofRound(round, result)!] as const,
      ),
    );
    expect(found.size).toBe(expected.length);
    for (const [key, value] of expected) expect(found.get(key), key).toBeCloseTo(value, 6);
  });

  const newestOf = () => {
    const newest = new Map<string, { result: CaseResult; document: ResultDocument }>();
    for (const { document, result } of cases) newest.set(`${document.machine.id} ${result.id}`, { result, document });
    return newest;
  };

  it('the newest measurement of each case', async () => {
    const rows = await all('Speed and memory of each case, newest measurement');
    const newest = newestOf();
    expect(rows).toHaveLength(newest.size);
    for (const { machine, id, prefill, decode, peakMB, rounds, weights } of rows) {
      const { result } = newest.get(`${machine} ${id}`)!;
      expect(Number(rounds)).toBe(okRounds(result).length);
      expect(weights).toBe('synthetic');
      expect(prefill).toBeCloseTo(median(roundValues('prefillRate', result)), 6);
      expect(decode).toBeCloseTo(median(roundValues('decodeRate', result)), 6);
      expect(peakMB).toBeCloseTo(median(roundValues('peakRssBytes', result)) / 1e6, 6);
    }
    expect(rows.map(({ decode }) => decode)).toEqual(
      rows.map(({ decode }) => decode as number).toSorted((a, b) => b - a),
    );
  });

  it('what meets a wish', async () => {
    const rows = await all('What decodes at 20 tokens a second in less than 1 GB');
    const ids = [...new Set(cases.map(({ result }) => result.id))];
    const values = (metric: MetricName, wanted: string) =>
      cases.flatMap(({ result }) => (result.id === wanted ? roundValues(metric, result) : []));
    const expected = ids.filter(
      (id) => Math.min(...values('decodeRate', id)) >= 20 && Math.max(...values('peakRssBytes', id)) < 1e9,
    );
    expect(expected.length).toBeGreaterThan(0);
    expect(rows.map(({ id }) => id).sort()).toEqual(expected.sort());
  });

  it('a case over commits', async () => {
    const rows = await all('A case over commits');
    const quick = stored.filter(({ document }) => document.suite.content.name === 'quick');
    expect(rows.map(({ commit, decode }) => [commit, (decode as number).toFixed(6)])).toEqual(
      quick.map(({ document }) => [
        document.tool.commit!.slice(0, 8),
        median(roundValues('decodeRate', document.cases[0]!)).toFixed(6),
      ]),
    );
  });

  it('inter-token latency', async () => {
    const rows = await all('Inter-token latency');
    expect(rows).toHaveLength(cases.length);
    for (const { filename, id, gaps, p50, p99 } of rows) {
      const { result } = cases.find(({ path, result }) => path === filename && result.id === id)!;
      const own = okRounds(result)
        .flatMap(timedPasses)
        .flatMap(({ tokenMs }) => gapsOf(tokenMs));
      const sorted = Float64Array.from(own).sort();
      expect(Number(gaps)).toBe(own.length);
      expect(p50).toBeCloseTo(quantile(sorted, 0.5), 6);
      expect(p99).toBeCloseTo(quantile(sorted, 0.99), 6);
    }
  });

  it('what failed: nothing here, and what is there elsewhere', async () => {
    expect(await all('What failed, and why')).toEqual([]);
  });

  it('Parquet of the export', async () => {
    const format = exportFormat('jsonl');
    const lines = stored
      .flatMap(({ path, document }) => exportRows(document, path))
      .map((row) => (format.kind === 'rows' ? format.line(row) : ''));
    writeFileSync(join(folder, 'rows.jsonl'), lines.join(''));
    const rows = await all('One Parquet file of everything');
    expect(rows.length).toBeGreaterThan(0);
    for (const { case: id, metric, median: value } of rows) {
      const values = cases.flatMap(({ result }) => (result.id === id ? roundValues(metric as MetricName, result) : []));
      expect(value, `${id} ${metric}`).toBeCloseTo(median(values), 6);
    }
    const types = (await connection.runAndReadAll(`DESCRIBE FROM '${folder}/rows.parquet'`)).getRowObjects();
    expect(Object.fromEntries(types.map(({ column_name, column_type }) => [column_name, column_type]))).toMatchObject({
      ...{ startedAt: 'TIMESTAMP', roundStartedAt: 'TIMESTAMP', value: 'DOUBLE', round: 'BIGINT', threads: 'BIGINT' },
      ...{ foreign: 'BOOLEAN', metric: 'VARCHAR', grade: 'VARCHAR' },
    });
    expect(METRIC_NAMES).toContain(rows[0]!.metric);
  });

  it('every query of the page is run here', () => {
    const withSql = [...QUERIES].filter(([, queries]) => queries.length > 0).map(([heading]) => heading);
    expect([...asked].sort()).toEqual(withSql.sort());
  });

  it('read imported results and failed rounds as well', async () => {
    const other = join(folder, 'other');
    const entries = readLlamaBench('bench.json', asJson([promptEntry(), generationEntry()]));
    const [imported] = documentsOf(entries, { path: 'bench.json', sha256: 'ab', version: '0.1.0' });
    storeImported(other, imported!, () => {});
    storeImported(other, documentOf([generateCase([steadyRound(100, 5), 'failed'])]), () => {});
    await all('Two views', other);
    const rows = (
      await connection.runAndReadAll('SELECT prefillRate, decodeRate FROM rounds ORDER BY machine, id')
    ).getRowObjects();
    expect(rows).toEqual([
      { prefillRate: null, decodeRate: 128 },
      { prefillRate: 8000, decodeRate: null },
      { prefillRate: 5120, decodeRate: 200 },
    ]);
    expect(await all('What failed, and why', other)).toMatchObject([{ code: 'worker-killed', message: 'killed' }]);
  });
});
