// A case's answer to the common prompt: the tokens of the float64 reference, with its distances between them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CaseKey } from '../../src/contract/case-key.js';
import { ensureSynthetic } from '../../src/models/synthesize.js';
import { parityOf } from '../../src/stats/parity.js';
import { promptTokens } from '../../src/worker/prompt.js';
import { answerPrompt } from '../../src/worker/prompt-answer.js';
import { generateCase } from '../fixtures/document.js';
import { openReference } from '../reference/decoder.js';
import { TINY_CONFIG, tinyModel } from '../reference/tiny-model.js';

const vocabSize = TINY_CONFIG.vocab_size;
let cache: string;
let fp32: Awaited<ReturnType<typeof synthesize>>;

const synthesize = async () =>
  (await ensureSynthetic({ model: tinyModel(), layout: 'published', dtype: 'fp32', seed: 7 }, { cache })).checkpoint;

beforeAll(async () => {
  cache = mkdtempSync(join(tmpdir(), 'edgeproof-parity-'));
  fp32 = await synthesize();
});
afterAll(() => rmSync(cache, { recursive: true, force: true }));

function ask(changes: Partial<CaseKey> = {}, against: number[][] = [], { directory, graph } = fp32) {
  const { key } = generateCase([], { key: { layout: 'published', dtype: 'fp32', threads: 1, ...changes } });
  return answerPrompt({ key, directory, graph, vocabSize, against });
}

describe('the answer of onnxruntime', () => {
  it('has the greedy tokens of the reference, its runners-up and their distances', async () => {
    const answer = await ask();
    const prompt = [...promptTokens(answer.prompt.seed, answer.prompt.tokens, vocabSize)].map(Number);
    const rows = openReference(fp32.graph, TINY_CONFIG)
      .logits([...prompt, ...answer.tokens])
      .slice(prompt.length - 1, -1);
    const { candidates, gaps, asked } = answer.logits!;
    expect([answer.tokens.length, rows.length, asked]).toEqual([32, 32, []]);
    rows.forEach((row, at) => {
      const ranked = [...row.keys()].sort((a, b) => row[b]! - row[a]!).slice(0, 4);
      expect(candidates.slice(4 * at, 4 * at + 4), `position ${at}`).toEqual(ranked);
      expect(answer.tokens[at]).toBe(ranked[0]);
      const mean = row.reduce((sum, value) => sum + value, 0) / row.length;
      const spread = Math.sqrt(row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.length);
      ranked.forEach((token, place) => {
        expect(gaps[4 * at + place]).toBeCloseTo((row[ranked[0]!]! - row[token]!) / spread, 3);
      });
    });
  });

  it('tells how far the first other choice of each was, and nothing of what follows it', async () => {
    const { tokens } = await ask();
    const other = (at: number) => tokens.map((token, i) => (i < at ? token : (token + 1) % vocabSize));
    const { asked } = (await ask({}, [tokens, other(0), other(5), other(5)])).logits!;
    expect(asked.map(({ at, token }) => [at, token])).toEqual([
      [0, (tokens[0]! + 1) % vocabSize],
      [5, (tokens[5]! + 1) % vocabSize],
    ]);
    for (const { gap } of asked) expect(gap).toBeGreaterThan(0);
    // A GPU with limited passes answers with fewer tokens.
    expect((await ask({}, [tokens.slice(0, 8)])).logits!.asked).toEqual([]);
  });

  it('tells how far another text with the same end moves the logits', async () => {
    const { prompt, logits } = await ask();
    const read = (seed: number) => [...promptTokens(seed, prompt.tokens, vocabSize)].map(Number);
    const other = [...read(prompt.seed + 1).slice(0, -32), ...read(prompt.seed).slice(-32)];
    const [own, moved] = [read(prompt.seed), other].map(
      (text) => openReference(fp32.graph, TINY_CONFIG).logits(text).at(-1)!,
    );
    const squares = (row: ArrayLike<number>, from: (i: number) => number) =>
      Math.sqrt(Array.from(row).reduce((sum, value, i) => sum + (value - from(i)) ** 2, 0) / row.length);
    const mean = Array.from(own!).reduce((sum, value) => sum + value, 0) / own!.length;
    const distance = squares(own!, (i) => moved![i]!) / squares(own!, () => mean);
    expect(logits!.reading!.otherText).toBeCloseTo(distance, 3);
    expect(logits!.reading!.otherPasses).toBeLessThan(1e-4);
  });

  it('tells what rounding does', async () => {
    const { noise } = (await ask()).logits!;
    expect(noise).toBeGreaterThan(0);
    // Twice what float32 may be off from float64 (onnxruntime.test.ts).
    expect(noise).toBeLessThan(4e-5);
  });
});

it('is profiled before it is given, unless passes are limited', async () => {
  expect((await ask()).multiplied).toMatchObject({ tokens: 289, chosen: 2, seen: 289 });
  const { key } = generateCase([], { key: { layout: 'published', dtype: 'fp32', threads: 1 } });
  const limited = await answerPrompt({ key, ...fp32, vocabSize, against: [], longestPass: 64 });
  expect(limited).not.toHaveProperty('multiplied');
});

it('transformers.js gives the same tokens and shows no logits; shifted ones are found out', async () => {
  const [reference, same] = [await ask(), await ask({ runtime: 'transformers.js' })];
  expect([same.tokens, same.logits]).toEqual([reference.tokens, null]);
  const shifted = { ...same, tokens: same.tokens.map((token) => (token + 1) % vocabSize) };
  const result = generateCase([]);
  const verdicts = [same, shifted].map(
    (answer) => parityOf({ answer: reference, result }, { answer, result })!.verdict,
  );
  expect(verdicts).toEqual(['same', 'different']);
});
