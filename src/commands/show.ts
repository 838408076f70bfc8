// `show`: a stored result as a table. Starts without any native library.

import { findResult, readResult } from '../contract/result-store.js';
import { memoryView } from '../report/memory-view.js';
import { resultView } from '../report/result-view.js';
import { outputFormat, printView } from './terminal.js';

export function show(name: string, options: { output: string; results: string; memory?: boolean }): number {
  const format = outputFormat(options.output);
  const path = findResult(options.results, name);
  const view = options.memory === true ? memoryView : resultView;
  printView(view(readResult(path), path), format);
  return 0;
}
