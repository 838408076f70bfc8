// What is exported: a row for each round and metric, failures and conditions included; the newest figure of each case.
import { describe, expect, it } from 'vitest';
import type { ResultDocument } from '../../src/contract/result.js';
import { exportCases, newestOfEach } from '../../src/stats/export-cases.js';
import { exportRows } from '../../src/stats/export-rows.js';
import { metricFigures, roundValues } from '../../src/stats/metrics.js';
import { CEILINGS, documentWith, workedCase } from '../fixtures/ceilings.js';
import { documentOf, generateCase, steadyRound } from '../fixtures/document.js';

const rows = (document: ResultDocument) => exportRows(document, 'a.json');

describe('rows', () => {
  it('hold the value of each round', () => {
    const document = documentOf([generateCase([steadyRound(100, 5), steadyRound(120, 4)])]);
    const decode = rows(document).filter(({ metric }) => metric === 'decodeRate');
    expect(decode.map(({ round, value, unit, status, grade }) => [round, value, unit, status, grade])).toEqual([
      [0, 200, 'tok/s', 'ok', null],
      [1, 250, 'tok/s', 'ok', null],
    ]);
    const [result] = document.cases;
    expect(decode.map(({ value }) => value)).toEqual(roundValues('decodeRate', result!));
    expect(new Set(rows(document).map(({ round, metric }) => `${round} ${metric}`)).size).toBe(rows(document).length);
  });

  it('name a failed round, which has no metric', () => {
    const failed = rows(documentOf([generateCase([steadyRound(100, 5), 'failed'])])).filter(({ round }) => round === 1);
    expect(failed).toMatchObject([{ status: 'failed', failure: 'killed', metric: null, value: null, unit: null }]);
  });

  it('name a failed round also where another has taken its place', () => {
    const result = generateCase([steadyRound(100, 5)]);
    const failure = { code: 'worker-killed', message: 'killed', hint: null };
    result.retried = [{ status: 'failed', index: 0, startedAt: '2025-01-01T11:00:00.000Z', failure }];
    expect(rows(documentOf([result])).map(({ round, status }) => `${round} ${status}`)[0]).toBe('0 failed');
  });

  it('say what the case was run with', () => {
    const limits = { memoryBytes: 2e9, swapBytes: 0 };
    const key = { options: { spinning: false }, limits, weights: 'real', layout: null } as const;
    const [row] = rows(documentOf([generateCase([steadyRound(100, 5)], { key })]));
    expect(row).toMatchObject({
      ...{ options: 'spinning=off', limits: 'memory-limit=2GB', weights: 'real', layout: null, foreign: false },
      ...{ prompt: 512, new: 5, depth: 0, threads: 2, runtimeVersion: 'onnxruntime-node 1.30.0' },
    });
  });
});

describe('cases', () => {
  const words = () => 'words';

  it('hold the median and interval that tables show', () => {
    const document = documentOf([generateCase([steadyRound(100, 5), steadyRound(120, 4), steadyRound(110, 4.5)])]);
    const [one] = exportCases(document, words);
    const known = metricFigures('decodeRate', document.cases[0]!)!;
    expect(one!.figures.find(({ metric }) => metric === 'decodeRate')).toMatchObject({
      median: known.median,
      interval95: known.interval95,
      rounds: 3,
    });
  });

  it('are left out without a figure', () => {
    expect(exportCases(documentOf([generateCase(['failed'])]), words)).toEqual([]);
  });

  it('are the newest of each machine', () => {
    const of = (machine: string, startedAt: string, tpotMs: number) =>
      exportCases(documentOf([generateCase([steadyRound(100, tpotMs)])], { machine, startedAt }), words);
    const newest = newestOfEach([
      ...of('a', '2026-01-02T00:00:00.000Z', 5),
      ...of('a', '2026-01-01T00:00:00.000Z', 4),
      ...of('b', '2026-01-01T00:00:00.000Z', 2),
    ]);
    expect(
      newest.map(({ machine, figures }) => [machine, figures.find(({ metric }) => metric === 'decodeRate')!.median]),
    ).toEqual([
      ['a', 200],
      ['b', 500],
    ]);
  });

  it('are left out, and marked in rows, where they are faster than the machine can be', () => {
    // A token takes 10 ms at the least.
    const document = documentWith(CEILINGS, [workedCase(2561, 5)]);
    expect(exportCases(document, words)).toEqual([]);
    expect(new Set(rows(document).map(({ status }) => status))).toEqual(new Set(['impossible']));
  });
});
