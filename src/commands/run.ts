// `run`: suite → cases → workers → result document → table.
import { problem } from '../errors.js';
import { resultPage } from '../report/result-page.js';
import { hasFailed, resume, run as runSuite } from '../run/run.js';
import { showView } from '../stats/show.js';
import { loadSuite } from '../suite/load.js';
import { overrideSuite, type SuiteOverrides } from '../suite/overrides.js';
import { localExecutor } from '../worker/local-executor.js';
import { runVersus, type VersusOptions } from './run-versus.js';
import { interruptible } from './signals.js';
import { outputFormat, printPage, reportEvents } from './terminal.js';

interface RunCommandOptions extends Omit<VersusOptions, 'resume' | 'tune'> {
  /** true: the newest unfinished result; a string names one. */
  resume?: string | true;
  tune?: 'threads';
  ceilings?: boolean;
}

/** Exit code 0, or 1 where a case failed. */
export async function run(suiteName: string, overrides: SuiteOverrides, options: RunCommandOptions): Promise<number> {
  if (options.vs.length > 0) return runVersus(suiteName, overrides, options);
  requireNoPairs(options);
  const format = outputFormat(options.output);
  const { onEvent, end } = reportEvents();
  const how = { ...options, executor: localExecutor(), signal: interruptible(), onEvent };
  const { document, path } = await (options.resume === undefined
    ? runSuite(overrideSuite(loadSuite(suiteName), overrides), how)
    : resume(options.resume, roundsOnly({ ...overrides, tune: options.tune }), how)
  ).finally(end);
  printPage(resultPage(showView(document, path)), format);
  return hasFailed(document) ? 1 : 0;
}

function requireNoPairs({ margin, pairs }: RunCommandOptions): void {
  const [other] = Object.entries({ margin, pairs }).find(([, value]) => value !== undefined) ?? [];
  if (other !== undefined)
    throw problem('input-invalid', { what: `--${other} without --vs`, expected: 'both, or neither' });
}

/** A result goes on with its own suite; only the number of rounds may change. */
function roundsOnly({ rounds, target, budget, ...others }: SuiteOverrides & Pick<RunCommandOptions, 'tune'>) {
  const changed = Object.entries(others).find(([, value]) => value !== undefined);
  if (changed === undefined) return { rounds, target, budget };
  throw problem('input-invalid', {
    what: `--resume continues a suite as it was; --${changed[0]} would change it`,
    expected: 'only --rounds, --target or --budget',
  });
}
