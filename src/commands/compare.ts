// `compare`: stored results against a baseline; the exit code tells whether anything is worse.
import { isDeepStrictEqual } from 'node:util';
import type { Grade } from '../contract/vocabulary.js';
import { problem } from '../errors.js';
import { comparisonPage } from '../report/comparison-page.js';
import { comparisonsPage } from '../report/comparisons-page.js';
import { exitCodeOf } from '../stats/compare.js';
import { compareView, type Side } from '../stats/compare-view.js';
import { comparisonsView, exitCodeOfAll } from '../stats/comparisons-view.js';
import type { WantedPair } from '../stats/pairing.js';
import { openResult, rangeOf } from '../store/names.js';
import { historyOf } from './earlier-results.js';
import { outputFormat, printPage, refuseUnread } from './terminal.js';

export interface CompareCommandOptions {
  output: string;
  results: string;
  /** Percent. */
  minimumEffect?: number;
  across: string[];
  grade: Grade;
  pair: WantedPair[];
  allowMissing?: boolean;
}

/** The first is the baseline; `main..HEAD` stands for two. */
export function compare(names: readonly string[], options: CompareCommandOptions): number {
  const [baseline, ...candidates] = names.flatMap((name) => rangeOf(name) ?? [name]);
  const [first, ...others] = candidates.map((name) => open(options.results, name));
  if (first === undefined)
    throw problem('input-invalid', {
      what: `compare ${names.join(' ')}: there is no candidate`,
      expected: 'a baseline and candidates, or two revisions such as main..HEAD',
    });
  // Of the results at a revision, the one that has cases in common.
  const like = rangeOf(names[0]!) === null ? undefined : first.document;
  const before = openResult(options.results, baseline!, refuseUnread, like);
  return others.length === 0 ? compareSides(before, first, options) : compareAll(before, [first, ...others], options);
}

function compareAll(baseline: Side, candidates: Side[], options: CompareCommandOptions): number {
  const format = outputFormat(options.output);
  for (const candidate of candidates) requireTwo(baseline, candidate);
  const earlier = (candidate: Side) => historyOf(options.results, baseline, candidate);
  const view = comparisonsView(baseline, candidates, earlier, viewOptions(options));
  printPage(comparisonsPage(view), format);
  return exitCodeOfAll(view, options);
}

export function compareSides(baseline: Side, candidate: Side, options: CompareCommandOptions): number {
  const format = outputFormat(options.output);
  const view = screenOf(baseline, candidate, options);
  printPage(comparisonPage(view), format);
  return exitCodeOf(view, options);
}

export function screenOf(baseline: Side, candidate: Side, options: CompareCommandOptions) {
  requireTwo(baseline, candidate);
  const history = historyOf(options.results, baseline, candidate);
  return compareView(baseline, candidate, { ...viewOptions(options), history });
}

/** Two names may stand for one measurement, in which nothing can ever have changed. */
function requireTwo(baseline: Side, candidate: Side): void {
  if (!isDeepStrictEqual(baseline.document, candidate.document)) return;
  throw problem('input-invalid', {
    what: `${baseline.path} and ${candidate.path} are the same measurement, of ${candidate.document.startedAt}`,
    expected: 'two measurements; edgeproof results lists those that are here',
  });
}

export function viewOptions({ across, pair, grade, minimumEffect }: CompareCommandOptions) {
  return { across, pair, grade, ...(minimumEffect === undefined ? {} : { minimumEffect: minimumEffect / 100 }) };
}

export function open(directory: string, name: string): Side {
  return openResult(directory, name, refuseUnread);
}
