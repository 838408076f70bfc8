// Earlier results of a machine, which tell how much its sittings differ and how often cases used to fail. Bounded.
import { statSync } from 'node:fs';
import { shareCases } from '../contract/comparable.js';
import type { ResultDocument } from '../contract/result.js';
import type { Side } from '../stats/compare-view.js';
import { newestResults } from '../store/listing.js';
import { sayPassedOver } from './terminal.js';

const MOST_RESULTS = 20;
/** A large suite has tens of megabytes a result. */
const MOST_BYTES = 32e6;

/** The newest before the candidate that have cases in common with it, other than the baseline. */
export function historyOf(directory: string, baseline: Side, { document: candidate }: Side): ResultDocument[] {
  const history: ResultDocument[] = [];
  let bytes = 0;
  for (const { path, document } of newestResults(directory, sayPassedOver, candidate.machine.id)) {
    bytes += statSync(path).size;
    if (bytes > MOST_BYTES || history.length === MOST_RESULTS) break;
    if (document.startedAt >= candidate.startedAt || document.startedAt === baseline.document.startedAt) continue;
    if (shareCases(document, candidate)) history.push(document);
  }
  return history;
}
