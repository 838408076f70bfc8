// The table of a comparison and the lines below it, as people read them.
import { describe, expect, it } from 'vitest';
import type { Identity, ResultDocument } from '../../src/contract/result.js';
import type { Grade } from '../../src/contract/vocabulary.js';
import { comparisonPage } from '../../src/report/comparison-page.js';
import { compareView } from '../../src/stats/compare-view.js';
import { conditionOf, disturbed } from '../fixtures/condition.js';
import { documentOf, generateCase, steadyRound } from '../fixtures/document.js';
import { asMarkdown, inTerminal } from '../fixtures/printed.js';

/** Six rounds, 1 % around a time per token. */
const of = (tpotMs: number, identity: Partial<Identity> = {}) => {
  const rounds = [-1, -0.6, -0.2, 0.2, 0.6, 1].map((percent) => ({
    ...steadyRound(400, tpotMs * (1 + percent / 100)),
    condition: conditionOf(),
  }));
  return documentOf([generateCase(rounds, { identity })]);
};
const pageOf = (baseline: ResultDocument, candidate: ResultDocument, grade: Grade = 'C') => {
  const sides = [baseline, candidate].map((document, i) => ({ document, path: `${'ab'[i]}.json` }));
  return comparisonPage(compareView(sides[0]!, sides[1]!, { across: [], grade }));
};

describe('a comparison', () => {
  const page = pageOf(of(20), of(24));

  // No round of one side is within the other: p is 1 of the 462 ways of dealing twelve out.
  it('in 140 columns', () =>
    expect(inTerminal(page, 140)).toMatchInlineSnapshot(`
      "
      baseline   a.json · 2025-01-01 12:00 · testbox-2c-8gb · edgeproof 0.1.0 · onnxruntime 1.30.0
      candidate  b.json · 2025-01-01 12:00 · testbox-2c-8gb · edgeproof 0.1.0 · onnxruntime 1.30.0
      cases      qwen2.5-0.5b · tuned q4 · onnxruntime · cpu · 2 threads

      case        metric                unit         baseline       candidate    visible    change   outcome
      pp512 tg5   prefill rate          tok/s   1,280 ± 0.0 %   1,280 ± 0.0 %    ≥ 3.0 %         ~   not shown (p=1.00 n=6)
                  decode rate           tok/s    50.0 ± 1.0 %    41.7 ± 1.0 %    ≥ 4.3 %   −16.7 %   worse (p=0.002 n=6)
                  time to first token   ms        400 ± 0.0 %     400 ± 0.0 %    ≥ 3.0 %         ~   as prefill rate
                  load time             ms        400 ± 0.0 %     400 ± 0.0 %   ≥ 20.0 %         ~   not shown (p=1.00 n=6)
                  peak memory           MB        800 ± 0.0 %     800 ± 0.0 %    ≥ 5.0 %         ~   not shown (p=1.00 n=6)

      Worse: 1 of 4 figures.
      "
    `));

  it('in 80 columns', () =>
    expect(inTerminal(page, 80)).toMatchInlineSnapshot(`
      "
      baseline   a.json · 2025-01-01 12:00 · testbox-2c-8gb · edgeproof 0.1.0 ·
        onnxruntime 1.30.0
      candidate  b.json · 2025-01-01 12:00 · testbox-2c-8gb · edgeproof 0.1.0 ·
        onnxruntime 1.30.0
      cases      qwen2.5-0.5b · tuned q4 · onnxruntime · cpu · 2 threads

      case        metric                unit    baseline   candidate    visible
      pp512 tg5   prefill rate          tok/s      1,280       1,280    ≥ 3.0 %
                  decode rate           tok/s       50.0        41.7    ≥ 4.3 %
                  time to first token   ms           400         400    ≥ 3.0 %
                  load time             ms           400         400   ≥ 20.0 %
                  peak memory           MB           800         800    ≥ 5.0 %

      case        metric                unit     change   outcome
      pp512 tg5   prefill rate          tok/s         ~   not shown (p=1.00 n=6)
                  decode rate           tok/s   −16.7 %   worse (p=0.002 n=6)
                  time to first token   ms            ~   as prefill rate
                  load time             ms            ~   not shown (p=1.00 n=6)
                  peak memory           MB            ~   not shown (p=1.00 n=6)

      Worse: 1 of 4 figures.
      Left out of the table at 80 columns: ±, at most 1.0 %.
      "
    `));

  it('as Markdown', () =>
    expect(asMarkdown(page)).toMatchInlineSnapshot(`
      "
      - baseline   a.json · 2025-01-01 12:00 · testbox-2c-8gb · edgeproof 0.1.0 · onnxruntime 1.30.0
      - candidate  b.json · 2025-01-01 12:00 · testbox-2c-8gb · edgeproof 0.1.0 · onnxruntime 1.30.0
      - cases      qwen2.5-0.5b · tuned q4 · onnxruntime · cpu · 2 threads

      | case | metric | unit | baseline | candidate | visible | change | outcome |
      | --- | --- | --- | ---: | ---: | ---: | ---: | --- |
      | pp512 tg5 | prefill rate | tok/s | 1,280 ± 0.0 % | 1,280 ± 0.0 % | ≥ 3.0 % | ~ | not shown (p=1.00 n=6) |
      |  | decode rate | tok/s | 50.0 ± 1.0 % | 41.7 ± 1.0 % | ≥ 4.3 % | −16.7 % | worse (p=0.002 n=6) |
      |  | time to first token | ms | 400 ± 0.0 % | 400 ± 0.0 % | ≥ 3.0 % | ~ | as prefill rate |
      |  | load time | ms | 400 ± 0.0 % | 400 ± 0.0 % | ≥ 20.0 % | ~ | not shown (p=1.00 n=6) |
      |  | peak memory | MB | 800 ± 0.0 % | 800 ± 0.0 % | ≥ 5.0 % | ~ | not shown (p=1.00 n=6) |

      - Worse: 1 of 4 figures.
      "
    `));

  it('says below the table what was left out and what was not compared', () => {
    const [baseline, candidate] = [of(20), of(24)];
    const others = [1, 2].map((threads) => generateCase([steadyRound(100, 10)], { key: { threads, dtype: 'fp32' } }));
    Object.assign(candidate.cases[0]!.rounds[0]!, { condition: disturbed(0.31) });
    baseline.cases.push(others[0]!);
    candidate.cases.push(generateCase(['failed'], { key: { model: 'other' } }), others[1]!);
    expect(inTerminal(pageOf(baseline, candidate, 'B'), 140)).toMatchInlineSnapshot(`
      "
      baseline   a.json · 2025-01-01 12:00 · testbox-2c-8gb · edgeproof 0.1.0 · onnxruntime 1.30.0
      candidate  b.json · 2025-01-01 12:00 · testbox-2c-8gb · edgeproof 0.1.0 · onnxruntime 1.30.0
      cases      tuned · onnxruntime · cpu

      case                                 metric               unit        baseline      candidate   visible   change  outcome
      qwen2.5-0.5b q4 2 threads pp512 tg5  prefill rate         tok/s  1,280 ± 0.0 %  1,280 ± 0.0 %   ≥ 3.0 %        ~  not shown (p=1.00 n=6+5)
                                           decode rate          tok/s   50.0 ± 1.0 %   41.6 ± 1.1 %   ≥ 4.4 %  −16.8 %  worse (p=0.002 n=6+5)
                                           time to first token  ms       400 ± 0.0 %    400 ± 0.0 %   ≥ 3.0 %        ~  as prefill rate
                                           load time            ms       400 ± 0.0 %    400 ± 0.0 %  ≥ 20.0 %        ~  not shown (p=1.00 n=6+5)
                                           peak memory          MB       800 ± 0.0 %    800 ± 0.0 %   ≥ 5.0 %        ~  not shown (p=1.00 n=6+5)

      Worse: 1 of 4 figures.
      not compared, only in the candidate: other q4 2 threads pp512 tg1, qwen2.5-0.5b fp32 2 threads pp512 tg5
      missing, only in the baseline: qwen2.5-0.5b fp32 1 thread pp512 tg5
      Left out, below grade B: 1 round of the candidate (other programs took 31 % of a core).
        to compare them all the same: --grade C; to add rounds: edgeproof run --resume <result> --rounds <more>
      The sides lost unequal shares of their rounds: qwen2.5-0.5b q4 2 threads pp512 tg5 (none in the baseline, 1 of 6 in the candidate).
      Used without a grade, since no condition was recorded: 1 round of the baseline, 1 round of the candidate.
      To compare across what differs:
        edgeproof compare a.json b.json --across threads
      "
    `);
  });

  it('names of a list of options only what differs', () => {
    const options = (malloc: string) => ({ options: `intraOpThreads=2 kv=shared ${malloc}`.trim() });
    expect(pageOf(of(20, options('malloc=null')), of(20, options(''))).notes).toEqual([
      'Nothing could be compared.',
      'not compared, differs in options (malloc=null → –): pp512 tg5',
      'To compare across what differs:\n  edgeproof compare a.json b.json --across options --grade C',
    ]);
    expect(pageOf(of(20), of(20, { weights: 'x' })).notes[1]).toContain('differs in weights (aaaa1111 → x): ');
  });
});

it('of a result with itself says so', () => {
  const side = { document: of(20), path: 'a.json' };
  const { notes } = comparisonPage(compareView(side, side, { across: [], grade: 'C' }));
  expect(notes[0]).toBe('Baseline and candidate are the same result.');
  expect(pageOf(of(20), of(20)).notes).not.toContain(notes[0]);
});

describe('other tokens in the rounds', () => {
  /** With other tokens in this many rounds, and an answer whose gaps are moved. */
  const sideOf = (rounds: number, moved: number | null) => {
    const document = of(20);
    const [result] = document.cases;
    for (const round of result!.rounds.slice(0, rounds))
      if (round.status === 'ok') for (const pass of round.iterations) Object.assign(pass, { tokensHash: 'other' });
    if (moved !== null) {
      const logits = { candidates: [1, 2], gaps: [0, 0.5 + moved], asked: [], noise: 0 };
      result!.answer = { prompt: { seed: 0, tokens: 288, vocabSize: 100 }, tokens: [1], logits };
    }
    return document;
  };
  const noteOf = (rounds: number, moved: number | null) =>
    pageOf(sideOf(0, moved === null ? null : 0), sideOf(rounds, moved)).notes.filter((note) =>
      /tokens differ/.test(note),
    );

  it('are counted, with whether rounding explains them', () => {
    const found = (passes: number) => `generated tokens differ in ${passes} of 6 passes of the rounds of pp512 tg5`;
    expect(noteOf(0, 0)).toEqual([]);
    expect(noteOf(2, null)).toEqual([`${found(2)}: not the same computation on both sides`]);
    expect(noteOf(1, 0)).toEqual([`${found(1)}: more than the rounding that the common prompt shows explains`]);
    expect(noteOf(1, 0.001)).toEqual([
      `${found(1)}: by the rounding that the common prompt shows, as many are expected (p=0.28)`,
    ]);
  });
});
