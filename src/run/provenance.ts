// Which edgeproof and which libraries made a result: versions from package files, commit from git. Loads no library.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ResultDocument } from '../contract/result.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export function describeTool(): ResultDocument['tool'] {
  const status = git('status', '--porcelain', '--untracked-files=no');
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  return { version, commit: git('rev-parse', 'HEAD'), dirty: status === null ? null : status !== '' };
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
