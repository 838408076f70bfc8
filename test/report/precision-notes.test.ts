// What is said of a target: the width that was obtained, what a budget cut off, and what more would take.
import { expect, it } from 'vitest';
import type { CaseView } from '../../src/contract/views/show.js';
import { labelsOf } from '../../src/report/labels.js';
import { precisionNotes } from '../../src/report/precision-notes.js';
import { showView } from '../../src/stats/show.js';
import { documentOf, generateCase, steadyRound } from '../fixtures/document.js';

const [empty] = showView(documentOf([generateCase([steadyRound(100, 20)])]), null).cases;
const PRECISION = {
  metric: 'decodeRate',
  rounds: 11,
  planned: 11,
  budgetSeconds: null,
  halfWidth: 0.026,
  target: 0.03,
  wouldTake: null,
} as const;

function notes(...precisions: CaseView['precision'][]): string[] {
  const cases = precisions.map((precision, i) => ({ ...empty!, key: { ...empty!.key, threads: i + 1 }, precision }));
  return precisionNotes({ cases }, labelsOf(cases));
}

it('says how wide the interval became', () => {
  expect(notes(PRECISION)).toEqual(['decode rate within ± 2.6 % after 11 rounds; target ± 3.0 %.']);
  expect(notes({ ...PRECISION, halfWidth: 0.034, wouldTake: 14 })).toEqual([
    'decode rate within ± 3.4 % after 11 rounds; target ± 3.0 % would take about 14.',
  ]);
  expect(notes(null)).toEqual([]);
});

it('says what a budget left unmeasured', () => {
  const cut = { ...PRECISION, planned: 17, budgetSeconds: 75, halfWidth: 0.04, wouldTake: 19 };
  expect(notes(cut)).toEqual([
    'decode rate within ± 4.0 % after 11 rounds of 17 planned (budget 1 min 15 s); target ± 3.0 % would take about 19.',
  ]);
});

it('names each of several cases that missed the target', () => {
  expect(notes(PRECISION, { ...PRECISION, halfWidth: 0.05, wouldTake: 30 }, null)).toEqual([
    'Target ± 3.0 %: reached by 1 of 2 cases.',
    '2 threads pp512 tg5: decode rate within ± 5.0 % after 11 rounds; target ± 3.0 % would take about 30.',
  ]);
});
