// `run --vs`: this run against another configuration or installation, in pairs of rounds of one sitting.
import type { Grade } from '../contract/vocabulary.js';
import { problem } from '../errors.js';
import { pairsPage } from '../report/pairs-page.js';
import { describeTool } from '../run/provenance.js';
import { versusSides } from '../run/versus.js';
import { gateExitCode } from '../stats/confirmation.js';
import { loadSuite } from '../suite/load.js';
import { overrideSuite, type SuiteOverrides } from '../suite/overrides.js';
import { readVersus, type Versus } from '../suite/versus.js';
import { localExecutor } from '../worker/local-executor.js';
import { type Installation, otherInstallation } from '../worker/other-installation.js';
import { otherOnnxRuntime } from '../worker/other-onnxruntime.js';
import { measurePairs } from './paired.js';
import { outputFormat, printPage } from './terminal.js';

export interface VersusOptions {
  output: string;
  results: string;
  machine?: string;
  allowFallback?: boolean;
  resume?: string | true;
  tune?: string;
  vs: string[];
  /** Percent. */
  margin?: number;
  pairs?: number;
  grade: Grade;
}

/** 0: no figure is slower by the margin. 1: one is, or that is not shown. 2: no figure. */
export async function runVersus(suiteName: string, overrides: SuiteOverrides, options: VersusOptions): Promise<number> {
  const format = outputFormat(options.output);
  requirePairsOnly(overrides, options);
  const versus = readVersus(options.vs);
  const suite = overrideSuite(loadSuite(suiteName), overrides);
  const own = ownInstallation();
  const { machine, margin } = options;
  const sides = versusSides(suite, versus, { own, other: await installationOf(versus, own), machine });
  const view = await measurePairs(sides, options, margin === undefined ? {} : { minimumEffect: margin / 100 });
  printPage(pairsPage(view), format);
  return gateExitCode(null, view);
}

function ownInstallation(): Installation {
  return { executor: localExecutor(), tool: describeTool() };
}

async function installationOf({ installation }: Versus, own: Installation): Promise<Installation> {
  if (installation === null) return own;
  const { name, folder } = installation;
  if (name === 'edgeproof') return otherInstallation(folder, `--vs ${name}=${folder}`);
  return { ...own, executor: await otherOnnxRuntime(folder) };
}

/** Pairs have their own number of rounds, which is no target, and begin anew. */
function requirePairsOnly({ rounds, target, budget }: SuiteOverrides, { resume, tune }: VersusOptions): void {
  const [other] =
    Object.entries({ rounds, target, budget, resume, tune }).find(([, value]) => value !== undefined) ?? [];
  if (other === undefined) return;
  throw problem('input-invalid', {
    what: `--${other} with --vs`,
    expected: '--pairs for the number of rounds of each side',
  });
}
