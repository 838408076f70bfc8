// One sentence that a newcomer understands, under the table: of several cases the one that is done first. Pure.

import { type CaseResult, okRounds, type ResultDocument } from '../contract/result.js';
import { isImpossible } from '../stats/ceiling-share.js';
import { isNotShownSlower, type RankedCase, rankCases } from '../stats/fastest.js';
import { summarizeMetric } from '../stats/metrics.js';
import { relativeHalfWidth } from '../stats/summary.js';
import { limitDimensions } from '../suite/case-id.js';
import { bytes, count, duration, number, plural } from './format.js';
import { dimensionWord, type Labels } from './labels.js';
import { limitWords } from './limit-notes.js';

/** Silent reading of English: 238 words a minute (Brysbaert 2019), at about 1.3 tokens a word. */
const READING_TOKENS_PER_SECOND = (238 / 60) * 1.3;

/** The dimensions that the sentence names anyway. */
const NAMED = new Set(['model', 'weights', 'layout', 'dtype', 'runtime']);
const MOST_TIED = 3;

export function conclusion(document: ResultDocument, labels: Labels): string[] {
  const [best, ...others] = rankCases(document);
  if (best === undefined) return [];
  const measured = document.cases.filter(
    (result) =>
      okRounds(result).length > 0 && result.key.workload.kind === 'generate' && !isImpossible(document, result),
  );
  const notes = [sentence(best, others.length > 0, labels), ...alike(best, others, labels), ...unsteady(measured)];
  if (measured.some(({ key }) => key.weights === 'synthetic'))
    notes.push('Weights are synthetic: speed and memory are those of the real graph, the generated text is noise.');
  if (okRounds(best.result).length > 1) notes.push('± is half the 95 % interval over rounds (docs/metrics.md).');
  return notes;
}

/** A number that varies this much from process to process should not be quoted. */
const TOO_WIDE = 0.1;

function unsteady(cases: CaseResult[]): string[] {
  const wide = cases.filter((result) => {
    const summary = summarizeMetric('decodeRate', result);
    return summary !== null && relativeHalfWidth(summary) > TOO_WIDE;
  });
  if (wide.length === 0) return [];
  const which =
    cases.length === 1
      ? 'The decode rate is'
      : `${wide.length} of ${cases.length} decode rates ${wide.length === 1 ? 'is' : 'are'}`;
  return [
    `${which} uncertain by more than ${TOO_WIDE * 100} %: close other programs, or add rounds (edgeproof run --resume -r 8).`,
  ];
}

function sentence({ result, workload, wholeMs }: RankedCase, amongOthers: boolean, labels: Labels): string {
  const ttft = summarizeMetric('ttftMs', result)!.median;
  const rate = summarizeMetric('decodeRate', result)?.median;
  const memory = summarizeMetric('peakRssBytes', result)?.median;
  const behind = workload.depth === 0 ? '' : ` behind ${count(workload.depth)} earlier ones`;
  const prompt = `a prompt of ${plural(workload.prompt, 'token')}${behind}`;
  const whole = `${duration(wholeMs.median)} for ${prompt} and ${plural(workload.new, 'new one')}`;
  const start = amongOthers
    ? `Fastest here, ${whole}: ${nameOf(result, labels)} answers`
    : `On this machine ${nameOf(result, labels)} answers ${prompt}`;
  const writes =
    rate === undefined ? '' : ` and then writes ${number(rate)} tokens a second, ${comparedToReading(rate)}`;
  const needs = memory === undefined ? '' : `; it needs ${bytes(memory)} of memory`;
  return `${start} after ${duration(ttft)}${writes}${needs}.`;
}

/** `qwen2.5-0.5b (tuned q4, onnxruntime, 2 threads)`: beyond its files and runtime, what tells it from other cases. */
function nameOf(result: CaseResult, labels: Labels): string {
  const { model, weights, layout, dtype, runtime, limits } = result.key;
  const limited = limitDimensions(limits);
  const others = Object.entries(labels.values(result)).filter(([name]) => !(NAMED.has(name) || name in limited));
  const words = [`${layout ?? weights} ${dtype}`, runtime, ...others.map(dimensionWord)];
  return `${model} (${[...words, ...(limits === undefined ? [] : [limitWords(limits)])].join(', ')})`;
}

function alike(best: RankedCase, others: RankedCase[], labels: Labels): string[] {
  const tied = others.filter((other) => isNotShownSlower(best, other));
  if (tied.length === 0) return [];
  const names = tied.slice(0, MOST_TIED).map(({ result, wholeMs }) => {
    const words = Object.entries(labels.values(result)).map(dimensionWord);
    return `${words.join(' ')} (${duration(wholeMs.median)})`;
  });
  const more = tied.length > MOST_TIED ? ` and ${plural(tied.length - MOST_TIED, 'other')}` : '';
  return [`Not shown to be slower: ${names.join(', ')}${more}.`];
}

function comparedToReading(rate: number): string {
  const times = rate / READING_TOKENS_PER_SECOND;
  if (times < 1) return 'slower than people read';
  return times < 1.5 ? 'about as fast as people read' : `${Math.round(times)} times as fast as people read`;
}
