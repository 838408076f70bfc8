// One sentence that a newcomer understands, under the table. Pure.
import { type CaseResult, okRounds, type ResultDocument } from '../result/schema.js';
import { isImpossible } from '../stats/ceiling-share.js';
import { summarizeMetric } from '../stats/metrics.js';
import { relativeHalfWidth } from '../stats/summary.js';
import { bytes, duration, number } from './format.js';

/** Silent reading of English: 238 words a minute (Brysbaert 2019), at about 1.3 tokens a word. */
const READING_TOKENS_PER_SECOND = (238 / 60) * 1.3;

export function conclusion(document: ResultDocument): string[] {
  const measured = document.cases.filter(
    (result) =>
      okRounds(result).length > 0 && result.key.workload.kind === 'generate' && !isImpossible(document, result),
  );
  const best = measured.toSorted((a, b) => decodeRate(b) - decodeRate(a))[0];
  if (best === undefined) return [];
  const notes = [sentence(best, measured.length > 1), ...unsteady(measured)];
  if (measured.some(({ key }) => key.weights === 'synthetic'))
    notes.push('Weights are synthetic: speed and memory are those of the real graph, the generated text is noise.');
  if (okRounds(best).length > 1) notes.push('± is half the 95 % interval over rounds (docs/metrics.md).');
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

function sentence(result: CaseResult, amongOthers: boolean): string {
  const { model, weights, layout, dtype, runtime, workload } = result.key;
  const ttft = summarizeMetric('ttftMs', result)!.median;
  const rate = decodeRate(result);
  const memory = summarizeMetric('peakRssBytes', result);
  const prompt = workload.kind === 'generate' ? workload.prompt : 0;
  const who = `${model} (${layout ?? weights} ${dtype}, ${runtime})`;
  const start = amongOthers ? `Fastest here: ${who}` : `On this machine ${who}`;
  const writes = rate > 0 ? ` and then writes ${number(rate)} tokens a second, ${comparedToReading(rate)}` : '';
  const needs = memory === null ? '' : `; it needs ${bytes(memory.median)} of memory`;
  return `${start} answers a prompt of ${prompt} tokens after ${duration(ttft)}${writes}${needs}.`;
}

function comparedToReading(rate: number): string {
  const times = rate / READING_TOKENS_PER_SECOND;
  if (times < 1) return 'slower than people read';
  return times < 1.5 ? 'about as fast as people read' : `${Math.round(times)} times as fast as people read`;
}

function decodeRate(result: CaseResult): number {
  return summarizeMetric('decodeRate', result)?.median ?? 0;
}
