// Which edgeproof made a result: its version, and its commit where it runs from a git checkout.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ResultDocument } from '../contract/result.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

function toolVersion(): string {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  return version;
}

export function describeTool(): ResultDocument['tool'] {
  const status = git('status', '--porcelain', '--untracked-files=no');
  return { version: toolVersion(), commit: git('rev-parse', 'HEAD'), dirty: status === null ? null : status !== '' };
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
