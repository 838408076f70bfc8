// `results verify`: every stored result against its schema, its identity and what its machine can do.
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isDirectory } from '../contract/regular-file.js';
import type { ResultDocument } from '../contract/result.js';
import type { VerifiedResult } from '../contract/views/results.js';
import { EdgeproofError, problem } from '../errors.js';
import { verifiedPage } from '../report/results-page.js';
import { duplicates, faultsOf } from '../stats/verify-result.js';
import { fileAt, listResults, type ResultFile, resultsIn } from '../store/listing.js';
import { namedResults } from '../store/names.js';
import { createProgress, outputFormat, printPage } from './terminal.js';

/** Exit code 1 if anything is wrong. What cannot be opened is a fault, too. */
export function verifyResults(names: string[], options: { results: string; output: string }): number {
  const format = outputFormat(options.output);
  const unopened: VerifiedResult[] = [];
  const onPassedOver = (error: EdgeproofError) =>
    unopened.push({ path: options.results, faults: [{ check: 'file', message: error.message }] });
  const files =
    names.length > 0 ? namedResults(options.results, names, onPassedOver) : allIn(options.results, onPassedOver);
  if (files.length + unopened.length === 0) throw problem('results-missing', { directory: options.results });
  const results = [...unopened, ...verified(files)];
  printPage(verifiedPage(results), format);
  return results.some(({ faults }) => faults.length > 0) ? 1 : 0;
}

/** Sides of paired rounds as well. */
function allIn(directory: string, onPassedOver: (error: EdgeproofError) => void): ResultFile[] {
  const listed = listResults(directory, onPassedOver);
  const machines = isDirectory(directory) ? readdirSync(directory).map((name) => join(directory, name, 'pairs')) : [];
  return [...listed, ...machines.filter(isDirectory).flatMap((folder) => resultsIn(folder, onPassedOver))].map(fileAt);
}

function verified(files: readonly ResultFile[]): VerifiedResult[] {
  const progress = createProgress();
  const read: { path: string; document: ResultDocument }[] = [];
  const found = files.map(({ path, read: open }, i): VerifiedResult => {
    progress.show(`verifying ${i + 1} of ${files.length}: ${dirname(path)}`);
    try {
      const document = open();
      // What is needed to find duplicates; the samples of ten thousand results do not fit into memory.
      read.push({ path, document: { ...document, cases: [] } });
      return { path, faults: faultsOf(document, path) };
    } catch (error) {
      if (!(error instanceof EdgeproofError)) throw error;
      return { path, faults: [{ check: 'schema', message: error.message }] };
    }
  });
  progress.clear();
  const again = duplicates(read);
  return found.map(({ path, faults }) => {
    const first = again.get(path);
    const twice = first === undefined ? [] : [{ check: 'duplicate', message: `the same run is stored in ${first}` }];
    return { path, faults: [...faults, ...twice] };
  });
}
