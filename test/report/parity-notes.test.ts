// The lines on tokens and on threads, as people read them.
import { describe, expect, it } from 'vitest';
import type { CaseResult } from '../../src/contract/result.js';
import { parityNotes } from '../../src/report/parity-notes.js';
import { threadNotes } from '../../src/report/round-notes.js';
import { showView } from '../../src/stats/show.js';
import { documentOf, generateCase, steadyRound } from '../fixtures/document.js';

const PROMPT = { seed: 0, tokens: 32, vocabSize: 100 };
const one = (key: object, tokens: number[], logits = false) => {
  const result = generateCase([steadyRound(100, 10)], { key });
  const shown = { candidates: [1, 11, 2, 12], gaps: [0, 0.5, 0, 2e-5], asked: [], noise: 0 };
  result.answer = { prompt: PROMPT, tokens, logits: logits ? shown : null };
  return result;
};

const notesOf = (cases: CaseResult[]) => parityNotes(showView(documentOf(cases), null).cases);

describe('parityNotes', () => {
  it('has a line for runs that agree and one for each that does not', () => {
    const cases = [
      one({}, [1, 2], true),
      one({ options: { arena: false } }, [1, 2]),
      one({ runtime: 'transformers.js' }, [1, 2]),
      one({ ep: 'webgpu' }, [1, 12]),
      one({ ep: 'webgpu', runtime: 'transformers.js' }, [11, 12]),
      one({ ep: 'webgpu', options: { spinning: false } }, [9, 12]),
    ];
    expect(notesOf(cases)).toEqual([
      'Tokens of qwen2.5-0.5b tuned q4 by onnxruntime arena=off, transformers.js: the same 2 as by onnxruntime.',
      'Tokens of qwen2.5-0.5b tuned q4 by onnxruntime on webgpu: other than by onnxruntime on cpu from token 2 of 2 on, a near-tie (2.0e-5 standard deviations of the logits apart; rounding explains 6.0e-5).',
      'Tokens of qwen2.5-0.5b tuned q4 by transformers.js on webgpu: other than by onnxruntime on cpu from token 1 of 2 on, a different computation (0.500 standard deviations of the logits apart; rounding explains 6.0e-5).',
      'Tokens of qwen2.5-0.5b tuned q4 by onnxruntime on webgpu spinning=off: other than by onnxruntime on cpu from token 1 of 2 on, a different computation (more than 0.500 standard deviations of the logits apart; rounding explains 6.0e-5).',
      '2 cases of different computations from the same files: never called fastest, and run ends with exit code 1.',
    ]);
  });

  it('says why llama.cpp is left out, and nothing where there is nothing to compare', () => {
    const llama = one({ runtime: 'llama.cpp', layout: 'gguf' }, [5, 6]);
    expect(notesOf([one({}, [1, 2], true), llama])).toEqual([
      'Tokens of llama.cpp are not compared: it reads a file of its own, with other weights in it.',
    ]);
    expect(notesOf([llama])).toEqual([]);
    expect(notesOf([one({}, [1, 2], true)])).toEqual([]);
  });
});

describe('threadNotes', () => {
  it('shows what was tried and what was chosen', () => {
    const search = {
      run: 'm tuned q4 onnxruntime cpu',
      workload: { prompt: 128, new: 16 },
      tried: [
        { threads: 1, prefillRate: [200, 210, 190], decodeRate: [30, 31, 29] },
        { threads: 2, prefillRate: [], decodeRate: [] },
      ],
      chosen: 1,
      why: 'the best by the geometric mean of prefill and decode rate',
    };
    expect(threadNotes({ threads: { auto: { threads: 2, why: '2 physical cores' }, searches: [search] } })).toEqual([
      'Threads of m tuned q4 onnxruntime cpu: 1, the best by the geometric mean of prefill and decode rate (pp128 tg16, prefill and decode in tok/s; 1: 200 and 30.0 · 2: failed and failed).',
    ]);
    expect(threadNotes({ threads: null })).toEqual([]);
  });
});
