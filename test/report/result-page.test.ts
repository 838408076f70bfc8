// What `show` prints of a result, to be read by eye: in a narrow and in a wide terminal, and as Markdown.
import { describe, expect, it } from 'vitest';
import type { CaseResult, ResultDocument } from '../../src/contract/result.js';
import { resultPage } from '../../src/report/result-page.js';
import { showView } from '../../src/stats/show.js';
import { CEILINGS, WORK } from '../fixtures/ceilings.js';
import { conditionOf, disturbed } from '../fixtures/condition.js';
import { documentOf, type FakeCase, generateCase, microCase, steadyRound } from '../fixtures/document.js';
import { asMarkdown, inTerminal } from '../fixtures/printed.js';

const PATH = 'results/testbox-2c-8gb/quick-20250101T120000Z.json';

function pageOf(document: ResultDocument) {
  document.suite.content.warmup = 0;
  return resultPage(showView(document, PATH));
}

/** Five rounds of 33 tokens, up to 2 % apart. */
function measured(ttftMs: number, tpotMs: number, options: FakeCase = {}): CaseResult {
  const rounds = [-1, -0.5, 0, 0.5, 1].map((percent) => ({
    ...steadyRound(ttftMs * (1 + percent / 100), tpotMs * (1 + percent / 200), 33),
    condition: conditionOf(),
    loadMs: 400 + 10 * percent,
  }));
  const result = generateCase(rounds, options);
  result.checkpoint!.graph.work = WORK;
  return result;
}

describe('one case', () => {
  const page = pageOf({ ...documentOf([measured(2000, 20)]), ceilings: CEILINGS });

  it('in 140 columns', () =>
    expect(inTerminal(page, 140)).toMatchInlineSnapshot(`
      "
      quick · qwen2.5-0.5b · tuned q4 · onnxruntime · cpu · 2 threads · synthetic weights
      Test CPU · 2 cores · 8.00 GiB · avx2 · onnxruntime 1.30.0
      5 rounds (fresh processes) × 3 iterations · results/testbox-2c-8gb/quick-20250101T120000Z.json

      workload              TTFT       prefill   of ceiling         decode   of ceiling          load   peak memory   grade
                              ms         tok/s                       tok/s                         ms            MB
      pp512 tg33   2,000 ± 1.4 %   256 ± 1.4 %         64 %   50.0 ± 0.7 %         50 %   400 ± 3.4 %   800 ± 0.0 %   A

      On this machine qwen2.5-0.5b (tuned q4, onnxruntime) answers a prompt of 512 tokens after 2.0 s and then writes 50.0 tokens a second, 10
        times as fast as people read; it needs 800 MB of memory.
      Weights are synthetic: speed and memory are those of the real graph, the generated text is noise.
      ± is half the 95 % interval over rounds (docs/metrics.md).
      “of ceiling” is the share of what this machine can do at best, measured in the same run (docs/ceilings.md).
      "
    `));

  it('in 80 columns', () =>
    expect(inTerminal(page, 80)).toMatchInlineSnapshot(`
      "
      quick · qwen2.5-0.5b · tuned q4 · onnxruntime · cpu · 2 threads · synthetic
        weights
      Test CPU · 2 cores · 8.00 GiB · avx2 · onnxruntime 1.30.0
      5 rounds (fresh processes) × 3 iterations ·
        results/testbox-2c-8gb/quick-20250101T120000Z.json

      workload      TTFT   prefill   of ceiling   decode   of ceiling   load
                      ms     tok/s                 tok/s                  ms
      pp512 tg33   2,000       256         64 %     50.0         50 %    400

      workload     peak memory   grade
                            MB
      pp512 tg33           800   A

      On this machine qwen2.5-0.5b (tuned q4, onnxruntime) answers a prompt of 512
        tokens after 2.0 s and then writes 50.0 tokens a second, 10 times as fast as
        people read; it needs 800 MB of memory.
      Weights are synthetic: speed and memory are those of the real graph, the
        generated text is noise.
      ± is half the 95 % interval over rounds (docs/metrics.md).
      “of ceiling” is the share of what this machine can do at best, measured in the
        same run (docs/ceilings.md).
      Left out of the table at 80 columns: ±, at most 3.4 %.
      "
    `));

  it('as Markdown', () =>
    expect(asMarkdown(page)).toMatchInlineSnapshot(`
      "
      - quick · qwen2.5-0.5b · tuned q4 · onnxruntime · cpu · 2 threads · synthetic weights
      - Test CPU · 2 cores · 8.00 GiB · avx2 · onnxruntime 1.30.0
      - 5 rounds (fresh processes) × 3 iterations · results/testbox-2c-8gb/quick-20250101T120000Z.json

      | workload | TTFT (ms) | prefill (tok/s) | of ceiling | decode (tok/s) | of ceiling | load (ms) | peak memory (MB) | grade |
      | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |
      | pp512 tg33 | 2,000 ± 1.4 % | 256 ± 1.4 % | 64 % | 50.0 ± 0.7 % | 50 % | 400 ± 3.4 % | 800 ± 0.0 % | A |

      - On this machine qwen2.5-0.5b (tuned q4, onnxruntime) answers a prompt of 512 tokens after 2.0 s and then writes 50.0 tokens a second, 10 times as fast as people read; it needs 800 MB of memory.
      - Weights are synthetic: speed and memory are those of the real graph, the generated text is noise.
      - ± is half the 95 % interval over rounds (docs/metrics.md).
      - “of ceiling” is the share of what this machine can do at best, measured in the same run (docs/ceilings.md).
      "
    `));
});

describe('several cases', () => {
  const busy = measured(1500, 25, { key: { layout: 'published' } });
  Object.assign(busy.rounds[0]!, { condition: disturbed(0.31) });
  const page = pageOf(documentOf([busy, measured(1200, 20), measured(900, 20.2, { key: { layout: 'split' } })]));

  it('in 140 columns', () =>
    expect(inTerminal(page, 140)).toMatchInlineSnapshot(`
      "
      quick · qwen2.5-0.5b · q4 · onnxruntime · cpu · 2 threads · synthetic weights
      Test CPU · 2 cores · 8.00 GiB · avx2 · onnxruntime 1.30.0
      5 rounds (fresh processes) × 3 iterations · results/testbox-2c-8gb/quick-20250101T120000Z.json

      layout      workload              TTFT       prefill         decode          load   peak memory   grade
                                          ms         tok/s          tok/s            ms            MB
      published   pp512 tg33   1,500 ± 1.4 %   341 ± 1.4 %   40.0 ± 0.7 %   400 ± 3.4 %   800 ± 0.0 %   4 A 1 C
      tuned       pp512 tg33   1,200 ± 1.4 %   427 ± 1.4 %   50.0 ± 0.7 %   400 ± 3.4 %   800 ± 0.0 %   A
      split       pp512 tg33     900 ± 1.4 %   569 ± 1.4 %   49.5 ± 0.7 %   400 ± 3.4 %   800 ± 0.0 %   A

      Fastest here, 1.5 s for a prompt of 512 tokens and 33 new ones: qwen2.5-0.5b (split q4, onnxruntime) answers after 900 ms and then writes
        49.5 tokens a second, 10 times as fast as people read; it needs 800 MB of memory.
      Weights are synthetic: speed and memory are those of the real graph, the generated text is noise.
      ± is half the 95 % interval over rounds (docs/metrics.md).
      Condition C in 1 of 15 rounds: other programs took 31 % of a core.
      "
    `));

  it('in 80 columns', () =>
    expect(inTerminal(page, 80)).toMatchInlineSnapshot(`
      "
      quick · qwen2.5-0.5b · q4 · onnxruntime · cpu · 2 threads · synthetic weights
      Test CPU · 2 cores · 8.00 GiB · avx2 · onnxruntime 1.30.0
      5 rounds (fresh processes) × 3 iterations ·
        results/testbox-2c-8gb/quick-20250101T120000Z.json

      layout      workload      TTFT   prefill   decode   load   peak memory   grade
                                  ms     tok/s    tok/s     ms            MB
      published   pp512 tg33   1,500       341     40.0    400           800   4 A 1 C
      tuned       pp512 tg33   1,200       427     50.0    400           800   A
      split       pp512 tg33     900       569     49.5    400           800   A

      Fastest here, 1.5 s for a prompt of 512 tokens and 33 new ones: qwen2.5-0.5b
        (split q4, onnxruntime) answers after 900 ms and then writes 49.5 tokens a
        second, 10 times as fast as people read; it needs 800 MB of memory.
      Weights are synthetic: speed and memory are those of the real graph, the
        generated text is noise.
      ± is half the 95 % interval over rounds (docs/metrics.md).
      Condition C in 1 of 15 rounds: other programs took 31 % of a core.
      Left out of the table at 80 columns: ±, at most 3.4 %.
      "
    `));

  it('as Markdown', () =>
    expect(asMarkdown(page)).toMatchInlineSnapshot(`
      "
      - quick · qwen2.5-0.5b · q4 · onnxruntime · cpu · 2 threads · synthetic weights
      - Test CPU · 2 cores · 8.00 GiB · avx2 · onnxruntime 1.30.0
      - 5 rounds (fresh processes) × 3 iterations · results/testbox-2c-8gb/quick-20250101T120000Z.json

      | layout | workload | TTFT (ms) | prefill (tok/s) | decode (tok/s) | load (ms) | peak memory (MB) | grade |
      | --- | --- | ---: | ---: | ---: | ---: | ---: | --- |
      | published | pp512 tg33 | 1,500 ± 1.4 % | 341 ± 1.4 % | 40.0 ± 0.7 % | 400 ± 3.4 % | 800 ± 0.0 % | 4 A 1 C |
      | tuned | pp512 tg33 | 1,200 ± 1.4 % | 427 ± 1.4 % | 50.0 ± 0.7 % | 400 ± 3.4 % | 800 ± 0.0 % | A |
      | split | pp512 tg33 | 900 ± 1.4 % | 569 ± 1.4 % | 49.5 ± 0.7 % | 400 ± 3.4 % | 800 ± 0.0 % | A |

      - Fastest here, 1.5 s for a prompt of 512 tokens and 33 new ones: qwen2.5-0.5b (split q4, onnxruntime) answers after 900 ms and then writes 49.5 tokens a second, 10 times as fast as people read; it needs 800 MB of memory.
      - Weights are synthetic: speed and memory are those of the real graph, the generated text is noise.
      - ± is half the 95 % interval over rounds (docs/metrics.md).
      - Condition C in 1 of 15 rounds: other programs took 31 % of a core.
      "
    `));
});

describe('cases that failed', () => {
  const failed = generateCase(['failed'], { key: { threads: 4 } });
  const later = generateCase([steadyRound(1000, 20), 'failed'], { key: { threads: 2 }, status: 'failed' });
  Object.assign(later.rounds[1]!, {
    failure: { code: 'out-of-memory', message: 'the system ended the worker', hint: 'close other programs' },
  });
  const page = pageOf(documentOf([later, failed, microCase([{ sampleMs: [1, 2, 3] }], 'tokenize')]));

  it('in 140 columns', () =>
    expect(inTerminal(page, 140)).toMatchInlineSnapshot(`
      "
      quick · qwen2.5-0.5b · tuned q4 · onnxruntime · cpu · synthetic weights
      Test CPU · 2 cores · 8.00 GiB · avx2 · onnxruntime 1.30.0
      0 to 1 round (fresh processes) × 3 iterations · results/testbox-2c-8gb/quick-20250101T120000Z.json

      threads   workload     TTFT   prefill   decode   time   load   peak memory   status
                               ms     tok/s    tok/s     ms     ms            MB
      2         pp512 tg5   1,000       512     50.0           400           800   failed after 1
      4         pp512 tg1                                                          failed
      2         tokenize                               2.00    400           800   ok

      On this machine, in the only round, qwen2.5-0.5b (tuned q4, onnxruntime, 2 threads) answers a prompt of 512 tokens after 1.0 s and then
        writes 50.0 tokens a second, 10 times as fast as people read; it needs 800 MB of memory.
      Weights are synthetic: speed and memory are those of the real graph, the generated text is noise.
      failed: generate/model=qwen2.5-0.5b/layout=tuned/dtype=q4/runtime=onnxruntime/ep=cpu/threads=2/prompt=512/new=5, round 2: the system ended
        the worker
        close other programs
      failed: generate/model=qwen2.5-0.5b/layout=tuned/dtype=q4/runtime=onnxruntime/ep=cpu/threads=4/prompt=512/new=1, round 1: killed
      "
    `));

  it('as Markdown', () =>
    expect(asMarkdown(page)).toMatchInlineSnapshot(`
      "
      - quick · qwen2.5-0.5b · tuned q4 · onnxruntime · cpu · synthetic weights
      - Test CPU · 2 cores · 8.00 GiB · avx2 · onnxruntime 1.30.0
      - 0 to 1 round (fresh processes) × 3 iterations · results/testbox-2c-8gb/quick-20250101T120000Z.json

      | threads | workload | TTFT (ms) | prefill (tok/s) | decode (tok/s) | time (ms) | load (ms) | peak memory (MB) | status |
      | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |
      | 2 | pp512 tg5 | 1,000 | 512 | 50.0 |  | 400 | 800 | failed after 1 |
      | 4 | pp512 tg1 |  |  |  |  |  |  | failed |
      | 2 | tokenize |  |  |  | 2.00 | 400 | 800 | ok |

      - On this machine, in the only round, qwen2.5-0.5b (tuned q4, onnxruntime, 2 threads) answers a prompt of 512 tokens after 1.0 s and then writes 50.0 tokens a second, 10 times as fast as people read; it needs 800 MB of memory.
      - Weights are synthetic: speed and memory are those of the real graph, the generated text is noise.
      - failed: generate/model=qwen2.5-0.5b/layout=tuned/dtype=q4/runtime=onnxruntime/ep=cpu/threads=2/prompt=512/new=5, round 2: the system ended the worker
          close other programs
      - failed: generate/model=qwen2.5-0.5b/layout=tuned/dtype=q4/runtime=onnxruntime/ep=cpu/threads=4/prompt=512/new=1, round 1: killed
      "
    `));
});

it('calls a case without a round pending, as while a run goes on', () => {
  const waiting = generateCase([], { key: { threads: 4 }, status: 'skipped' });
  const page = resultPage(showView(documentOf([generateCase([steadyRound(1000, 20)]), waiting]), null));
  expect(page.rows.map(({ status }) => status)).toEqual(['ok', 'pending']);
});
