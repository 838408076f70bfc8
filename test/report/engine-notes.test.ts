// Engines side by side, as people read it below a result and a comparison.
import { expect, it } from 'vitest';
import type { CaseResult } from '../../src/contract/result.js';
import { comparisonPage } from '../../src/report/comparison-page.js';
import { engineNotes } from '../../src/report/engine-notes.js';
import { labelsOf } from '../../src/report/labels.js';
import { resultPage } from '../../src/report/result-page.js';
import { compareView } from '../../src/stats/compare-view.js';
import { showView } from '../../src/stats/show.js';
import { documentOf, type FakeCase, generateCase, steadyRound } from '../fixtures/document.js';

/** Six rounds of 5 tokens; a million weights of so many bits each. */
function of(key: FakeCase['key'], ttftMs: number, bits: number, type = 'float16', millions = 1): CaseResult {
  const rounds = [-2, -1, 0, 0, 1, 2].map((percent) => steadyRound(ttftMs * (1 + percent / 100), 10));
  const result = generateCase(rounds, { key });
  result.checkpoint!.graph.work = {
    tokenBytes: (bits * millions * 1e6) / 8,
    products: [{ operator: 'MatMulNBits', arithmetic: 'int8', operations: 2e6 * millions }],
    head: null,
    attention: [],
  };
  result.checkpoint!.graph.kv = { shareable: true, shapes: [{ heads: 1, size: 64, type }] };
  return result;
}

const tuned = of({ layout: 'tuned' }, 1000, 4.25, 'float32');
const matched = of({ layout: 'matched' }, 1300, 5.6);
const gguf = of({ layout: 'gguf', runtime: 'llama.cpp' }, 1310, 5.61);
const documentWith = (cases: CaseResult[]) => {
  const document = documentOf(cases);
  document.versions['llama.cpp'] = '3.22.1 (llama.cpp b1)';
  return document;
};
const notes = (cases: CaseResult[]) => engineNotes(showView(documentWith(cases), null), labelsOf(cases));

it('bits a weight, KV cache, batch and build stand beside the rank, and equal work has its own', () => {
  expect(`\n${notes([tuned, gguf, matched]).join('\n')}\n`).toMatchInlineSnapshot(`
    "
    The rank, with the work and the build behind it:
      1. tuned onnxruntime (1.0 s): 4.25 bits a weight, KV cache in float32, batch 1, build 1.30.0
      2. matched onnxruntime (1.3 s): 5.60 bits a weight, KV cache in float16, batch 1, build 1.30.0
      3. gguf llama.cpp (1.4 s): 5.61 bits a weight, KV cache in float16, batch 1, build node-llama-cpp 3.22.1 (llama.cpp b1)
    The work is not equal: 4.25 to 5.61 bits a weight, KV cache in float16 or float32. So this ranks files as much as engines.
    At equal work (5.60 to 5.61 bits a weight, KV cache in float16), the fastest first: matched onnxruntime (1.3 s), gguf llama.cpp (1.4 s, not shown to be slower).
    "
  `);
});

it('nothing is said of one runtime', () => {
  expect(notes([tuned, matched])).toEqual([]);
});

it('equal work is called equal, once', () => {
  const [rank, ...others] = notes([matched, gguf]);
  expect(rank).toContain('\n  2. gguf llama.cpp (1.4 s): 5.61 bits a weight');
  expect(others).toEqual(['All of them do equal work (docs/metrics.md).']);
});

it('where no two engines do equal work, it says where to read on', () => {
  expect(notes([tuned, gguf]).at(-1)).toBe('No two runtimes do equal work here; docs/runtimes.md says how they can.');
});

it('another model is other work', () => {
  const larger = of({ model: 'qwen2.5-1.5b' }, 3000, 5.6, 'float16', 3);
  expect(notes([larger, gguf])[1]).toBe(
    'The work is not equal: 1 to 3 million weights, 5.60 to 5.61 bits a weight, KV cache in float16. So this ranks files as much as engines.',
  );
});

it('prompts that a second graph reads are other work', () => {
  const split = of({ layout: 'split' }, 500, 5.6);
  for (const round of split.rounds) if (round.status === 'ok') round.options.prefillGraph = true;
  const [rank, unequal] = notes([split, gguf]);
  expect(rank).toContain('1. split onnxruntime (540 ms): 5.60 bits a weight, prompts read by a second graph, KV cache');
  expect(unequal).toContain('5.60 to 5.61 bits a weight, some prompts read by a second graph, KV cache in float16.');
});

it('a case in less memory is not ranked beside the same one without limits', () => {
  const limited = of({ layout: 'gguf', runtime: 'llama.cpp', limits: { memoryBytes: 1e9, swapBytes: 0 } }, 5000, 5.61);
  const [rank] = notes([matched, gguf, limited]);
  expect(rank!.split('\n')).toHaveLength(3);
});

it('older results do not say', () => {
  const old = generateCase([steadyRound(100, 10)], { key: { runtime: 'transformers.js' } });
  const [rank, unknown] = notes([old, tuned]);
  expect(rank).toContain('unknown bits a weight, KV cache in a type that is not known, batch 1, build 4.3.1 on');
  expect(unknown).toMatch(/^Whether that is equal work is not known/);
});

it('stands below the fastest in a result, and in its records', () => {
  const { notes, records } = resultPage(showView(documentWith([tuned, gguf, matched]), null));
  const at = (start: string) => notes.findIndex((note) => note.startsWith(start));
  expect(at('The rank,')).toBeGreaterThan(at('Fastest here'));
  expect(at('The rank,')).toBeLessThan(at('Weights are synthetic'));
  expect(records[1]).toMatchObject({ bitsPerWeight: 5.61, kvFormat: 'float16', batch: 1 });
});

it('a comparison across runtimes names both sides where the work is not equal, and only there', () => {
  const compared = (before: CaseResult, after: CaseResult) => {
    const sides = [before, after].map((result) => ({ document: documentWith([result]), path: 'a.json' }));
    const across = ['runtime', 'layout', 'weights', 'graph', 'options', 'runtimeVersion'];
    return comparisonPage(compareView(sides[0]!, sides[1]!, { across, grade: 'C' })).notes;
  };
  const note = expect.stringMatching(/^not equal work/);
  expect(compared(tuned, gguf)).toContain(
    'not equal work: pp512 tg5: 4.25 bits a weight, KV cache in float32 → 5.61 bits a weight, KV cache in float16; so files are compared as much as engines',
  );
  expect(compared(matched, gguf)).not.toContainEqual(note);
  // Of one runtime, other bits are what the user asked to compare.
  expect(compared(tuned, matched)).not.toContainEqual(note);
});
