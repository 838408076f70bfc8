// A digest says what the document says: figures derived from it are those of `show`.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { METRIC_NAMES } from '../../src/contract/metric-names.js';
import { digestSchema } from '../../src/contract/views/digest.js';
import { digestMedian, digestOf, digestSummary } from '../../src/stats/digest.js';
import { roundValues } from '../../src/stats/metrics.js';
import { showView } from '../../src/stats/show.js';
import { sufficientRounds } from '../../src/stats/sufficient.js';
import { median } from '../../src/stats/summary.js';
import { readResult } from '../../src/store/files.js';
import { disturbed } from '../fixtures/condition.js';
import { documentOf, generateCase, steadyRound } from '../fixtures/document.js';

const FOLDER = 'results/intel-xeon-2c-24gb';

it.each(readdirSync(FOLDER))('of %s has the figures, grades and shares that its view has', (name) => {
  const document = readResult(join(FOLDER, name));
  const digest = digestOf(document, name);
  expect(digestSchema.parse(digest)).toEqual(digest);
  const { cases } = showView(document, name);
  for (const [i, own] of digest.cases.entries()) {
    const view = cases[i]!;
    expect([own.id, own.status, own.rounds]).toEqual([view.id, view.status, view.rounds.length]);
    for (const metric of METRIC_NAMES) {
      const summary = digestSummary(metric, own);
      const figures = view.metrics[metric];
      expect([summary?.median, summary?.interval]).toEqual([figures?.median, figures?.interval95]);
    }
    expect(own.ofCeiling.decode).toBe(view.ofCeiling.decode?.share ?? null);
    expect(own.ofCeiling.prefill).toBe(view.ofCeiling.prefill?.share ?? null);
    const graded = view.rounds.filter(({ grade }) => grade === 'A').length;
    expect(own.grades.A ?? 0).toBe(graded);
  }
});

it('has the medians of the rounds of each grade or better', () => {
  const busy = (others: number) => ({
    ...steadyRound(100, 10 * (1 + others)),
    condition: disturbed(others),
  });
  const document = documentOf([generateCase([busy(0), busy(0.01), busy(0.1), busy(0.5)])]);
  const [own] = digestOf(document, 'a.json').cases;
  for (const grade of ['A', 'B', 'C'] as const) {
    const used = sufficientRounds(document, grade).document.cases[0]!;
    expect(digestMedian('tpotMs', own!, grade)).toBe(median(roundValues('tpotMs', used)));
  }
  expect(own!.grades).toEqual({ A: 2, B: 1, C: 1 });
  const none = digestOf(documentOf([generateCase([busy(0.5)])]), 'a.json').cases[0]!;
  expect([digestMedian('tpotMs', none, 'B'), digestMedian('tpotMs', none, 'C')]).toEqual([null, 15]);
});

it('counts failures, and cases without a round are pending', () => {
  const cases = [
    generateCase([steadyRound(100, 10), 'failed']),
    { ...generateCase([], { key: { threads: 4 } }), status: 'skipped' as const },
  ];
  const digest = digestOf(documentOf(cases), 'a.json');
  expect(digest.cases.map(({ status, rounds, failedRounds }) => [status, rounds, failedRounds])).toEqual([
    ['ok', 1, 1],
    ['pending', 0, 0],
  ]);
});
