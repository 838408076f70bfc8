// The table of a comparison and the lines below it, as people read them.
import { describe, expect, it } from 'vitest';
import type { Identity, ResultDocument } from '../../src/contract/result.js';
import { comparisonPage } from '../../src/report/comparison-page.js';
import { render } from '../../src/report/render.js';
import { PLAIN } from '../../src/report/table.js';
import { compareView } from '../../src/stats/compare-view.js';
import { conditionOf } from '../fixtures/condition.js';
import { documentOf, generateCase, steadyRound } from '../fixtures/document.js';

/** Six rounds, 1 % around a time per token. */
const of = (tpotMs: number, identity: Partial<Identity> = {}) => {
  const rounds = [-1, -0.6, -0.2, 0.2, 0.6, 1].map((percent) => ({
    ...steadyRound(400, tpotMs * (1 + percent / 100)),
    condition: conditionOf(),
  }));
  return documentOf([generateCase(rounds, { identity })]);
};
const pageOf = (baseline: ResultDocument, candidate: ResultDocument) => {
  const sides = [baseline, candidate].map((document, i) => ({ document, path: `${'ab'[i]}.json` }));
  return comparisonPage(compareView(sides[0]!, sides[1]!, { across: [], grade: 'C' }));
};

describe('a comparison', () => {
  it('shows what is worse, and the size of change that the rounds could show', () => {
    // No round of one side is within the other: p is 2 of the 924 splits of twelve, times five tests.
    expect(
      render(pageOf(of(20), of(24)), 'table', PLAIN)
        .split('\n')
        .slice(4),
    ).toEqual([
      'case        metric                unit         baseline       candidate    visible    change   outcome',
      'pp512 tg5   prefill rate          tok/s   1,280 ± 0.0 %   1,280 ± 0.0 %    ≥ 3.0 %         ~   not shown (p=1.00 n=6)',
      '            decode rate           tok/s    50.0 ± 1.0 %    41.7 ± 1.0 %    ≥ 4.1 %   −16.7 %   worse (p=0.011 n=6)',
      '            time to first token   ms        400 ± 0.0 %     400 ± 0.0 %    ≥ 3.0 %         ~   not shown (p=1.00 n=6)',
      '            load time             ms        400 ± 0.0 %     400 ± 0.0 %   ≥ 20.0 %         ~   not shown (p=1.00 n=6)',
      '            peak memory           MB        800 ± 0.0 %     800 ± 0.0 %    ≥ 5.0 %         ~   not shown (p=1.00 n=6)',
      '',
      'Worse: 1 of 5 figures.',
      '',
    ]);
  });

  it('names of a list of options only what differs', () => {
    const options = (malloc: string) => ({ options: `intraOpThreads=2 kv=shared ${malloc}`.trim() });
    const id =
      'generate/model=qwen2.5-0.5b/layout=tuned/dtype=q4/runtime=onnxruntime/ep=cpu/threads=2/prompt=512/new=5';
    expect(pageOf(of(20, options('malloc=null')), of(20, options(''))).notes).toEqual([
      'Nothing could be compared.',
      `not compared: ${id} differs in options (malloc=null → –)\n  to compare all the same: --across options`,
    ]);
    expect(pageOf(of(20), of(20, { weights: 'x' })).notes[1]).toContain('differs in weights (aaaa1111 → x)\n');
  });
});
