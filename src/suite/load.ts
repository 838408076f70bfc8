// Finds a suite by name or path and applies what the command line overrides.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readJsonFile, validate } from '../contract/json-file.js';
import type { LimitSet } from '../contract/limits.js';
import type { OptionSet } from '../contract/option-set.js';
import { type Suite, suiteSchema } from '../contract/suite.js';
import { problem } from '../errors.js';
import { overrideRounds } from './override-rounds.js';
import type { WarmUp } from './warm-up.js';

const SUITES = fileURLToPath(new URL('../../benchmarks/', import.meta.url));

export function suiteNames(directory: string = SUITES): string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length));
}

/** `quick` is benchmarks/quick.json of this package; anything with a slash or .json is a path. */
export function loadSuite(nameOrPath: string): Suite {
  const isPath = nameOrPath.endsWith('.json') || /[\\/]/.test(nameOrPath);
  const path = isPath ? nameOrPath : join(SUITES, `${nameOrPath}.json`);
  if (!existsSync(path)) throw problem('suite-unknown', { name: nameOrPath, known: suiteNames() });
  return readJsonFile(path, suiteSchema);
}

export interface SuiteOverrides {
  models?: string[];
  weights?: string[];
  layouts?: string[];
  dtypes?: string[];
  runtimes?: string[];
  eps?: string[];
  threads?: (number | 'auto')[];
  options?: OptionSet[];
  limits?: LimitSet[];
  prompt?: number[];
  new?: number[];
  depth?: number[];
  seconds?: number;
  rounds?: number;
  target?: number;
  budget?: number;
  iterations?: number;
  warmup?: WarmUp;
  cold?: boolean;
  seed?: number;
  timeoutSeconds?: number;
}

/** The suite with overridden dimensions; --prompt, --new and --depth replace those of every workload that has lengths. */
export function overrideSuite(suite: Suite, overrides: SuiteOverrides): Suite {
  const { prompt, new: tokens, depth, seconds, rounds: count, target, budget, ...dimensions } = overrides;
  const given = Object.fromEntries(Object.entries(dimensions).filter(([, value]) => value !== undefined));
  const lengths = Object.fromEntries(
    Object.entries({ prompt, new: tokens, depth }).filter(([, value]) => value !== undefined),
  );
  if (Object.keys(lengths).length > 0 && !suite.workloads.some((workload) => workload.kind !== 'micro')) {
    const what = `suite ${suite.name} has no generate or sustained workload, so --prompt, --new and --depth have nothing to change`;
    throw problem('input-invalid', { what, expected: 'a suite with a generate workload, such as quick' });
  }
  if (seconds !== undefined && !suite.workloads.some((workload) => workload.kind === 'sustained')) {
    const what = `suite ${suite.name} has no sustained workload, so --seconds has nothing to change`;
    throw problem('input-invalid', { what, expected: 'a suite with a sustained workload, such as sustained' });
  }
  const workloads = suite.workloads.map((workload) => {
    if (workload.kind === 'micro') return workload;
    const lasting = workload.kind === 'sustained' && seconds !== undefined ? { seconds } : {};
    return { ...workload, ...lengths, ...lasting };
  });
  const rounds = overrideRounds(suite.rounds, { rounds: count, target, budget });
  return validate(
    'the command line',
    { ...suite, ...given, rounds, workloads },
    suiteSchema,
    'see `edgeproof run --help`',
  );
}
