// Finds a suite by name or path and applies what the command line overrides.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { problem } from '../errors.js';
import { readJsonFile, validate } from '../json-file.js';
import type { LimitSet } from './limits.js';
import { type Suite, suiteSchema } from './schema.js';

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
  limits?: LimitSet[];
  prompt?: number[];
  new?: number[];
  depth?: number[];
  rounds?: number;
  iterations?: number;
  warmup?: number;
  seed?: number;
  timeoutSeconds?: number;
}

/** The suite with overridden dimensions; --prompt, --new and --depth replace those of every generate workload. */
export function overrideSuite(suite: Suite, overrides: SuiteOverrides): Suite {
  const { prompt, new: tokens, depth, ...dimensions } = overrides;
  const given = Object.fromEntries(Object.entries(dimensions).filter(([, value]) => value !== undefined));
  const lengths = Object.fromEntries(
    Object.entries({ prompt, new: tokens, depth }).filter(([, value]) => value !== undefined),
  );
  if (Object.keys(lengths).length > 0 && !suite.workloads.some((workload) => workload.kind === 'generate')) {
    const what = `suite ${suite.name} has no generate workload, so --prompt, --new and --depth have nothing to change`;
    throw problem('input-invalid', { what, expected: 'a suite with a generate workload, such as quick' });
  }
  const workloads = suite.workloads.map((workload) =>
    workload.kind === 'generate' ? { ...workload, ...lengths } : workload,
  );
  return validate('the command line', { ...suite, ...given, workloads }, suiteSchema, 'see `edgeproof run --help`');
}
