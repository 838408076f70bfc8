// Rounds that failed: does the candidate fail more often than the baseline did? Every new failure counts; Fisher's test
// says whether the rate is shown to be higher, with earlier results of the machine where there are any. Pure.
import type { CaseResult } from '../contract/result.js';
import type { FailureChange } from '../contract/views/compare.js';
import type { Digest } from '../contract/views/digest.js';
import { type Counted, fisherHigher } from './fisher.js';
import type { CasePair } from './pairing.js';

const ALPHA = 0.05;
/** Sums of logarithms are right to about twelve digits. */
const ROUNDING = 1e-9;

/** One entry for each case with failed rounds in the candidate, where the baseline has rounds, too. */
export function failureChanges(pairs: readonly CasePair[], history: readonly Digest[] = []): FailureChange[] {
  return pairs.flatMap(({ before, after }): FailureChange[] => {
    const [baseline, candidate] = [countOf([before]), countOf([after])];
    if (candidate.failed === 0 || baseline.of === 0) return [];
    const earlier = countIn(history, before.id);
    const all = { failed: baseline.failed + earlier.failed, of: baseline.of + earlier.of };
    const p = fisherHigher(all, candidate);
    return [
      {
        id: after.id,
        key: after.key,
        baseline,
        candidate,
        history: earlier.of === 0 ? null : earlier,
        isNew: candidate.failed * baseline.of > baseline.failed * candidate.of,
        p,
        isShown: p <= ALPHA + ROUNDING,
        reasons: [...new Set(failuresOf(after).map(({ message }) => message))],
      },
    ];
  });
}

function countIn(history: readonly Digest[], id: string): Counted {
  const same = history.flatMap(({ cases }) => cases.filter((own) => own.id === id));
  const failed = same.reduce((sum, { failedRounds }) => sum + failedRounds, 0);
  return { failed, of: same.reduce((sum, { rounds }) => sum + rounds, failed) };
}

function countOf(results: readonly CaseResult[]): Counted {
  const count = (of: (result: CaseResult) => unknown[]) => results.reduce((sum, result) => sum + of(result).length, 0);
  return { failed: count(failuresOf), of: count(({ rounds, retried = [] }) => [...rounds, ...retried]) };
}

/** Also those that were run again since. */
function failuresOf({ rounds, retried = [] }: CaseResult) {
  return [...rounds, ...retried].flatMap((round) => (round.status === 'failed' ? [round.failure] : []));
}
