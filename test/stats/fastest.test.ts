// Which case is done first: the whole workload counts, and what the rounds cannot tell apart is not told apart.
import { describe, expect, it } from 'vitest';
import type { CaseResult } from '../../src/contract/result.js';
import { isNotShownSlower, rankCases } from '../../src/stats/fastest.js';
import { showView } from '../../src/stats/show.js';
import { documentOf, type FakeRound, generateCase, steadyRound } from '../fixtures/document.js';

const on = (layout: 'published' | 'tuned' | 'split', rounds: FakeRound[], options: { depth?: number } = {}) => {
  const tokens = rounds[0]!.tokenMs![0]!.length;
  const workload = { kind: 'generate', prompt: 512, new: tokens, depth: options.depth ?? 0 } as const;
  return generateCase(rounds, { key: { layout, workload } });
};
const ranked = (cases: CaseResult[]) => rankCases(showView(documentOf(cases), null).cases);
const order = (cases: CaseResult[]) => ranked(cases).map(({ key }) => key.layout);
/** Five rounds around a time to first token, 1 % apart; then 4 gaps of `tpotMs`. */
const around = (ttftMs: number, tpotMs: number) =>
  [-2, -1, 0, 1, 2].map((percent) => steadyRound(ttftMs * (1 + percent / 100), tpotMs));

describe('rankCases', () => {
  it('goes from the start of the prompt to the last token', () => {
    // 1000 + 4 × 20 = 1080 ms; 400 + 4 × 21 = 484 ms: the one that decodes faster takes twice as long.
    const cases = [on('tuned', around(1000, 20)), on('split', around(400, 21))];
    expect(ranked(cases).map(({ wholeMs }) => wholeMs!.median)).toEqual([484, 1080]);
    expect(order(cases)).toEqual(['split', 'tuned']);
  });

  it('takes the median over the iterations of a round, then over rounds', () => {
    const rounds = [
      {
        tokenMs: [
          [100, 300],
          [100, 200],
          [100, 900],
        ],
      },
      { tokenMs: [[100, 500]] },
      { tokenMs: [[100, 600]] },
    ];
    const [only] = ranked([on('tuned', rounds)]);
    expect(only!.wholeMs!.median).toBe(500);
  });

  it('ranks cases of one workload: the one that most have, then the longest', () => {
    const short = (layout: 'tuned' | 'split') => on(layout, [steadyRound(10, 1, 2)]);
    const long = (layout: 'tuned' | 'split') => on(layout, [steadyRound(100, 10, 5)]);
    expect(ranked([long('tuned'), short('tuned'), short('split')])).toHaveLength(2);
    const [first] = ranked([short('tuned'), long('split')]);
    expect(first!.key.workload).toMatchObject({ new: 5 });
    const deep = on('published', [steadyRound(900, 10, 5)], { depth: 4096 });
    expect(order([long('tuned'), deep])).toEqual(['published']);
  });

  it.each([
    ['another computation', [9, 2], null, 0.00001],
    ['what is not shown to be the same', [9, 2], null, 0.3],
    ['what is not proven to read its prompt', [1, 2], { otherPasses: 0.6, otherText: 1 }, 0],
  ])('does not rank %s, however fast', (_, tokens, reading, noise) => {
    const prompt = { seed: 0, tokens: 288, vocabSize: 100 };
    const asked = [{ at: 0, token: 9, gap: 1.2 }];
    const logits = { candidates: [1, 3, 2, 4], gaps: [0, 1.3, 0, 1], asked, noise };
    const reference = on('tuned', around(1000, 20));
    reference.answer = { prompt, tokens: [1, 2], logits };
    const fast = generateCase(around(10, 1), { key: { options: { arena: false } } });
    fast.answer = { prompt, tokens, logits: reading && { ...logits, reading } };
    expect(ranked([reference, fast]).map(({ id }) => id)).toEqual([reference.id]);
    fast.answer = { prompt, tokens: [1, 2], logits: null };
    expect(ranked([reference, fast]).map(({ id }) => id)).toEqual([fast.id, reference.id]);
  });

  it('leaves out what gave no numbers', () => {
    expect(order([generateCase(['failed'], { key: { layout: 'split' } }), on('tuned', around(100, 10))])).toEqual([
      'tuned',
    ]);
  });
});

describe('isNotShownSlower', () => {
  const tied = (best: FakeRound[], other: FakeRound[]) => {
    const [first, second] = ranked([on('tuned', best), on('split', other)]);
    return isNotShownSlower(first!, second!);
  };

  it('holds where intervals overlap', () => {
    expect(tied(around(1000, 10), around(1035, 10))).toBe(true);
    expect(tied(around(1000, 10), around(1300, 10))).toBe(false);
  });

  it('holds below what matters, however steady the rounds are', () => {
    const steady = (ttftMs: number) => [1, 2, 3].map(() => steadyRound(ttftMs, 10));
    expect(tied(steady(1000), steady(1025))).toBe(true);
    expect(tied(steady(1000), steady(1040))).toBe(false);
  });

  it('goes by what matters alone where a single round has no interval', () => {
    expect(tied([steadyRound(1000, 10)], [steadyRound(1020, 10)])).toBe(true);
    expect(tied([steadyRound(1000, 10)], [steadyRound(1100, 10)])).toBe(false);
  });
});
