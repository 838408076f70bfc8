// Digests for the verbs that read many results: by name or all of a store, filtered, with progress while they are read.
import type { Digest } from '../contract/views/digest.js';
import { problem } from '../errors.js';
import { isWanted } from '../stats/results-view.js';
import { digestsOf } from '../store/digests.js';
import { fileAt, listResults, type OnPassedOver, type ResultFile } from '../store/listing.js';
import { namedResults } from '../store/names.js';
import { type FilterOptions, filtersOf } from './results-filters.js';
import { createProgress, sayPassedOver } from './terminal.js';

/** Fewer are read before anybody wonders. */
const WORTH_SHOWING = 50;

/**
 * The oldest first. `of`: how many there are without filters; `unread`: how many could not be read. Throws result-unknown
 * where there is none at all.
 */
export function digestsNamed(
  names: readonly string[],
  { results, ...filters }: FilterOptions & { results: string },
  onPassedOver: OnPassedOver = sayPassedOver,
): { digests: Digest[]; of: number; unread: number; files: ResultFile[] } {
  const files =
    names.length > 0 ? namedResults(results, names, onPassedOver) : listResults(results, onPassedOver).map(fileAt);
  const progress = createProgress();
  const onRead = (done: number, of: number) => {
    if (of >= WORTH_SHOWING) progress.show(`reading results: ${done + 1} of ${of}`);
  };
  const all = digestsOf(files, { onPassedOver, onRead });
  progress.clear();
  if (all.length === 0) throw problem('results-missing', { directory: results });
  const wanted = filtersOf(filters);
  return {
    digests: all.filter((digest) => isWanted(wanted, digest)),
    of: all.length,
    unread: files.length - all.length,
    files,
  };
}
