// Earlier results of a machine, which tell how much its sittings differ and how often cases used to fail. Bounded.
import { statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { isSameMachine } from '../contract/comparable.js';
import type { ResultDocument } from '../contract/result.js';
import type { Digest } from '../contract/views/digest.js';
import type { Side } from '../stats/compare-view.js';
import { digestsOf } from '../store/digests.js';
import { fileAt, listResults } from '../store/listing.js';
import { sayPassedOver } from './terminal.js';

const MOST_RESULTS = 20;
/** A large suite has tens of megabytes a result, and is read whole when it is met for the first time. */
const MOST_BYTES = 32e6;

/** The newest before the candidate that have cases in common with it, other than the baseline; the newest first. */
export function historyOf(directory: string, baseline: Side, { document: candidate }: Side): Digest[] {
  const files = listResults(directory, sayPassedOver)
    .filter((path) => basename(dirname(path)) === candidate.machine.id)
    .toReversed();
  const history: Digest[] = [];
  for (let at = 0, bytes = 0; at < files.length && history.length < MOST_RESULTS; at += MOST_RESULTS) {
    const next = files.slice(at, at + MOST_RESULTS).filter((path) => {
      bytes += statSync(path).size;
      return bytes <= MOST_BYTES;
    });
    if (next.length === 0) break;
    for (const digest of digestsOf(next.map(fileAt), { onPassedOver: sayPassedOver })) {
      const isEarlier = digest.startedAt < candidate.startedAt && digest.startedAt !== baseline.document.startedAt;
      if (isEarlier && shareCases(digest, candidate)) history.push(digest);
    }
  }
  return history.slice(0, MOST_RESULTS);
}

function shareCases(digest: Digest, candidate: ResultDocument): boolean {
  const measured = new Set(candidate.cases.map(({ id }) => id));
  return isSameMachine(digest, candidate) && digest.cases.some(({ id, rounds }) => rounds > 0 && measured.has(id));
}
