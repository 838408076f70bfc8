// `compare`: two stored results side by side; the exit code tells whether anything is worse.
import { shareCases } from '../contract/comparable.js';
import type { ResultDocument } from '../contract/result.js';
import { findResult, newestResults, readResult } from '../contract/result-store.js';
import type { Grade } from '../contract/vocabulary.js';
import { comparisonPage } from '../report/comparison-page.js';
import { exitCodeOf } from '../stats/compare.js';
import { compareView, type Side } from '../stats/compare-view.js';
import type { WantedPair } from '../stats/pairing.js';
import { outputFormat, printPage, sayPassedOver } from './terminal.js';

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
  const history = failureHistory(options.results, baseline, candidate);
  return compareView(baseline, candidate, { ...viewOptions(options), history });
}

export function viewOptions({ across, pair, grade, minimumEffect }: CompareCommandOptions) {
  return { across, pair, grade, ...(minimumEffect === undefined ? {} : { minimumEffect: minimumEffect / 100 }) };
}

/** Earlier results that are read to learn how often a case used to fail. */
const LONGEST_HISTORY = 20;

/** Earlier results of the machine with the same cases; only a candidate with failures needs them. */
function failureHistory(directory: string, baseline: Side, candidate: Side): ResultDocument[] {
  const hasFailures = candidate.document.cases.some(
    ({ rounds, retried }) => retried !== undefined || rounds.some(({ status }) => status === 'failed'),
  );
  const history: ResultDocument[] = [];
  if (!hasFailures) return history;
  for (const { document } of newestResults(directory, sayPassedOver)) {
    if (document.startedAt >= candidate.document.startedAt || document.startedAt === baseline.document.startedAt)
      continue;
    if (shareCases(document, candidate.document)) history.push(document);
    if (history.length === LONGEST_HISTORY) break;
  }
  return history;
}

export function open(directory: string, name: string): Side {
  const path = findResult(directory, name, sayPassedOver);
  return { path, document: readResult(path) };
}
