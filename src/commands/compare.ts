// `compare` and `regress`: two stored results side by side; the exit code tells whether anything is worse.

import type { Grade } from '../contract/grades.js';
import { findResult, newestResult, readResult } from '../contract/result-store.js';
import { problem } from '../errors.js';
import { comparisonPage } from '../report/comparison-page.js';
import { exitCodeOf } from '../stats/compare.js';
import { compareView, type Side } from '../stats/compare-view.js';
import { outputFormat, printPage, say } from './terminal.js';

export interface CompareCommandOptions {
  output: string;
  results: string;
  /** Percent. */
  minimumEffect?: number;
  across: string[];
  grade: Grade;
}

export function compare(baselineName: string, candidateName: string, options: CompareCommandOptions): number {
  return compareSides(
    open(findResult(options.results, baselineName)),
    open(findResult(options.results, candidateName)),
    options,
  );
}

/** The candidate against the newest earlier result of the same suite on the same machine, or a named baseline. */
export function regress(candidateName: string, options: CompareCommandOptions & { baseline?: string }): number {
  const candidate = open(findResult(options.results, candidateName));
  const baseline =
    options.baseline === undefined
      ? earlierResult(options.results, candidate)
      : open(findResult(options.results, options.baseline));
  return compareSides(baseline, candidate, options);
}

function compareSides(baseline: Side, candidate: Side, options: CompareCommandOptions): number {
  const format = outputFormat(options.output);
  const view = compareView(baseline, candidate, {
    across: options.across,
    grade: options.grade,
    ...(options.minimumEffect === undefined ? {} : { minimumEffect: options.minimumEffect / 100 }),
  });
  printPage(comparisonPage(view), format);
  return exitCodeOf(view);
}

function earlierResult(directory: string, candidate: Side): Side {
  const { machine, suite, startedAt } = candidate.document;
  const found = newestResult(
    directory,
    (other) => other.startedAt < startedAt && other.machine.id === machine.id && other.suite.hash === suite.hash,
    (error) => say(`passed over: ${error.message}`),
  );
  if (found !== null) return found;
  throw problem('nothing-to-compare', {
    reason: `${directory} has no earlier result of suite "${suite.content.name}", as it is in this one, on ${machine.id}`,
    hint: 'commit one as a baseline, or name one with --baseline',
  });
}

function open(path: string): Side {
  return { path, document: readResult(path) };
}
