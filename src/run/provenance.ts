// Which edgeproof and which libraries made a result: versions from package files, commit from git. Loads no library.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ResultDocument } from '../contract/result.js';
import { findLlamaCpp } from '../worker/installed.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

function toolVersion(): string {
  return packageVersion(ROOT);
}

export function describeTool(): ResultDocument['tool'] {
  const status = git('status', '--porcelain', '--untracked-files=no');
  return { version: toolVersion(), commit: git('rev-parse', 'HEAD'), dirty: status === null ? null : status !== '' };
}

export function describeVersions(): ResultDocument['versions'] {
  return {
    node: process.versions.node,
    v8: process.versions.v8,
    onnxruntime: packageVersion(packageRoot('onnxruntime-node')),
    'transformers.js': packageVersion(packageRoot('@huggingface/transformers')),
    'llama.cpp': findLlamaCpp()?.version ?? null,
  };
}

/** null where this is not a git checkout of edgeproof (an installed package inside another repository is not). */
function git(...parameters: string[]): string | null {
  if (!existsSync(join(ROOT, '.git'))) return null;
  try {
    return execFileSync('git', parameters, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return null;
  }
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
