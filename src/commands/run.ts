// `run`: suite → cases → workers → result document → table.
import { EdgeproofError, problem } from '../errors.js';
import { resultPage } from '../report/result-page.js';
import { type MeasureOptions, measure } from '../run/measure.js';
import { type OpenOptions, openDocument } from '../run/open-document.js';
import { requireConfigKeys } from '../run/option-check.js';
import { requireContext, requireRuntimes } from '../run/requirements.js';
import { showView } from '../stats/show.js';
import type { SuiteOverrides } from '../suite/load.js';
import { interruptible, outputFormat, printPage } from './terminal.js';

export interface RunOptions extends OpenOptions, MeasureOptions {
  output: string;
}

/** Exit code 0, or 1 where a case failed. */
export async function run(suiteName: string, overrides: SuiteOverrides, options: RunOptions): Promise<number> {
  const format = outputFormat(options.output);
  const { document, path } = openDocument(suiteName, overrides, options);
  requireRuntimes(document);
  requireConfigKeys(document);
  requireContext(document);
  const signal = interruptible();
  try {
    await measure(document, path, signal, options);
  } catch (error) {
    if (!(error instanceof EdgeproofError && error.code === 'interrupted')) throw error;
    const measured = document.cases.some((result) => result.rounds.length > 0);
    throw problem('interrupted', { resume: measured ? `edgeproof run --resume ${path}` : null });
  }
  const view = showView(document, path);
  printPage(resultPage(view), format);
  return view.cases.some(({ status }) => status === 'failed' || status === 'impossible') ? 1 : 0;
}
