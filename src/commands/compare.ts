// `compare`: two stored results side by side; the exit code tells whether anything is worse.

import type { Grade } from '../contract/vocabulary.js';
import { comparisonPage } from '../report/comparison-page.js';
import { exitCodeOf } from '../stats/compare.js';
import { compareView, type Side } from '../stats/compare-view.js';
import type { WantedPair } from '../stats/pairing.js';
import { openResult } from '../store/names.js';
import { historyOf } from './history.js';
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

export function compare(baselineName: string, candidateName: string, options: CompareCommandOptions): number {
  return compareSides(open(options.results, baselineName), open(options.results, candidateName), options);
}

export function compareSides(baseline: Side, candidate: Side, options: CompareCommandOptions): number {
  const format = outputFormat(options.output);
  const view = screenOf(baseline, candidate, options);
  printPage(comparisonPage(view), format);
  return exitCodeOf(view, options);
}

export function screenOf(baseline: Side, candidate: Side, options: CompareCommandOptions) {
  const history = historyOf(options.results, baseline, candidate);
  return compareView(baseline, candidate, { ...viewOptions(options), history });
}

export function viewOptions({ across, pair, grade, minimumEffect }: CompareCommandOptions) {
  return { across, pair, grade, ...(minimumEffect === undefined ? {} : { minimumEffect: minimumEffect / 100 }) };
}

export function open(directory: string, name: string): Side {
  return openResult(directory, name, refuseUnread);
}
