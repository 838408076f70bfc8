// `show`: a stored result as a table. Starts without any native library.

import { memoryPage } from '../report/memory-page.js';
import { resultPage } from '../report/result-page.js';
import { memoryView } from '../stats/memory-anatomy.js';
import { showView } from '../stats/show.js';
import { openResult } from '../store/names.js';
import { outputFormat, printPage, sayPassedOver } from './terminal.js';

export function show(name: string, options: { output: string; results: string; memory?: boolean }): number {
  const format = outputFormat(options.output);
  const { path, document } = openResult(options.results, name, sayPassedOver);
  printPage(
    options.memory === true ? memoryPage(memoryView(document, path)) : resultPage(showView(document, path)),
    format,
  );
  return 0;
}
