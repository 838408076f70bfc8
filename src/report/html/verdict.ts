// The verdict of a report in sentences: what runs well where, then what a reader must know before quoting it. Pure.
import type { Entry } from '../../contract/views/report.js';
import { lengthsOf } from '../../contract/workloads.js';
import { groupBy } from '../../stats/group-by.js';
import { present } from '../../stats/present.js';
import { caseDimensions } from '../../suite/case-id.js';
import type { Scene } from '../charts/scene.js';
import { comparedToReading, READING_TOKENS_PER_SECOND } from '../conclusion.js';
import { bytes, count, duration, number, plural } from '../format.js';
import { headingOf } from '../labels.js';
import { html, type Markup } from './markup.js';

export interface Verdict {
  lead: Markup;
  notes: string[];
}

export function verdictOf(scene: Scene): Verdict {
  const best = scene.view.best.map(({ ref }) => scene.entry(ref));
  return { lead: leadOf(best), notes: notesOf(scene, best) };
}

/** `tuned q4 · onnxruntime · cpu · 2 threads`: how a model was run. */
export function configurationOf({ key: { workload: _, model: __, ...key } }: Entry): string {
  return headingOf(caseDimensions(key));
}

export function decodeOf(entry: Entry): number {
  return entry.metrics.decodeRate!.median;
}

function leadOf(best: readonly Entry[]): Markup {
  if (best.length === 0) return html`No case here was measured well enough for a verdict.`;
  const models = new Set(best.map(({ key }) => key.model)).size;
  const machines = new Set(best.map(({ machine }) => machine)).size;
  if (best.length === 1) return oneSentence(best[0]!);
  const bySpeed = best.toSorted((a, b) => decodeOf(b) - decodeOf(a));
  const [fastest, slowest] = [bySpeed[0]!, bySpeed.at(-1)!];
  const fast = best.filter((entry) => decodeOf(entry) >= READING_TOKENS_PER_SECOND);
  const reading = `faster than people read (${number(READING_TOKENS_PER_SECOND)} tokens a second)`;
  const writes = (entry: Entry) => `${number(decodeOf(entry))} tokens a second`;
  if (models === 1)
    return html`${name(fastest.key.model)} writes ${reading} on ${ofAll(fast.length, machines, 'machine')}: fastest on ${name(fastest.machine)} with ${writes(fastest)}, slowest on ${name(slowest.machine)} with ${number(decodeOf(slowest))}.`;
  const largest = fast.toSorted((a, b) => (b.parameters ?? 0) - (a.parameters ?? 0))[0];
  const where = (entry: Entry) => (machines === 1 ? null : html` on ${name(entry.machine)}`);
  const size =
    largest === undefined || largest === fastest
      ? null
      : html`; the largest that does is ${name(largest.key.model)}${where(largest)} with ${writes(largest)}${memoryOf(largest)}`;
  const who =
    machines === 1
      ? html`${ofAll(fast.length, models, 'model')} write${fast.length === 1 ? 's' : ''} ${reading} on ${name(best[0]!.machine)}`
      : `${ofAll(fast.length, best.length, 'pair')} of model and machine write${fast.length === 1 ? 's' : ''} ${reading}`;
  return html`${who}. Fastest is ${name(fastest.key.model)}${where(fastest)} with ${writes(fastest)}${size}.`;
}

function oneSentence(entry: Entry): Markup {
  const { ttftMs } = entry.metrics;
  const { prompt } = lengthsOf(entry.key.workload)!;
  const rate = decodeOf(entry);
  return html`On ${name(entry.machine)}, ${name(entry.key.model)} (${configurationOf(entry).replaceAll(' · ', ', ')}) answers a prompt of ${plural(prompt, 'token')} after ${duration(ttftMs!.median)} and then writes ${number(rate)} tokens a second, ${comparedToReading(rate)}${memoryOf(entry)}.`;
}

function memoryOf({ metrics: { peakRssBytes } }: Entry): string {
  return peakRssBytes === undefined ? '' : `; it needs ${bytes(peakRssBytes.median)} of memory`;
}

/** Not broken at its dashes. */
function name(words: string): Markup {
  return html`<span class="name">${words}</span>`;
}

/** `all 4 machines`, `3 of 4 machines`, `none of 4 machines` */
function ofAll(some: number, all: number, noun: string): string {
  const nouns = all === 1 ? noun : `${noun}s`;
  if (some === all) return all === 1 ? `the ${noun}` : `all ${count(all)} ${nouns}`;
  return `${some === 0 ? 'none' : count(some)} of ${count(all)} ${nouns}`;
}

function notesOf({ view }: Scene, best: readonly Entry[]): string[] {
  const byStatus = groupBy(view.entries, ({ status }) => status);
  const failed = byStatus.get('failed')?.length ?? 0;
  const impossible = byStatus.get('impossible')?.length ?? 0;
  const unsound = view.entries.filter(({ isSound }) => isSound === false).length;
  const busy = best.filter(({ grades, rounds }) => grades.C === rounds && rounds > 0).length;
  const watched = view.history.filter(({ levels }) => levels.length > 0);
  const worse = watched.filter(({ steps }) => steps.at(-1)?.direction === 'worse').length;
  const synthetic = view.entries.filter(({ key }) => key.weights === 'synthetic').length;
  return present(
    failed > 0 && `${plural(failed, 'case')} failed.`,
    impossible > 0 &&
      `${plural(impossible, 'case')} measured faster than the machine can be, and ${impossible === 1 ? 'is' : 'are'} left out of charts.`,
    unsound > 0 &&
      `${plural(unsound, 'case')} not shown to compute the same as ${unsound === 1 ? 'its' : 'their'} reference: not ranked.`,
    busy > 0 &&
      `In ${busy === best.length ? 'every row' : `${busy} of ${best.length} rows`} the machine was busy in all rounds (grade C): measure again before you quote ${busy === 1 ? 'it' : 'them'}.`,
    worse > 0 && `The level of ${worse} of ${count(watched.length)} histories last moved for the worse: see History.`,
    view.passedOver.length > 0 &&
      `${plural(view.passedOver.length, 'file')} could not be read and ${view.passedOver.length === 1 ? 'is' : 'are'} named under “Left out”.`,
    synthetic > 0 &&
      `Weights are synthetic in ${synthetic === view.entries.length ? 'every case' : `${count(synthetic)} of ${plural(view.entries.length, 'case')}`}: speed and memory are those of the real graph, the generated text is noise.`,
  );
}
