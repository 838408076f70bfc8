// Engines side by side: the work and the build stand beside the rank, and cases that do equal work have a rank of their
// own. Pure.
import type { EngineWork } from '../contract/views/equal-work.js';
import type { CaseView, ShowView } from '../contract/views/show.js';
import { present } from '../stats/present.js';
import { count, duration, number } from './format.js';
import { dimensionWord, type Labels } from './labels.js';
import { widestTwin } from './limit-notes.js';

/** Nothing where the ranking has cases of one runtime only. */
export function engineNotes({ cases, ranking, engineRanking }: ShowView, labels: Labels): string[] {
  if (engineRanking === null) return [];
  const byId = new Map(cases.map((result) => [result.id, result]));
  const ranked = (rank: ShowView['ranking']): Ranked[] =>
    rank
      .map(({ id, notShownSlower }) => ({ result: byId.get(id)!, notShownSlower }))
      .filter(({ result }) => widestTwin(result, cases) === result);
  const all = ranked(ranking);
  const lines = all.map(({ result }, i) => `${i + 1}. ${nameOf(result, labels)}: ${besideRank(result.engineWork)}`);
  const { isEqual, groups } = engineRanking;
  return present(
    `The rank, with the work and the build behind it:\n  ${lines.join('\n  ')}`,
    isEqual === true && 'All of them do equal work (docs/metrics.md).',
    isEqual === null && 'Whether that is equal work is not known: older results do not say what a token reads.',
    isEqual === false && unequalNote(all),
    ...(isEqual === false ? groups.map((group) => groupNote(ranked(group), labels)) : []),
    isEqual === false &&
      groups.length === 0 &&
      'No two runtimes do equal work here; docs/runtimes.md says how they can.',
  );
}

interface Ranked {
  result: CaseView;
  notShownSlower: boolean;
}

function unequalNote(ranked: readonly Ranked[]): string {
  const words = workWords(ranked.map(({ result }) => result.engineWork));
  return `The work is not equal: ${words}. So this ranks files as much as engines.`;
}

function groupNote(ranked: readonly Ranked[], labels: Labels): string {
  const words = workWords(ranked.map(({ result }) => result.engineWork));
  const names = ranked.map(({ result, notShownSlower }, place) =>
    nameOf(result, labels, place > 0 && notShownSlower ? ', not shown to be slower' : ''),
  );
  return `At equal work (${words}), the fastest first: ${names.join(', ')}.`;
}

function nameOf(result: CaseView, labels: Labels, more = ''): string {
  const words = Object.entries(labels.values(result)).map(dimensionWord);
  return `${words.join(' ')} (${duration(result.wholeMs!.median)}${more})`;
}

function besideRank(work: EngineWork): string {
  return `${workWords([work])}, batch ${work.batch}, build ${work.build}`;
}

/** Of a comparison of two runtimes. */
export function unequalWorkNote(name: string, { baseline, candidate }: Record<'baseline' | 'candidate', EngineWork>) {
  const sides = [baseline, candidate].map((work) => workWords([work]));
  return `not equal work: ${name}: ${sides.join(' → ')}; so files are compared as much as engines`;
}

/** `4.25 to 5.61 bits a weight, KV cache in float16 or float32` */
function workWords(works: readonly EngineWork[]): string {
  const weights = rangeOf(works, 'weights', (value) => count(Math.round(value / 1e6)));
  const prompts = works.filter(({ promptGraph }) => promptGraph).length;
  const caches = new Set(works.map(({ kvFormat }) => kvFormat ?? 'a type that is not known'));
  return present(
    weights?.includes(' to ') === true && `${weights} million weights`,
    `${rangeOf(works, 'bitsPerWeight', number) ?? 'unknown'} bits a weight`,
    prompts > 0 && `${prompts === works.length ? '' : 'some '}prompts read by a second graph`,
    `KV cache in ${new Intl.ListFormat('en-GB', { type: 'disjunction' }).format([...caches].sort())}`,
  ).join(', ');
}

/** null where one is not known. */
function rangeOf(works: readonly EngineWork[], name: 'weights' | 'bitsPerWeight', words: (value: number) => string) {
  const values = works.flatMap((work) => work[name] ?? []);
  if (values.length < works.length) return null;
  const [least, most] = [words(Math.min(...values)), words(Math.max(...values))];
  return least === most ? most : `${least} to ${most}`;
}
