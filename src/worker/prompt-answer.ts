// A case's answer to the one prompt that every run of a checkpoint is given, outside of any round but on the path that rounds
// time. Where the runtime gives its logits, the answer also tells how close other tokens came and that the prompt was read.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PromptAnswer } from '../contract/prompt-answer.js';
import { RUNTIMES } from '../contract/runtimes.js';
import { fromFloat16 } from '../formats/onnx/half.js';
import { promptTokens } from './prompt.js';
import type { PromptQuestion } from './protocol.js';
import { multipliedIn } from './runtimes/ort/multiplied.js';
import type { ProfileEvent } from './runtimes/ort/placement.js';
import {
  givesLogits,
  importRuntime,
  type Logits,
  type LogitsRuntime,
  openOptions,
  requireWhole,
} from './runtimes/runtime.js';

/** More than one chunk of every kind of pass (256 tokens by a graph for prompts), and a rest. */
const PROMPT_TOKENS = 288;
const NEW_TOKENS = 32;
/** Where passes are limited: a GPU in software takes seconds a token. */
const FEW_NEW_TOKENS = 8;
/** The same for every suite, so that results of different suites can be compared. */
const SEED = 0;
/** The seed of another text, which a run that skips the prompt would take for it. */
const OTHER_SEED = 1;
/** The prompt and one step are profiled. */
const PROFILED_TOKENS = 2;
const CANDIDATES = 4;
/** The end of the prompt that is read in two ways, and how much of it is read alike. */
const END_TOKENS = 32;
const FIRST_TOKENS = 8;
const OTHER_PASS_TOKENS = 64;

type AnswerLogits = NonNullable<PromptAnswer['logits']>;

export async function answerPrompt(question: PromptQuestion): Promise<PromptAnswer> {
  const { key, longestPass } = question;
  // Where passes are limited, a prompt takes too long to be read once more.
  if (!RUNTIMES[key.runtime].profilesNodes.includes(key.ep) || longestPass !== undefined) return answerOf(question);
  const directory = mkdtempSync(join(tmpdir(), 'edgeproof-profile-'));
  try {
    return await answerOf(question, join(directory, 'nodes'));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function answerOf(question: PromptQuestion, profilePrefix?: string): Promise<PromptAnswer> {
  const { key, vocabSize, against, longestPass } = question;
  const count = longestPass === undefined ? NEW_TOKENS : FEW_NEW_TOKENS;
  const prompt = promptTokens(SEED, PROMPT_TOKENS, vocabSize);
  const stored = { seed: SEED, tokens: PROMPT_TOKENS, vocabSize };
  const workload = { kind: 'generate', prompt: PROMPT_TOKENS, new: count, depth: 0 } as const;
  const open = await importRuntime(key.runtime);
  const runtime = await open({ ...openOptions({ ...question, key: { ...key, workload } }), profilePrefix });
  if (!givesLogits(runtime)) {
    const generation = await runtime.generate(prompt, count, () => {});
    requireWhole(key.runtime, generation, workload);
    return { prompt: stored, tokens: [...generation.tokens], logits: null };
  }
  const multiplied = profilePrefix === undefined ? {} : { multiplied: await profiled(runtime, prompt) };
  const width = runtime.logitsWidth ?? vocabSize;
  const noise = key.ep === 'cpu' ? roundingOf(runtime, prompt.subarray(-END_TOKENS), width) : null;
  const otherwise = longestPass === undefined ? await readOtherwise(runtime, prompt, width, vocabSize) : null;
  const reader = answerReader(width, against);
  const generation = await runtime.generate(prompt, count, () => {}, reader.see);
  requireWhole(key.runtime, generation, workload);
  const reading = otherwise && {
    otherPasses: distance(reader.first(), otherwise.passes),
    otherText: distance(reader.first(), otherwise.text),
  };
  return {
    prompt: stored,
    tokens: [...generation.tokens],
    logits: { ...reader.logits, noise, reading },
    ...multiplied,
  };
}

/** The products of the prompt and of the step behind it. What runs later is not in the profile. */
async function profiled(runtime: LogitsRuntime, prompt: BigInt64Array) {
  await runtime.generate(prompt, PROFILED_TOKENS, () => {});
  const profiles = runtime.endProfiling().map((path) => JSON.parse(readFileSync(path, 'utf8')) as ProfileEvent[]);
  return { tokens: prompt.length + PROFILED_TOKENS - 1, chosen: PROFILED_TOKENS, ...multipliedIn(profiles) };
}

/**
 * Reads the logits of a generation: the gaps from each chosen token to its closest rivals.
 * `against`: the tokens of other cases; each one's gap is looked up where it first differs.
 */
function answerReader(width: number, against: number[][]) {
  const logits: Pick<AnswerLogits, 'candidates' | 'gaps' | 'asked'> = { candidates: [], gaps: [], asked: [] };
  let first: Float64Array | undefined;
  let alike = against;
  let at = 0;
  return {
    logits,
    /** The logits behind the prompt. */
    first: () => first!,
    see(seen: Logits) {
      const row = lastRow(seen, width);
      first ??= row;
      const spread = standardDeviation(row);
      const candidates = largest(row, CANDIDATES);
      const chosen = candidates[0]!;
      const gapOf = (token: number) => significant((row[chosen]! - row[token]!) / spread);
      logits.candidates.push(...candidates);
      logits.gaps.push(...candidates.map(gapOf));
      // Others may have answered with fewer tokens.
      alike = alike.filter((other) => at < other.length);
      for (const token of new Set(alike.map((other) => other[at]!)))
        if (token !== chosen) logits.asked.push({ at, token, gap: gapOf(token) });
      alike = alike.filter((other) => other[at] === chosen);
      at++;
    },
  };
}

/**
 * What another order of sums does to the logits: `end` in one pass, as prompts are, and token by token. Its first tokens are
 * read as in a generation, so that an int8 cache has step sizes from more than one token.
 */
function roundingOf(runtime: LogitsRuntime, end: BigInt64Array, width: number): number {
  const rows = [end.length, 1].map((passTokens) => {
    runtime.rewind();
    runtime.read(end.subarray(0, FIRST_TOKENS));
    let logits: Logits | undefined;
    for (let start = FIRST_TOKENS; start < end.length; start += passTokens)
      logits = runtime.forward(end.subarray(start, start + passTokens));
    return lastRow(logits!, width);
  });
  return distance(rows[0]!, rows[1]!);
}

/** The logits behind the prompt in passes of another length, and then behind another text that ends in the same way. */
async function readOtherwise(runtime: LogitsRuntime, prompt: BigInt64Array, width: number, vocabSize: number) {
  runtime.rewind();
  const last = prompt.length - 1;
  for (let start = 0; start < last; start += OTHER_PASS_TOKENS)
    runtime.read(prompt.subarray(start, Math.min(start + OTHER_PASS_TOKENS, last)));
  const passes = lastRow(runtime.forward(prompt.subarray(last)), width);
  // Read after the prompt and before its generation, so that nothing of the prompt is left in the cache.
  const other = promptTokens(OTHER_SEED, prompt.length, vocabSize);
  other.set(prompt.subarray(-END_TOKENS), prompt.length - END_TOKENS);
  let text: Float64Array | undefined;
  await runtime.generate(
    other,
    1,
    () => {},
    (logits) => {
      text = lastRow(logits, width);
    },
  );
  return { passes, text: text! };
}

function lastRow(logits: Logits, width: number): Float64Array {
  const row = logits.subarray(logits.length - width);
  return row instanceof Uint16Array ? Float64Array.from(fromFloat16(row)) : Float64Array.from(row);
}

/** The root mean square of the difference, in standard deviations of the first. */
function distance(row: Float64Array, other: Float64Array): number {
  return significant(rootMeanSquare(row.map((value, i) => value - other[i]!)) / standardDeviation(row));
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
