// The sentence under the table, as a newcomer reads it.
import { describe, expect, it } from 'vitest';
import type { CaseResult } from '../../src/contract/result.js';
import { conclusion } from '../../src/report/conclusion.js';
import { labelsOf } from '../../src/report/labels.js';
import { showView } from '../../src/stats/show.js';
import { disturbed } from '../fixtures/condition.js';
import { documentOf, type FakeCase, generateCase, microCase, steadyRound } from '../fixtures/document.js';

const SYNTHETIC = 'Weights are synthetic: speed and memory are those of the real graph, the generated text is noise.';
const INTERVAL = '± is half the 95 % interval over rounds (docs/metrics.md).';

const conclude = (cases: CaseResult[]) => conclusion(showView(documentOf(cases), null), labelsOf(cases));
/** Five rounds of 5 tokens, 1 % apart. */
const of = (ttftMs: number, tpotMs: number, key: FakeCase['key'] = {}) =>
  generateCase(
    [-2, -1, 0, 1, 2].map((percent) => steadyRound(ttftMs * (1 + percent / 100), tpotMs)),
    { key },
  );

describe('the conclusion', () => {
  it('of one case says what it does', () => {
    expect(conclude([of(1000, 20)])).toEqual([
      'On this machine qwen2.5-0.5b (tuned q4, onnxruntime) answers a prompt of 512 tokens after 1.0 s and then writes 50.0 tokens a second, 10 times as fast as people read; it needs 800 MB of memory.',
      SYNTHETIC,
      INTERVAL,
    ]);
  });

  it('of several names the one that is done first, though another decodes faster', () => {
    expect(conclude([of(1000, 20), of(400, 21, { layout: 'split' })])).toEqual([
      'Fastest here, 484 ms for a prompt of 512 tokens and 5 new ones: qwen2.5-0.5b (split q4, onnxruntime) answers after 400 ms and then writes 47.6 tokens a second, 9 times as fast as people read; it needs 800 MB of memory.',
      SYNTHETIC,
      INTERVAL,
    ]);
  });

  it('names those that are not shown to be slower, three at most', () => {
    const threads = (count: number, ttftMs: number) => of(ttftMs, 10, { threads: count });
    const [sentence, tied] = conclude([threads(1, 3000), threads(2, 1000), threads(3, 1010), threads(4, 1020)]);
    expect(sentence).toMatch(
      /^Fastest here, 1\.0 s for .*: qwen2\.5-0\.5b \(tuned q4, onnxruntime, 2 threads\) answers/,
    );
    expect(tied).toBe('Not shown to be slower: 3 threads (1.1 s), 4 threads (1.1 s).');
    const many = [1, 2, 3, 4, 5, 6].map((count) => threads(count, 1000));
    expect(conclude(many)[1]).toBe(
      'Not shown to be slower: 2 threads (1.0 s), 3 threads (1.0 s), 4 threads (1.0 s) and 2 others.',
    );
  });

  it('tells options and limits apart', () => {
    const fast = of(100, 10, { options: { spinning: false }, limits: { memoryBytes: 2e9, swapBytes: 0 } });
    expect(conclude([of(1000, 10), fast])[0]).toContain('(tuned q4, onnxruntime, spinning off, memory-limit 2GB)');
  });

  it('names the depth that a prompt stands behind, and a single token', () => {
    const workload = { kind: 'generate', prompt: 1, new: 1, depth: 4096 } as const;
    const cases = [generateCase([steadyRound(50, 10, 1)], { key: { workload } })];
    expect(conclude(cases)).toEqual([
      'On this machine, in the only round, qwen2.5-0.5b (tuned q4, onnxruntime) answers a prompt of 1 token behind 4,096 earlier ones after 50 ms; it needs 800 MB of memory.',
      SYNTHETIC,
    ]);
  });

  it('asks of limits what they cost, not which is the fastest', () => {
    const limited = (memoryBytes: number, ttftMs: number) => of(ttftMs, 20, { limits: { memoryBytes, swapBytes: 0 } });
    const [first, second] = conclude([limited(2e9, 1000), limited(1.5e8, 6400), limited(1e9, 990)]);
    expect(first).toMatch(/^On this machine qwen2\.5-0\.5b \(tuned q4, onnxruntime, memory-limit 2GB\) answers/);
    // Whole times: (6,400 + 4 × 20) ÷ (1,000 + 4 × 20) = 6.
    expect(second).toBe('It still runs with memory-limit 150MB, 6.00 × slower than with memory-limit 2GB.');
    expect(conclude([of(1000, 20), limited(1e9, 1000)])[1]).toBe(
      'It still runs with memory-limit 1GB, as fast as without limits.',
    );
    const quota = (cpuQuota: number, ttftMs: number) => of(ttftMs, 20, { limits: { cpuQuota } });
    expect(conclude([quota(1.5, 900), quota(2, 1000)])[0]).toMatch(/^On this machine .*cpu-quota 2\) answers/);
  });

  it('does not sound certain after one round, or on a busy machine', () => {
    const once = (layout: 'tuned' | 'split', ttftMs: number) =>
      generateCase([steadyRound(ttftMs, 20)], { key: { layout } });
    expect(conclude([once('tuned', 1000), once('split', 400)])[0]).toMatch(
      /^Fastest here, though one round shows no spread, 480 ms for/,
    );
    const busy = of(1000, 20);
    for (const round of busy.rounds) if (round.status === 'ok') round.condition = disturbed(0.5);
    expect(conclude([busy])[1]).toBe(
      'The machine was busy in every round of it (grade C): measure again before you quote this.',
    );
    expect(conclude([of(1000, 20)]).join()).not.toContain('busy');
  });

  it('warns of rates that vary from process to process', () => {
    const wild = (layout: 'tuned' | 'split') =>
      generateCase(
        [10, 20, 40].map((tpotMs) => steadyRound(1000, tpotMs)),
        { key: { layout } },
      );
    const advice = (rounds: number) => `close other programs, or add rounds (edgeproof run --resume -r ${rounds}).`;
    expect(conclude([wild('tuned')])[1]).toBe(`The decode rate is uncertain by more than 10 %: ${advice(8)}`);
    expect(conclude([wild('tuned'), of(9000, 10, { layout: 'split' })])[1]).toBe(
      `1 of 2 decode rates is uncertain by more than 10 %: ${advice(10)}`,
    );
  });

  it('is silent about what does not generate', () => {
    expect(conclude([microCase([{ sampleMs: [1, 2] }], 'tokenize')])).toEqual([]);
    expect(conclude([generateCase(['failed'])])).toEqual([]);
  });
});
