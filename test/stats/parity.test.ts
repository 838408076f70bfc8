// Tokens side by side: where they part, how far apart the choices were, and what rounding explains.
import { describe, expect, it } from 'vitest';
import type { PromptAnswer } from '../../src/contract/prompt-answer.js';
import type { CaseResult } from '../../src/contract/result.js';
import { answersIn, arithmeticOf, parityInSuite, parityOf } from '../../src/stats/parity.js';
import { generateCase, steadyRound } from '../fixtures/document.js';

const PROMPT = { seed: 0, tokens: 32, vocabSize: 100 };
const plain = (key = {}) => generateCase([steadyRound(100, 10)], { key });
/** Two candidates at each of three positions: 1, 2, 3 are chosen, 11, 12, 13 next, 0.1, 0.001 and 1e-6 behind. */
const sure = (changes: Partial<NonNullable<PromptAnswer['logits']>> = {}): PromptAnswer => ({
  prompt: PROMPT,
  tokens: [1, 2, 3],
  logits: {
    candidates: [1, 11, 2, 12, 3, 13],
    gaps: [0, 0.1, 0, 0.001, 0, 1e-6],
    asked: [{ at: 0, token: 77, gap: 4 }],
    noise: 0,
    ...changes,
  },
});
const mute = (...tokens: number[]): PromptAnswer => ({ prompt: PROMPT, tokens, logits: null });
const parity = (a: PromptAnswer, b: PromptAnswer) =>
  parityOf({ answer: a, result: plain() }, { answer: b, result: plain() });

describe('parityOf', () => {
  it('is the same where all tokens are', () => {
    expect(parity(sure(), mute(1, 2, 3))).toMatchObject({
      verdict: 'same',
      tokens: 3,
      firstDivergence: null,
      gap: null,
    });
  });

  // float32: 3 deviations × √2 for a difference × √2 for two computations × 1e-5.
  it.each([
    ['a near-tie within 6e-5', [1, 2, 13], { verdict: 'near-tie', firstDivergence: 2, gap: 1e-6, gapIsLarger: false }],
    ['different beyond', [1, 12, 3], { verdict: 'different', firstDivergence: 1, gap: 0.001 }],
    ['different, by the distance that was asked for', [77, 2, 3], { verdict: 'different', firstDivergence: 0, gap: 4 }],
    ['different, by more than the last candidate', [55, 2, 3], { verdict: 'different', gap: 0.1, gapIsLarger: true }],
    [
      'not a near-tie that is merely near a candidate',
      [1, 2, 55],
      { verdict: 'different', gap: 1e-6, gapIsLarger: true },
    ],
  ])('%s', (_, tokens, expected) => {
    expect(parity(sure(), mute(...tokens))).toMatchObject({ ...expected, tolerance: expect.closeTo(6e-5, 12) });
  });

  it('allows what rounding was seen to do to this checkpoint: 3√2 of it', () => {
    expect(parity(sure({ noise: 0.001 }), mute(1, 12, 3))).toMatchObject({
      verdict: 'near-tie',
      tolerance: expect.closeTo(0.00424, 5),
    });
  });

  it('never takes more than one standard deviation for rounding: what more might explain is not shown', () => {
    const noisy = sure({
      noise: 0.5,
      asked: [
        { at: 0, token: 77, gap: 0.9 },
        { at: 0, token: 78, gap: 1.1 },
      ],
    });
    expect(parity(noisy, mute(77))).toMatchObject({ verdict: 'near-tie', tolerance: 1 });
    expect(parity(noisy, mute(78))).toMatchObject({ verdict: 'not shown', tolerance: 1 });
    // 3√2 × 0.5 = 2.12
    const far = sure({ noise: 0.5, asked: [{ at: 0, token: 79, gap: 2.2 }] });
    expect(parity(far, mute(79))).toMatchObject({ verdict: 'different', tolerance: 1 });
  });

  it('is no near-tie where the other rivals are elsewhere', () => {
    const near = {
      ...sure({ candidates: [1, 11, 2, 12, 13, 3], gaps: [0, 0.1, 0, 0.001, 0, 1e-6] }),
      tokens: [1, 2, 13],
    };
    expect(parity(sure(), near)!.verdict).toBe('near-tie');
    // The first rival of the first position is 0.1 behind on one side and 0.2 on the other: √(0.02 ÷ 12) is 0.04.
    const apart = { ...near, logits: { ...near.logits!, gaps: [0, 0.2, 0, 0.001, 0, 1e-6] } };
    expect(parity(sure(), apart)!.verdict).toBe('different');
    expect(parity(sure({ noise: 0.02 }), apart)!.verdict).toBe('near-tie');
  });

  it('is never different for a cache in int8 beside one that is not', () => {
    const int8 = { answer: mute(77, 2, 3), result: plain({ options: { kvDtype: 'int8' } }) };
    expect(parityOf({ answer: sure(), result: plain() }, int8)).toMatchObject({ verdict: 'not shown', gap: 4 });
    expect(parityOf({ ...int8, answer: sure() }, int8)).toMatchObject({ verdict: 'different' });
  });

  it('takes the logits of the other side where the first has none', () => {
    expect(parity(mute(1, 2, 13), sure())).toMatchObject({ verdict: 'near-tie', gap: 1e-6 });
  });

  it('does not excuse what no logits show', () => {
    expect(parity(mute(1, 2), mute(1, 3))).toMatchObject({ verdict: 'different', gap: null, firstDivergence: 1 });
  });

  it('is unknown for other prompts', () => {
    expect(parity(sure(), { ...mute(1, 2, 3), prompt: { ...PROMPT, vocabSize: 99 } })).toBeNull();
  });
});

describe('arithmeticOf', () => {
  const graphed = (graph: object, key = {}): CaseResult => {
    const result = plain(key);
    Object.assign(result.checkpoint!.graph, { operators: {}, formats: [], kv: null }, graph);
    return result;
  };
  it.each([
    ['float32', {}],
    ['int8', { formats: [{ operator: 'MatMulNBits', accuracyLevel: 4 }] }],
    ['float32', { formats: [{ operator: 'MatMulNBits', accuracyLevel: 0 }] }],
    ['int8', { operators: { MatMulInteger: 3 } }],
    ['int8', { operators: { DynamicQuantizeLinear: 3 } }],
    ['float16', { kv: { shapes: [{ type: 'float16' }] } }],
  ] as const)('%s for %j', (expected, graph) => {
    expect(arithmeticOf(graphed(graph))).toBe(expected);
  });

  it('is int8 with a cache in int8', () => {
    expect(arithmeticOf(plain({ options: { kvDtype: 'int8' } }))).toBe('int8');
  });

  it('of llama.cpp goes by the dtype', () => {
    expect(['q4', 'int8', 'fp16'].map((dtype) => arithmeticOf(graphed({}, { runtime: 'llama.cpp', dtype })))).toEqual([
      'int8',
      'int8',
      'float16',
    ]);
  });
});

describe('in a suite', () => {
  const long = { kind: 'generate', prompt: 64, new: 5, depth: 9 } as const;
  const other = plain({ runtime: 'transformers.js' });
  const cases = [
    other,
    plain({ options: { arena: false } }),
    plain({ ep: 'webgpu' }),
    plain({ threads: 4 }),
    plain({ workload: long, threads: 1 }),
    plain({ dtype: 'fp32' }),
  ];
  const [, , gpu, reference, sibling, apart] = cases;
  reference!.answer = sure();
  other.answer = mute(1, 2, 3);
  gpu!.answer = mute(1, 12, 3);

  it('onnxruntime as it comes, on the CPU, is what others are held against', () => {
    for (const result of cases.slice(0, 5)) expect(answersIn(cases).reference(result)!.id).toBe(reference!.id);
    expect(answersIn(cases).reference(apart!)!.id).toBe(apart!.id);
    expect(answersIn([other]).reference(other)).toBeNull();
  });

  it('an answer holds for all workloads and threads of its run', () => {
    expect(answersIn(cases).of(sibling!)).toBe(reference!.answer);
    expect(answersIn(cases).of(apart!)).toBeNull();
    const later = { ...sibling!, answer: mute(9) };
    expect(answersIn([...cases, later]).of(sibling!)).toBe(reference!.answer);
  });

  it('names the reference; runs without an answer and the reference itself have none', () => {
    expect(cases.map((result) => parityInSuite(answersIn(cases), result)?.verdict ?? null)).toEqual([
      'same',
      null,
      'different',
      null,
      null,
      null,
    ]);
    expect(parityInSuite(answersIn(cases), other)!.reference).toBe(reference!.id);
  });
});
