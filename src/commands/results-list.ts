// `results`: what is stored here, the newest first.
import { resultsPage } from '../report/results-page.js';
import { listedResult } from '../stats/results-view.js';
import { digestsNamed } from './digests.js';
import type { FilterOptions } from './results-filters.js';
import { outputFormat, printPage } from './terminal.js';

export function listStored(names: string[], options: FilterOptions & { results: string; output: string }): number {
  const format = outputFormat(options.output);
  const { digests, of } = digestsNamed(names, options);
  printPage(resultsPage(digests.map(listedResult).reverse(), options.results, of), format);
  return 0;
}
