// A case's answer to the prompt that all runs of a checkpoint are given, outside of any round. The runtime `onnxruntime`
// also tells the distance of what else could have been chosen.

import type { PromptAnswer } from '../contract/prompt-answer.js';
import { problem } from '../errors.js';
import { fromFloat16 } from '../formats/onnx/half.js';
import { promptTokens } from './prompt.js';
import type { ParityQuestion } from './protocol.js';
import { type OnnxRuntime, openOnnxRuntime } from './runtimes/onnxruntime.js';
import { openRuntime } from './runtimes/open.js';
import type { Logits } from './runtimes/ort/decode-loop.js';

const PROMPT_TOKENS = 32;
const NEW_TOKENS = 32;
/** The same for every suite, so that results of different suites can be compared. */
const SEED = 0;
const CANDIDATES = 4;

export async function answerPrompt(question: ParityQuestion): Promise<PromptAnswer> {
  const { key, graph, vocabSize, longestPass } = question;
  const prompt = promptTokens(SEED, PROMPT_TOKENS, vocabSize);
  const stored = { seed: SEED, tokens: PROMPT_TOKENS, vocabSize };
  if (key.runtime !== 'onnxruntime') {
    const workload = { kind: 'generate', prompt: PROMPT_TOKENS, new: NEW_TOKENS, depth: 0 } as const;
    const runtime = await openRuntime({ ...question, key: { ...key, workload } });
    const { tokens } = await runtime.generate(prompt, NEW_TOKENS, () => {});
    return { prompt: stored, tokens: [...tokens], logits: null };
  }
  const { threads, ep, options } = key;
  const capacity = PROMPT_TOKENS + NEW_TOKENS;
  const runtime = await openOnnxRuntime({ graph, threads, ep, options, capacity, longestPass });
  const width = runtime.decoder.vocabSize ?? vocabSize;
  // A software GPU takes seconds a token; the reference is on the CPU.
  const another = ep === 'cpu' ? tokenByToken(runtime, prompt, width) : null;
  return { prompt: stored, ...decodeWithLogits(runtime, prompt, width, question.against, another) };
}

/** `against`: tokens of other cases; each is looked up where it first leaves these. `another`: the first logits, otherwise. */
function decodeWithLogits(
  runtime: OnnxRuntime,
  prompt: BigInt64Array,
  width: number,
  against: number[][],
  another: Float64Array | null,
): Pick<PromptAnswer, 'tokens' | 'logits'> {
  const tokens: number[] = [];
  const logits: NonNullable<PromptAnswer['logits']> = { candidates: [], gaps: [], asked: [], noise: null };
  let alike = against;
  runtime.rewind();
  for (let at = 0; at < NEW_TOKENS; at++) {
    const row = lastRow(runtime.forward(at === 0 ? prompt : BigInt64Array.of(BigInt(tokens[at - 1]!))), width);
    const spread = standardDeviation(row);
    if (Number.isNaN(spread))
      throw problem('runtime-failed', { runtime: 'onnxruntime', reason: 'the logits are not numbers' });
    if (at === 0 && another !== null)
      logits.noise = significant(rootMeanSquare(row.map((value, i) => value - another[i]!)) / spread);
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

/** The logits behind the prompt by another order of sums. */
function tokenByToken(runtime: OnnxRuntime, prompt: BigInt64Array, width: number): Float64Array {
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

/** The places of the largest values, the largest first; of equal ones the lower place first. */
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
