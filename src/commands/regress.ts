// `regress`: a result against an earlier one of the same suite and machine, for scripts.
import { newestResult } from '../contract/result-store.js';
import { problem } from '../errors.js';
import type { Side } from '../stats/compare-view.js';
import { type CompareCommandOptions, compareSides, open } from './compare.js';
import { say } from './terminal.js';

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
