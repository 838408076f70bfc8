// What must be equal for two cases to be the same measurement, and for two suites to ask for the same, as short hashes and
// versions. Pure.
import { createHash } from 'node:crypto';
import { DEFAULT_OPTIONS, OBSERVED_OPTIONS, type OptionName } from '../contract/options.js';
import type { CaseResult, Identity, OkRound, ResultDocument } from '../contract/result.js';
import { RUNTIMES, type RuntimeName } from '../contract/runtimes.js';
import type { Suite } from '../contract/suite.js';

/** Everything that is measured; how often, how long, where the file lies and what is made of it do not change that. */
export function suiteHash(suite: Suite): string {
  const { $schema, name, description, rounds, timeoutSeconds, thresholds, ...measured } = suite;
  return hashOf(measured);
}

export function identityOf(
  { versions, suite }: Pick<ResultDocument, 'versions' | 'suite'>,
  { key }: Pick<CaseResult, 'key'>,
  options: OkRound['options'],
  files: readonly { path: string; sha256: string }[],
): Identity {
  const hashes = (wanted: (path: string) => boolean) =>
    hashOf(files.filter(({ path }) => wanted(path)).map(({ sha256 }) => sha256));
  const isGraph = (path: string) => /\.(onnx|gguf)$/.test(path);
  // A graph of real weights may hold them itself.
  const hasData = files.some(({ path }) => isData(path));
  return {
    weights: hashes(hasData ? isData : isGraph),
    graph: hashes(isGraph),
    runtimeVersion: RUNTIMES[key.runtime].version(versions),
    options: Object.entries(options)
      .filter(([name, value]) => !isImplied(name, value, key.runtime))
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
    workload: hashOf([key.workload, suite.content.warmup, suite.content.seed]),
  };
}

/** Stored, but left out of the identity: what was only seen, and defaults, so that results of before they were stored match. */
function isImplied(name: string, value: unknown, runtime: RuntimeName): boolean {
  if (OBSERVED_OPTIONS.includes(name)) return true;
  if ((RUNTIMES[runtime].namedDefaults as readonly string[]).includes(name)) return false;
  return name in DEFAULT_OPTIONS && value === DEFAULT_OPTIONS[name as OptionName];
}

function isData(path: string): boolean {
  return /\.onnx[._]data/.test(path);
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
}
