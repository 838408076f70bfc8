// A case's answer to the prompt that all runs of a checkpoint are given, outside of any round. The runtime `onnxruntime`
// goes through its own tokens a second time and tells the distance of what else could have been chosen.
import { fromFloat16 } from '../onnx/half.js';
import type { PromptAnswer } from '../result/parity.js';
import { promptTokens } from './prompt.js';
import type { ParityQuestion } from './protocol.js';
import { type Logits, type OnnxRuntime, openOnnxRuntime } from './runtimes/onnxruntime.js';
import { openRuntime } from './runtimes/open.js';

const PROMPT_TOKENS = 32;
const NEW_TOKENS = 32;
/** The same for every suite, so that results of different suites can be compared. */
const SEED = 0;
const CANDIDATES = 4;

export async function answerPrompt(question: ParityQuestion): Promise<PromptAnswer> {
  const { key, graph, vocabSize } = question;
  const prompt = promptTokens(SEED, PROMPT_TOKENS, vocabSize);
  const stored = { seed: SEED, tokens: PROMPT_TOKENS, vocabSize };
  if (key.runtime !== 'onnxruntime') {
    const workload = { kind: 'generate', prompt: PROMPT_TOKENS, new: NEW_TOKENS, depth: 0 } as const;
    const runtime = await openRuntime({ ...question, key: { ...key, workload } });
    const { tokens } = await runtime.generate(prompt, NEW_TOKENS, () => {});
    return { prompt: stored, tokens: [...tokens], logits: null };
  }
  const { threads, ep, options } = key;
  const runtime = await openOnnxRuntime({ graph, threads, ep, options, capacity: PROMPT_TOKENS + NEW_TOKENS });
  const tokens = [...(await runtime.generate(prompt, NEW_TOKENS, () => {})).tokens];
  return { prompt: stored, tokens, logits: logitsAlong(runtime, prompt, tokens, vocabSize, question.against) };
}

/** `against`: tokens of other cases; each is looked up where it first leaves these. */
function logitsAlong(
  runtime: OnnxRuntime,
  prompt: BigInt64Array,
  tokens: number[],
  vocabSize: number,
  against: number[][],
): NonNullable<PromptAnswer['logits']> {
  const width = runtime.decoder.vocabSize ?? vocabSize;
  const leaving = against.map((other) => {
    const at = tokens.findIndex((token, i) => token !== other[i]);
    return { at, token: other[at] ?? -1 };
  });
  const found: NonNullable<PromptAnswer['logits']> = { candidates: [], gaps: [], asked: [], noise: 0 };
  const one = tokenByToken(runtime, prompt, width);
  runtime.rewind();
  tokens.forEach((chosen, at) => {
    const fed = at === 0 ? prompt : BigInt64Array.of(BigInt(tokens[at - 1]!));
    const row = lastRow(runtime.forward(fed), width);
    const spread = standardDeviation(row);
    if (at === 0) found.noise = significant(rootMeanSquare(row.map((value, i) => value - one[i]!)) / spread);
    const gapOf = (token: number) => significant((row[chosen]! - row[token]!) / spread);
    const candidates = largest(row, CANDIDATES);
    found.candidates.push(...candidates);
    found.gaps.push(...candidates.map(gapOf));
    for (const { token } of leaving.filter((other) => other.at === at && other.token >= 0))
      if (!found.asked.some((known) => known.at === at && known.token === token))
        found.asked.push({ at, token, gap: gapOf(token) });
  });
  return found;
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
  return row instanceof Uint16Array ? Float64Array.from(row, fromFloat16) : Float64Array.from(row);
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
