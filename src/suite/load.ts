// Finds a suite by name or path.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readJsonFile } from '../contract/json-file.js';
import { type Suite, suiteSchema } from '../contract/suite.js';
import { problem } from '../errors.js';

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
