// Keeps an imported document beside the others of its machine, once: a file that is there already is not stored again, and
// one that has grown takes the place of what was imported of it before.
import { basename, dirname } from 'node:path';
import { okRounds, type ResultDocument } from '../contract/result.js';
import { reserveResult, resultPath, saveResult } from './files.js';
import { fileAt, type OnPassedOver, readNewest, resultsIn } from './listing.js';

export interface Imported {
  path: string;
  outcome: 'stored' | 'already there' | 'replaced';
}

export function storeImported(directory: string, document: ResultDocument, onPassedOver: OnPassedOver): Imported {
  const path = resultPath(directory, document);
  const prefix = `${document.suite.content.name}-`;
  const beside = resultsIn(dirname(path), onPassedOver).filter((name) => basename(name).startsWith(prefix));
  for (const stored of readNewest(beside.map(fileAt), onPassedOver)) {
    if (isWithin(document, stored.document)) return { path: stored.path, outcome: 'already there' };
    if (isWithin(stored.document, document)) {
      saveResult(stored.path, document);
      return { path: stored.path, outcome: 'replaced' };
    }
  }
  return { path: reserveResult(path, document), outcome: 'stored' };
}

/** Whether all rounds of `part` are among those of `whole`. */
function isWithin(part: ResultDocument, whole: ResultDocument): boolean {
  if (part.foreign === undefined) return false;
  const known = new Set(roundsOf(whole));
  return roundsOf(part).every((round) => known.has(round));
}

/** What was measured and when, whatever the case is called. */
function roundsOf({ cases }: ResultDocument): string[] {
  return cases.flatMap((result) =>
    okRounds(result).map(({ startedAt, options, iterations }) =>
      JSON.stringify([result.key.workload, result.key.threads, result.identity, startedAt, options, iterations]),
    ),
  );
}
