// `compare`: two stored results side by side; the exit code tells whether anything is worse.
import { findResult, readResult } from '../contract/result-store.js';
import type { Grade } from '../contract/vocabulary.js';
import { comparisonPage } from '../report/comparison-page.js';
import { exitCodeOf } from '../stats/compare.js';
import { compareView, type Side } from '../stats/compare-view.js';
import { outputFormat, printPage } from './terminal.js';

export interface CompareCommandOptions {
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

export function compareSides(
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

export function open(directory: string, name: string): Side {
  const path = findResult(directory, name);
  return { path, document: readResult(path) };
}
