// A case's answer to the one prompt that every run of a checkpoint is given, outside of any round. Where the runtime gives
// its logits, the answer also tells how close other tokens came.
import type { PromptAnswer } from '../contract/prompt-answer.js';
import { problem } from '../errors.js';
import { fromFloat16 } from '../formats/onnx/half.js';
import { promptTokens } from './prompt.js';
import type { PromptQuestion } from './protocol.js';
import { givesLogits, importRuntime, type Logits, type LogitsRuntime, openOptions } from './runtimes/runtime.js';

const PROMPT_TOKENS = 32;
const NEW_TOKENS = 32;
/** The same for every suite, so that results of different suites can be compared. */
const SEED = 0;
const CANDIDATES = 4;

export async function answerPrompt(question: PromptQuestion): Promise<PromptAnswer> {
  const { key, vocabSize, against } = question;
  const prompt = promptTokens(SEED, PROMPT_TOKENS, vocabSize);
  const stored = { seed: SEED, tokens: PROMPT_TOKENS, vocabSize };
  const workload = { kind: 'generate', prompt: PROMPT_TOKENS, new: NEW_TOKENS, depth: 0 } as const;
  const open = await importRuntime(key.runtime);
  const runtime = await open(openOptions({ ...question, key: { ...key, workload } }));
  if (!givesLogits(runtime)) {
    const { tokens } = await runtime.generate(prompt, NEW_TOKENS, () => {});
    return { prompt: stored, tokens: [...tokens], logits: null };
  }
  const width = runtime.logitsWidth ?? vocabSize;
  // A GPU in software takes seconds a token; the reference is on the CPU anyway.
  const otherwise = key.ep === 'cpu' ? tokenByToken(runtime, prompt, width) : null;
  const { tokens, logits } = decodeWithLogits(runtime, prompt, width, against, otherwise);
  if (tokens.length < NEW_TOKENS)
    throw problem('runtime-failed', { runtime: key.runtime, reason: 'the logits are not numbers' });
  return { prompt: stored, tokens, logits };
}

/**
 * Greedy tokens with the gaps to their closest rivals; fewer tokens where logits are not numbers.
 * `against`: the tokens of other cases; each one's gap is looked up where it first differs.
 * `otherwise`: the logits behind the prompt, computed in another order.
 */
function decodeWithLogits(
  runtime: LogitsRuntime,
  prompt: BigInt64Array,
  width: number,
  against: number[][],
  otherwise: Float64Array | null,
): Pick<PromptAnswer, 'tokens' | 'logits'> {
  const tokens: number[] = [];
  const logits: NonNullable<PromptAnswer['logits']> = { candidates: [], gaps: [], asked: [], noise: null };
  let alike = against;
  runtime.rewind();
  for (let at = 0; at < NEW_TOKENS; at++) {
    const row = lastRow(runtime.forward(at === 0 ? prompt : BigInt64Array.of(BigInt(tokens[at - 1]!))), width);
    const spread = standardDeviation(row);
    if (Number.isNaN(spread)) break;
    if (at === 0 && otherwise !== null)
      logits.noise = significant(rootMeanSquare(row.map((value, i) => value - otherwise[i]!)) / spread);
    const candidates = largest(row, CANDIDATES);
    const chosen = candidates[0]!;
    const gapOf = (token: number) => significant((row[chosen]! - row[token]!) / spread);
    tokens.push(chosen);
    logits.candidates.push(...candidates);
    logits.gaps.push(...candidates.map(gapOf));
    for (const token of new Set(alike.map((other) => other[at]!)))
      if (token !== chosen) logits.asked.push({ at, token, gap: gapOf(token) });
    alike = alike.filter((other) => other[at] === chosen);
  }
  return { tokens, logits };
}

/** The logits behind the prompt, read token by token, so that sums are made in another order. */
function tokenByToken(runtime: LogitsRuntime, prompt: BigInt64Array, width: number): Float64Array {
  runtime.rewind();
  let logits: Logits | undefined;
  for (const token of prompt) logits = runtime.forward(BigInt64Array.of(token));
  return lastRow(logits!, width);
}

function lastRow(logits: Logits, width: number): Float64Array {
  const row = logits.subarray(logits.length - width);
  return row instanceof Uint16Array ? Float64Array.from(fromFloat16(row)) : Float64Array.from(row);
}

function standardDeviation(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return rootMeanSquare(values.map((value) => value - mean));
}

function rootMeanSquare(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}

function significant(value: number): number {
  return Number(value.toPrecision(4));
}

/** Indices of the largest values, the largest first; the lower index wins a tie. */
function largest(values: Float64Array, count: number): number[] {
  const best: number[] = [];
  values.forEach((value, place) => {
    if (best.length === count && value <= values[best.at(-1)!]!) return;
    const above = best.findIndex((other) => values[other]! < value);
    best.splice(above === -1 ? best.length : above, 0, place);
    best.length = Math.min(best.length, count);
  });
  return best;
}
