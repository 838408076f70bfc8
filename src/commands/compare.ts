// `compare` and `regress`: two stored results side by side; the exit code tells whether anything is worse.
import { findResult, newestResult, readResult } from '../contract/result-store.js';
import type { Grade } from '../contract/vocabulary.js';
import { problem } from '../errors.js';
import { comparisonPage } from '../report/comparison-page.js';
import { exitCodeOf } from '../stats/compare.js';
import { compareView, type Side } from '../stats/compare-view.js';
import { outputFormat, passOver, printPage } from './terminal.js';

interface CompareCommandOptions {
  output: string;
  results: string;
  /** Percent. */
  minimumEffect?: number;
  across: string[];
  grade: Grade;
}

export function compare(baselineName: string, candidateName: string, options: CompareCommandOptions): number {
  return compareSides(open(options.results, baselineName), open(options.results, candidateName), options);
}

/** The candidate against the newest earlier result of the same suite on the same machine, or a named baseline. */
export function regress(candidateName: string, options: CompareCommandOptions & { baseline?: string }): number {
  const { results, baseline } = options;
  const candidate = open(results, candidateName);
  return compareSides(
    baseline === undefined ? earlierResult(results, candidate) : open(results, baseline),
    candidate,
    options,
  );
}

function compareSides(
  baseline: Side,
  candidate: Side,
  { output, across, grade, minimumEffect }: CompareCommandOptions,
): number {
  const format = outputFormat(output);
  const least = minimumEffect === undefined ? {} : { minimumEffect: minimumEffect / 100 };
  const view = compareView(baseline, candidate, { across, grade, ...least });
  printPage(comparisonPage(view), format);
  return exitCodeOf(view);
}

function earlierResult(directory: string, candidate: Side): Side {
  const { machine, suite, startedAt } = candidate.document;
  const found = newestResult(
    directory,
    (other) => other.startedAt < startedAt && other.machine.id === machine.id && other.suite.hash === suite.hash,
    passOver,
  );
  if (found !== null) return found;
  throw problem('nothing-to-compare', {
    reason: `${directory} has no earlier result of suite "${suite.content.name}", as it is in this one, on ${machine.id}`,
    hint: 'commit one as a baseline, or name one with --baseline',
  });
}

function open(directory: string, name: string): Side {
  const path = findResult(directory, name, passOver);
  return { path, document: readResult(path) };
}
