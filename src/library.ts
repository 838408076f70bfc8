// The other door: edgeproof as a library, for programs that measure or compare without a terminal. Nothing here prints.
import type { z } from 'zod';
import { validate } from './contract/json-file.js';
import type { ResultDocument } from './contract/result.js';
import { type Suite, suiteSchema } from './contract/suite.js';
import type { Comparison } from './contract/views/compare.js';
import type { Grade } from './contract/vocabulary.js';
import type { RunEvent } from './run/events.js';
import type { RunOptions } from './run/options.js';
import { run as runSuite } from './run/run.js';
import { compareResults } from './stats/compare.js';
import { loadSuite } from './suite/load.js';
import { overrideSuite, type SuiteOverrides } from './suite/overrides.js';
import { localExecutor } from './worker/local-executor.js';

export { EdgeproofError } from './errors.js';
export { hasFailed } from './run/run.js';
export { readResult } from './store/files.js';
export type { Executor } from './worker/executor.js';
export type { Comparison, ResultDocument, RunEvent, RunOptions, Suite, SuiteOverrides };
export { localExecutor };

/** A suite as its JSON file has it: what is left out takes its default. */
export type SuiteDescription = z.input<typeof suiteSchema>;

export interface LibraryRunOptions extends Partial<RunOptions> {
  /** Replaces dimensions of the suite, as the options of `edgeproof run` do. */
  overrides?: SuiteOverrides;
}

/**
 * Measures a suite: the name of one of benchmarks/, a path, or an object as such a file holds it. Resolves with the
 * result document and where it was stored. A failed case is recorded in the document; bad input throws EdgeproofError.
 * Unless told otherwise, workers are processes of this machine and nothing is stored.
 */
export async function run(
  suite: string | SuiteDescription,
  { overrides = {}, ...options }: LibraryRunOptions = {},
): Promise<{ document: ResultDocument; path: string | null }> {
  const loaded = typeof suite === 'string' ? loadSuite(suite) : validate('the suite', suite, suiteSchema);
  const how = { executor: localExecutor(), results: null, ...options };
  return runSuite(overrideSuite(loaded, overrides), how);
}

/**
 * Two result documents case by case: what changed, and whether that is shown. `across` names what may differ. `grade`: only
 * rounds in this condition or a better one are compared, as with `--grade`; by default all are.
 */
export function compare(
  baseline: ResultDocument,
  candidate: ResultDocument,
  options: { across?: string[]; minimumEffect?: number; grade?: Grade } = {},
): Comparison {
  return compareResults(baseline, candidate, { across: [], ...options });
}
