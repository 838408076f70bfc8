// One sentence that a newcomer understands, under the table: of several cases the one that is done first. Pure.
import type { CaseView, ShowView } from '../contract/views/show.js';
import { lengthsOf } from '../contract/workloads.js';
import { present } from '../stats/present.js';
import { MOST_UNCERTAIN } from '../stats/show.js';
import { limitDimensions } from '../suite/case-id.js';
import { engineNotes } from './engine-notes.js';
import { bytes, count, duration, number, plural } from './format.js';
import { dimensionWord, type Labels } from './labels.js';
import { limitWords, slowerWords, widestTwin } from './limit-notes.js';

/** Silent reading of English: 238 words a minute (Brysbaert 2019), at about 1.3 tokens a word. */
export const READING_TOKENS_PER_SECOND = (238 / 60) * 1.3;

/** The dimensions that the sentence names anyway. */
const NAMED = new Set(['model', 'weights', 'layout', 'dtype', 'runtime']);
const MOST_TIED = 3;

export function conclusion(view: ShowView, labels: Labels): string[] {
  const { cases, ranking, uncertain } = view;
  const byId = new Map(cases.map((result) => [result.id, result]));
  // Who limits a case asks what it does in less memory, not which limit is the fastest.
  const [best, ...others] = ranking
    .map((entry) => ({ ...entry, result: byId.get(entry.id)! }))
    .filter(({ result }) => widestTwin(result, cases) === result);
  if (best === undefined) return [];
  const generating = cases.filter(
    ({ rounds, key, status }) => rounds.length > 0 && key.workload.kind === 'generate' && status !== 'impossible',
  );
  const tied = others.filter(({ notShownSlower }) => notShownSlower).map(({ result }) => result);
  return [
    ...present(sentence(best.result, others, labels), tightestNote(best.result, cases), tiedNote(tied, labels)),
    ...engineNotes(view, labels),
    ...warnings(best.result, uncertain.length, generating),
  ];
}

function warnings(best: CaseView, uncertain: number, generating: readonly CaseView[]): string[] {
  return present(
    best.rounds.every(({ grade }) => grade === 'C') &&
      'The machine was busy in every round of it (grade C): measure again before you quote this.',
    uncertainNote(uncertain, generating),
    generating.some(({ key }) => key.weights === 'synthetic') &&
      'Weights are synthetic: speed and memory are those of the real graph, the generated text is noise.',
    best.rounds.length > 1 && '± is half the 95 % interval over rounds (docs/metrics.md).',
  );
}

function uncertainNote(uncertain: number, generating: readonly CaseView[]): string | null {
  const of = generating.length;
  if (uncertain === 0) return null;
  const which =
    of === 1 ? 'The decode rate is' : `${uncertain} of ${of} decode rates ${uncertain === 1 ? 'is' : 'are'}`;
  const rounds = Math.max(8, ...generating.map(({ rounds }) => 2 * rounds.length));
  return `${which} uncertain by more than ${MOST_UNCERTAIN * 100} %: close other programs, or add rounds (edgeproof run --resume -r ${rounds}).`;
}

/** The least memory in which the case still runs, where several limits were tried. */
function tightestNote(best: CaseView, cases: readonly CaseView[]): string | null {
  const memory = ({ key }: CaseView) => key.limits?.memoryBytes ?? Number.POSITIVE_INFINITY;
  const running = cases.filter(({ status, wholeMs }) => status === 'ok' && wholeMs !== null);
  const twins = running.filter((other) => widestTwin(other, cases) === best);
  const tightest = twins.reduce((a, b) => (memory(b) < memory(a) ? b : a), best);
  if (tightest === best) return null;
  return `It still runs with ${limitWords(tightest.key.limits!)}, ${slowerWords(tightest, cases)}.`;
}

function sentence(result: CaseView, others: readonly { result: CaseView }[], labels: Labels): string {
  const { ttftMs, decodeRate, peakRssBytes } = result.metrics;
  const { prompt, new: generated, depth } = lengthsOf(result.key.workload)!;
  const behind = depth === 0 ? '' : ` behind ${count(depth)} earlier ones`;
  const asked = `a prompt of ${plural(prompt, 'token')}${behind}`;
  const once = [result, ...others.map(({ result }) => result)].some(({ rounds }) => rounds.length === 1);
  const start =
    others.length > 0
      ? `${once ? 'Fastest here, though one round shows no spread' : 'Fastest here'}, ${duration(result.wholeMs!.median)} for ${asked} and ${plural(generated, 'new one')}: ${nameOf(result, labels)} answers`
      : `On this machine${once ? ', in the only round,' : ''} ${nameOf(result, labels)} answers ${asked}`;
  const writes =
    decodeRate === undefined
      ? ''
      : ` and then writes ${number(decodeRate.median)} tokens a second, ${comparedToReading(decodeRate.median)}`;
  const needs = peakRssBytes === undefined ? '' : `; it needs ${bytes(peakRssBytes.median)} of memory`;
  return `${start} after ${duration(ttftMs!.median)}${writes}${needs}.`;
}

/** `qwen2.5-0.5b (tuned q4, onnxruntime, 2 threads)`: its files and runtime, then what tells it from other cases. */
function nameOf(result: CaseView, labels: Labels): string {
  const { model, weights, layout, dtype, runtime, limits } = result.key;
  const limited = limitDimensions(limits);
  const others = Object.entries(labels.values(result)).filter(([name]) => !(NAMED.has(name) || name in limited));
  const words = [`${layout ?? weights} ${dtype}`, runtime, ...others.map(dimensionWord)];
  return `${model} (${[...words, ...(limits === undefined ? [] : [limitWords(limits)])].join(', ')})`;
}

function tiedNote(tied: readonly CaseView[], labels: Labels): string | null {
  if (tied.length === 0) return null;
  const names = tied.slice(0, MOST_TIED).map((result) => {
    const words = Object.entries(labels.values(result)).map(dimensionWord);
    return `${words.join(' ')} (${duration(result.wholeMs!.median)})`;
  });
  const more = tied.length > MOST_TIED ? ` and ${plural(tied.length - MOST_TIED, 'other')}` : '';
  return `Not shown to be slower: ${names.join(', ')}${more}.`;
}

export function comparedToReading(rate: number): string {
  const times = rate / READING_TOKENS_PER_SECOND;
  if (times < 1) return 'slower than people read';
  return times < 1.5 ? 'about as fast as people read' : `${Math.round(times)} times as fast as people read`;
}
