// `show`: a stored result as a table, or several as one. Starts without any native library.
import { problem } from '../errors.js';
import { memoryPage } from '../report/memory-page.js';
import { resultPage } from '../report/result-page.js';
import { memoryView } from '../stats/memory-anatomy.js';
import { showView } from '../stats/show.js';
import { openResult } from '../store/names.js';
import type { ShowOptions } from './show-options.js';
import { isTable, showTable } from './show-table.js';
import { outputFormat, printPage, sayPassedOver } from './terminal.js';

export function show(names: string[], options: ShowOptions): number {
  const format = outputFormat(options.output);
  if (isTable(names, options)) {
    if (options.memory !== true) return showTable(names, options);
    throw problem('input-invalid', { what: '--memory with several results', expected: 'one result, and no table' });
  }
  const { path, document } = openResult(options.results, names[0] ?? 'latest', sayPassedOver);
  printPage(
    options.memory === true ? memoryPage(memoryView(document, path)) : resultPage(showView(document, path)),
    format,
  );
  return 0;
}
