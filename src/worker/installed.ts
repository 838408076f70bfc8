// Which runtimes are installed here, and their versions, from package files. Loads no library.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Versions } from '../contract/runtimes.js';
import type { MissingRuntime } from './executor.js';
import { findLlamaCpp, installCommand } from './runtimes/llama-cpp-package.js';

export function runtimeVersions(): Versions {
  return {
    node: process.versions.node,
    v8: process.versions.v8,
    onnxruntime: packageVersion(packageRoot('onnxruntime-node')),
    'transformers.js': packageVersion(packageRoot('@huggingface/transformers')),
    'llama.cpp': findLlamaCpp()?.version ?? null,
  };
}

/** Optional runtimes that are not installed, each with the command that installs it. */
export function missingRuntimes(): MissingRuntime[] {
  return findLlamaCpp() === null ? [{ runtime: 'llama.cpp', command: installCommand() }] : [];
}

function packageRoot(name: string): string {
  let at = dirname(fileURLToPath(import.meta.resolve(name)));
  while (!existsSync(join(at, 'package.json'))) at = dirname(at);
  return at;
}

function packageVersion(root: string): string {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version?: string };
  if (version !== undefined) return version;
  return packageVersion(dirname(root));
}
