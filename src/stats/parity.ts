// Do two runs compute the same? Greedy tokens side by side, and at the first that differ, whether rounding explains it. Pure.
// Why these limits: docs/metrics.md, Parity.
import type { GraphFacts } from '../contract/graph-facts.js';
import { DEFAULT_OPTIONS } from '../contract/options.js';
import type { PromptAnswer } from '../contract/prompt-answer.js';
import type { CaseResult } from '../contract/result.js';
import { RUNTIMES } from '../contract/runtimes.js';
import type { Parity, Work } from '../contract/views/figures.js';
import { multipliedOf } from './multiplied.js';

/** RMS error of the logits against float64, relative to their size: the largest that tests measure, rounded up. */
const RELATIVE_ERROR = { float32: 1e-5, float16: 6e-3, int8: 1e-1 };

/** Three standard deviations are allowed. */
const DEVIATIONS = 3;

/** Among 50,000 normal logits one token in 1,700 is so close to the best; in a wider tolerance a wrong answer could hide. */
const LARGEST_TOLERANCE = 1;

/** Another length of passes must move the logits less than this much of what another text moves them by. */
const MOST_OF_OTHER_TEXT = 0.5;

/** The gaps to all rivals together may be off by two standard deviations, which are two thirds of the tolerance. */
const MOST_OF_TOLERANCE = 2 / 3;

interface Side {
  answer: PromptAnswer;
  result: CaseResult;
}

/** null if the two got different prompts. A near-tie has to be proven: without logits, other tokens count as different. */
export function parityOf(reference: Side, other: Side): Parity | null {
  if (JSON.stringify(reference.answer.prompt) !== JSON.stringify(other.answer.prompt)) return null;
  const [a, b] = [reference.answer.tokens, other.answer.tokens];
  const tokens = Math.min(a.length, b.length);
  const explained = explainedGap([reference, other]);
  const tolerance = Math.min(explained, LARGEST_TOLERANCE);
  const at = a.slice(0, tokens).findIndex((token, i) => token !== b[i]);
  const spread = rivalsDiffer(reference.answer, other.answer, at === -1 ? tokens - 1 : at);
  if (at === -1)
    return { tokens, firstDivergence: null, gap: null, gapIsLarger: false, tolerance, spread, verdict: 'same' };
  const found = gapAt(reference.answer, at, b[at]!) ?? gapAt(other.answer, at, a[at]!);
  const isExact = found !== null && !found.isLarger;
  const rivals = spread ?? 0;
  const isTie = isExact && found.gap <= tolerance && rivals <= MOST_OF_TOLERANCE * tolerance;
  // How far an int8 cache carries depends on the model, and whoever asks for one asks for another computation.
  const isCoarser = keepsCacheIn(reference) !== keepsCacheIn(other);
  const isUnclear = isCoarser || (isExact && found.gap <= explained && rivals <= MOST_OF_TOLERANCE * explained);
  return {
    tokens,
    firstDivergence: at,
    gap: found?.gap ?? null,
    gapIsLarger: found?.isLarger ?? false,
    tolerance,
    spread,
    verdict: isTie ? 'near-tie' : isUnclear ? 'not shown' : 'different',
  };
}

/**
 * The gap of two logits is off by the difference of two errors, √2 of one. One is what another order of sums does to this very
 * checkpoint, but not less than what its arithmetic is known for: two computations, each with its error, √2 again.
 */
function explainedGap(sides: Side[]): number {
  const noise = sides.map(({ answer }) => answer.logits?.noise ?? 0);
  const known = sides.map(({ result }) => Math.SQRT2 * RELATIVE_ERROR[arithmeticOf(result)]);
  return DEVIATIONS * Math.SQRT2 * Math.max(...noise, ...known);
}

function keepsCacheIn({ result: { key } }: Side): string {
  return key.options?.kvDtype ?? DEFAULT_OPTIONS.kvDtype;
}

function gapAt({ logits, tokens }: PromptAnswer, at: number, token: number): { gap: number; isLarger: boolean } | null {
  if (logits === null) return null;
  const asked = logits.asked.find((known) => known.at === at && known.token === token);
  if (asked !== undefined) return { gap: asked.gap, isLarger: false };
  const gaps = gapsAt(logits, tokens.length, at);
  const gap = gaps.get(token);
  return gap === undefined ? { gap: Math.max(...gaps.values()), isLarger: true } : { gap, isLarger: false };
}

/** The gap of each candidate at one position. */
function gapsAt(
  { candidates, gaps }: NonNullable<PromptAnswer['logits']>,
  of: number,
  at: number,
): Map<number, number> {
  const each = candidates.length / of;
  return new Map(candidates.slice(at * each, (at + 1) * each).map((token, i) => [token, gaps[at * each + i]!]));
}

/**
 * By how much two answers differ in the gaps of each other's candidates, up to where their tokens part: the root mean square. A
 * candidate of one that the other does not have is at least as far behind there as the last that it has. null where a side
 * shows no logits.
 */
function rivalsDiffer(a: PromptAnswer, b: PromptAnswer, upTo: number): number | null {
  if (a.logits === null || b.logits === null) return null;
  const squares: number[] = [];
  for (let at = 0; at <= upTo; at++) {
    const [one, two] = [gapsAt(a.logits, a.tokens.length, at), gapsAt(b.logits, b.tokens.length, at)];
    for (const [own, others] of [
      [one, two],
      [two, one],
    ] as const) {
      const least = Math.max(...others.values());
      for (const [token, gap] of own) squares.push(((others.get(token) ?? Math.max(least, gap)) - gap) ** 2);
    }
  }
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
}

const INTEGER_PRODUCTS = /^(MatMulInteger|MatMulIntegerToFloat|DynamicQuantize.*|QAttention|ConvInteger)$/;

/** The coarsest arithmetic of a checkpoint's matrix products and its cache; an unknown graph counts as exact. */
export function arithmeticOf({ key, checkpoint }: CaseResult): keyof typeof RELATIVE_ERROR {
  if (key.options?.kvDtype === 'int8') return 'int8';
  const { arithmetic } = RUNTIMES[key.runtime];
  if (arithmetic !== null) return arithmetic(key.dtype);
  const facts = checkpoint?.graph as (Partial<GraphFacts> & Pick<GraphFacts, 'operators'>) | undefined;
  if (facts === undefined) return 'float32';
  if (facts.formats?.some(({ accuracyLevel }) => accuracyLevel === 4)) return 'int8';
  if (Object.keys(facts.operators).some((name) => INTEGER_PRODUCTS.test(name))) return 'int8';
  return facts.kv?.shapes?.some(({ type }) => type === 'float16') ? 'float16' : 'float32';
}

/** Names the way in which a checkpoint was run, whatever the workload. Cases that share it share one stored answer. */
export function runOf({ key }: CaseResult): string {
  const { runtime, ep, options = null } = key;
  return JSON.stringify([checkpointOf({ key }), runtime, ep, options]);
}

export function checkpointOf({ key }: Pick<CaseResult, 'key'>): string {
  return JSON.stringify([key.model, key.weights, key.layout, key.dtype]);
}

/** The answers of a document's cases and what they are held against, looked up in one pass over all cases. */
export interface Answers {
  /** To the prompt that every run is given; null where the run of this case has none. */
  of(result: CaseResult): PromptAnswer | null;
  /** The case of the same checkpoint that others are held against; null where none can be. */
  reference(result: CaseResult): CaseResult | null;
}

export function answersIn(cases: readonly CaseResult[]): Answers {
  const answers = new Map<string, PromptAnswer>();
  const references = new Map<string, CaseResult>();
  for (const result of cases) {
    const run = runOf(result);
    if (result.answer !== undefined && !answers.has(run)) answers.set(run, result.answer);
    if (!RUNTIMES[result.key.runtime].showsLogits || result.key.workload.kind !== 'generate') continue;
    const known = references.get(checkpointOf(result));
    if (known === undefined || rank(result) < rank(known)) references.set(checkpointOf(result), result);
  }
  return {
    of: (result) => (result.key.workload.kind === 'generate' ? (answers.get(runOf(result)) ?? null) : null),
    reference: (result) => references.get(checkpointOf(result)) ?? null,
  };
}

/** A reference runs on the CPU and with default options if it can. */
function rank({ key }: CaseResult): number {
  return (key.ep === 'cpu' ? 0 : 2) + (key.options === undefined ? 0 : 1);
}

/** A case against the reference of its checkpoint; null for the reference itself, and where an answer is missing. */
export function parityInSuite(answers: Answers, result: CaseResult): (Parity & { reference: string }) | null {
  const reference = answers.reference(result);
  if (reference === null || runOf(reference) === runOf(result)) return null;
  const [a, b] = [answers.of(reference), answers.of(result)];
  const parity = a === null || b === null ? null : parityOf({ answer: a, result: reference }, { answer: b, result });
  return parity === null ? null : { reference: reference.id, ...parity };
}

/** Whether the run of a case is shown to have read its whole prompt; null where that was not measured. */
export function workOf(result: Pick<CaseResult, 'checkpoint'>, answer: PromptAnswer | null): Work | null {
  const reading = answer?.logits?.reading ?? null;
  if (reading === null) return null;
  const multiplied = multipliedOf(result, answer);
  const isRead = reading.otherPasses < MOST_OF_OTHER_TEXT * reading.otherText;
  return { ...reading, multiplied, proven: isRead && multiplied?.isWhole !== false };
}

/** Whether a case may stand beside others as the same computation: neither unlike its reference nor unproven. */
export function isSound({ parity, work }: { parity: Parity | null; work: Work | null }): boolean {
  const isSame = parity === null || parity.verdict === 'same' || parity.verdict === 'near-tie';
  return isSame && work?.proven !== false;
}

/** Ids of the cases that computed something else than the reference of the same files, or skipped work: a run fails by them. */
export function wrongCases(cases: readonly CaseResult[]): string[] {
  const answers = answersIn(cases);
  const isWrong = (result: CaseResult) =>
    parityInSuite(answers, result)?.verdict === 'different' || workOf(result, answers.of(result))?.proven === false;
  return cases.filter(isWrong).map(({ id }) => id);
}
