// Several candidates against one baseline, and two machines, as people read it.
import { describe, expect, it } from 'vitest';
import { comparisonsSchema } from '../../src/contract/views/compare.js';
import { comparisonPage } from '../../src/report/comparison-page.js';
import { comparisonsPage } from '../../src/report/comparisons-page.js';
import { labelsOf } from '../../src/report/labels.js';
import { machineNotes } from '../../src/report/mean-notes.js';
import { compareView } from '../../src/stats/compare-view.js';
import { comparisonsView } from '../../src/stats/comparisons-view.js';
import { documentOf, generateCase, steadyRound } from '../fixtures/document.js';
import { asMarkdown, inTerminal } from '../fixtures/printed.js';

const FACTORS = [0.99, 0.995, 1, 1.003, 1.006, 1.01];
const caseOf = (threads: number, tpotMs: number) =>
  generateCase(
    FACTORS.map((factor) => steadyRound(400 * factor, tpotMs * factor)),
    { key: { threads } },
  );
const side = (day: number, ...times: number[]) => ({
  document: documentOf(
    times.map((ms, i) => caseOf(i + 1, ms)),
    { startedAt: `2025-01-0${day}T12:00:00.000Z` },
  ),
  path: `results/testbox/quick-2025010${day}T120000Z.json`,
});

describe('three candidates', () => {
  const view = comparisonsView(
    side(1, 20, 12, 8),
    [side(2, 30, 18, 8), side(3, 16, 12, 8), side(4, 20, 12)],
    () => [],
    {
      across: [],
      grade: 'C',
    },
  );
  const page = comparisonsPage(view);

  it('are JSON as docs/schema/compare-several.json says', () => expect(comparisonsSchema.parse(view)).toEqual(view));
  it('in 120 columns', () =>
    expect(inTerminal(page, 120)).toMatchInlineSnapshot(`
      "
      baseline    results/testbox/quick-20250101T120000Z.json · 2025-01-01 12:00 · testbox-2c-8gb · edgeproof 0.1.0 ·
        onnxruntime 1.30.0
      2025-01-02  results/testbox/quick-20250102T120000Z.json · 2025-01-02 12:00 · testbox-2c-8gb · edgeproof 0.1.0 ·
        onnxruntime 1.30.0
      2025-01-03  results/testbox/quick-20250103T120000Z.json · 2025-01-03 12:00 · testbox-2c-8gb · edgeproof 0.1.0 ·
        onnxruntime 1.30.0
      2025-01-04  results/testbox/quick-20250104T120000Z.json · 2025-01-04 12:00 · testbox-2c-8gb · edgeproof 0.1.0 ·
        onnxruntime 1.30.0
      cases       qwen2.5-0.5b · tuned q4 · onnxruntime · cpu

      case                        metric         unit         baseline        2025-01-02        2025-01-03       2025-01-04
      1 thread pp512 tg5          prefill rate   tok/s   1,278 ± 1.0 %                 ~                 ~                ~
                                  decode rate    tok/s    49.9 ± 1.0 %     −33.3 % worse    +25.0 % better                ~
                                  load time      ms        400 ± 0.0 %                 ~                 ~                ~
                                  peak memory    MB        800 ± 0.0 %                 ~                 ~                ~
      2 threads pp512 tg5         prefill rate   tok/s   1,278 ± 1.0 %                 ~                 ~                ~
                                  decode rate    tok/s    83.2 ± 1.0 %     −33.3 % worse                 ~                ~
                                  load time      ms        400 ± 0.0 %                 ~                 ~                ~
                                  peak memory    MB        800 ± 0.0 %                 ~                 ~                ~
      3 threads pp512 tg5         prefill rate   tok/s   1,278 ± 1.0 %                 ~                 ~          missing
                                  decode rate    tok/s     125 ± 1.0 %                 ~                 ~          missing
                                  load time      ms        400 ± 0.0 %                 ~                 ~          missing
                                  peak memory    MB        800 ± 0.0 %                 ~                 ~          missing
      geometric mean of 2 cases   prefill rate                            +0.0 % ± 1.2 %    +0.0 % ± 1.2 %   +0.0 % ± 1.2 %
                                  decode rate                            −33.3 % ± 0.8 %   +11.8 % ± 1.3 %   +0.0 % ± 1.2 %
                                  load time                               +0.0 % ± 0.0 %    +0.0 % ± 0.0 %   +0.0 % ± 0.0 %
                                  peak memory                             +0.0 % ± 0.0 %    +0.0 % ± 0.0 %   +0.0 % ± 0.0 %

      2025-01-02: Worse: 2 of 12 figures.
      2025-01-02, 2025-01-03: Used without a grade, since no condition was recorded: 18 rounds of the baseline, 18 rounds of
        the candidate.
      2025-01-03: Better: 1 of 12 figures; nothing worse is shown.
      2025-01-04: No difference is shown.
      2025-01-04: missing, only in the baseline: 3 threads pp512 tg5
      2025-01-04: Used without a grade, since no condition was recorded: 18 rounds of the baseline, 12 rounds of the
        candidate.
      3 candidates are one family of tests: each counts at p ≤ 0.05 ÷ 3, p is printed × 3 (docs/comparison.md).
      "
    `));
  it('in 60 columns', () =>
    expect(inTerminal({ ...page, notes: [] }, 60)).toMatchInlineSnapshot(`
      "
      baseline    results/testbox/quick-20250101T120000Z.json ·
        2025-01-01 12:00 · testbox-2c-8gb · edgeproof 0.1.0 ·
        onnxruntime 1.30.0
      2025-01-02  results/testbox/quick-20250102T120000Z.json ·
        2025-01-02 12:00 · testbox-2c-8gb · edgeproof 0.1.0 ·
        onnxruntime 1.30.0
      2025-01-03  results/testbox/quick-20250103T120000Z.json ·
        2025-01-03 12:00 · testbox-2c-8gb · edgeproof 0.1.0 ·
        onnxruntime 1.30.0
      2025-01-04  results/testbox/quick-20250104T120000Z.json ·
        2025-01-04 12:00 · testbox-2c-8gb · edgeproof 0.1.0 ·
        onnxruntime 1.30.0
      cases       qwen2.5-0.5b · tuned q4 · onnxruntime · cpu

      1 thread pp512 tg5 prefill rate tok/s
        baseline   1,278
        2025-01-02 ~
        2025-01-03 ~
        2025-01-04 ~

      1 thread pp512 tg5 decode rate tok/s
        baseline   49.9
        2025-01-02 −33.3 % worse
        2025-01-03 +25.0 % better
        2025-01-04 ~

      1 thread pp512 tg5 load time ms
        baseline   400
        2025-01-02 ~
        2025-01-03 ~
        2025-01-04 ~

      1 thread pp512 tg5 peak memory MB
        baseline   800
        2025-01-02 ~
        2025-01-03 ~
        2025-01-04 ~

      2 threads pp512 tg5 prefill rate tok/s
        baseline   1,278
        2025-01-02 ~
        2025-01-03 ~
        2025-01-04 ~

      2 threads pp512 tg5 decode rate tok/s
        baseline   83.2
        2025-01-02 −33.3 % worse
        2025-01-03 ~
        2025-01-04 ~

      2 threads pp512 tg5 load time ms
        baseline   400
        2025-01-02 ~
        2025-01-03 ~
        2025-01-04 ~

      2 threads pp512 tg5 peak memory MB
        baseline   800
        2025-01-02 ~
        2025-01-03 ~
        2025-01-04 ~

      3 threads pp512 tg5 prefill rate tok/s
        baseline   1,278
        2025-01-02 ~
        2025-01-03 ~
        2025-01-04 missing

      3 threads pp512 tg5 decode rate tok/s
        baseline   125
        2025-01-02 ~
        2025-01-03 ~
        2025-01-04 missing

      3 threads pp512 tg5 load time ms
        baseline   400
        2025-01-02 ~
        2025-01-03 ~
        2025-01-04 missing

      3 threads pp512 tg5 peak memory MB
        baseline   800
        2025-01-02 ~
        2025-01-03 ~
        2025-01-04 missing

      geometric mean of 2 cases prefill rate
        2025-01-02 +0.0 %
        2025-01-03 +0.0 %
        2025-01-04 +0.0 %

      geometric mean of 2 cases decode rate
        2025-01-02 −33.3 %
        2025-01-03 +11.8 %
        2025-01-04 +0.0 %

      geometric mean of 2 cases load time
        2025-01-02 +0.0 %
        2025-01-03 +0.0 %
        2025-01-04 +0.0 %

      geometric mean of 2 cases peak memory
        2025-01-02 +0.0 %
        2025-01-03 +0.0 %
        2025-01-04 +0.0 %

      Left out of the table at 60 columns: ±, at most 1.3 %.
      "
    `));
  it('as Markdown', () =>
    expect(asMarkdown({ ...page, notes: [] })).toMatchInlineSnapshot(`
      "
      - baseline    results/testbox/quick-20250101T120000Z.json · 2025-01-01 12:00 · testbox-2c-8gb · edgeproof 0.1.0 · onnxruntime 1.30.0
      - 2025-01-02  results/testbox/quick-20250102T120000Z.json · 2025-01-02 12:00 · testbox-2c-8gb · edgeproof 0.1.0 · onnxruntime 1.30.0
      - 2025-01-03  results/testbox/quick-20250103T120000Z.json · 2025-01-03 12:00 · testbox-2c-8gb · edgeproof 0.1.0 · onnxruntime 1.30.0
      - 2025-01-04  results/testbox/quick-20250104T120000Z.json · 2025-01-04 12:00 · testbox-2c-8gb · edgeproof 0.1.0 · onnxruntime 1.30.0
      - cases       qwen2.5-0.5b · tuned q4 · onnxruntime · cpu

      | case | metric | unit | baseline | 2025-01-02 | 2025-01-03 | 2025-01-04 |
      | --- | --- | --- | ---: | ---: | ---: | ---: |
      | 1 thread pp512 tg5 | prefill rate | tok/s | 1,278 ± 1.0 % | ~ | ~ | ~ |
      |  | decode rate | tok/s | 49.9 ± 1.0 % | −33.3 % worse | +25.0 % better | ~ |
      |  | load time | ms | 400 ± 0.0 % | ~ | ~ | ~ |
      |  | peak memory | MB | 800 ± 0.0 % | ~ | ~ | ~ |
      | 2 threads pp512 tg5 | prefill rate | tok/s | 1,278 ± 1.0 % | ~ | ~ | ~ |
      |  | decode rate | tok/s | 83.2 ± 1.0 % | −33.3 % worse | ~ | ~ |
      |  | load time | ms | 400 ± 0.0 % | ~ | ~ | ~ |
      |  | peak memory | MB | 800 ± 0.0 % | ~ | ~ | ~ |
      | 3 threads pp512 tg5 | prefill rate | tok/s | 1,278 ± 1.0 % | ~ | ~ | missing |
      |  | decode rate | tok/s | 125 ± 1.0 % | ~ | ~ | missing |
      |  | load time | ms | 400 ± 0.0 % | ~ | ~ | missing |
      |  | peak memory | MB | 800 ± 0.0 % | ~ | ~ | missing |
      | geometric mean of 2 cases | prefill rate |  |  | +0.0 % ± 1.2 % | +0.0 % ± 1.2 % | +0.0 % ± 1.2 % |
      |  | decode rate |  |  | −33.3 % ± 0.8 % | +11.8 % ± 1.3 % | +0.0 % ± 1.2 % |
      |  | load time |  |  | +0.0 % ± 0.0 % | +0.0 % ± 0.0 % | +0.0 % ± 0.0 % |
      |  | peak memory |  |  | +0.0 % ± 0.0 % | +0.0 % ± 0.0 % | +0.0 % ± 0.0 % |
      "
    `));
  it('have a record for each figure of each', () => {
    expect(page.records).toHaveLength(8 * 5);
    expect(page.records[0]).toMatchObject({ candidatePath: 'results/testbox/quick-20250102T120000Z.json' });
  });
});

describe('two cases', () => {
  it('have a line with their geometric means, one case has none', () => {
    const page = (...times: number[]) =>
      comparisonPage(compareView(side(1, 20, 12), side(2, ...times), { across: [], grade: 'C' })).notes.filter((note) =>
        note.startsWith('Geometric mean'),
      );
    expect(page(22, 12)).toEqual([
      'Geometric mean of 2 cases: prefill rate +0.0 % (−1.2 to +1.2 %); decode rate −4.7 % (−5.8 to −3.5 %); load time +0.0 % (+0.0 to +0.0 %); peak memory +0.0 % (+0.0 to +0.0 %) (95 % intervals by rounds).',
    ]);
    expect(page(22)).toEqual([]);
  });
});

describe('two machines', () => {
  const shares = { baseline: { prefill: null, decode: 0.6 }, candidate: { prefill: null, decode: 0.48 } };
  const view = compareView(side(1, 21), side(2, 10), { across: [], grade: 'C' });
  const [entry] = view.cases;
  if (entry?.status !== 'compared') throw new Error('not compared');
  const labels = labelsOf(view.cases);

  it('are told by their speed and by how well it is used', () => {
    expect(machineNotes({ ...view, cases: [{ ...entry, ofCeiling: shares }] }, labels)).toEqual([
      'decode rate of pp512 tg5: the other machine is 2.1 × faster, and the candidate uses it 0.8 × as well (48 % of its ceiling, 60 % in the baseline).',
    ]);
    expect(machineNotes(view, labels)).toEqual([]);
  });

  it('of several cases by the means of both ratios', () => {
    const mean = { metric: 'decodeRate', cases: 3, change: -0.52, interval95: null, ofCeiling: 1.1 } as const;
    expect(machineNotes({ ...view, means: [mean] }, labels)).toEqual([
      'decode rate, 3 cases: the other machine is 0.48 × as fast, and the candidate uses it 1.1 × as well.',
    ]);
  });
});
