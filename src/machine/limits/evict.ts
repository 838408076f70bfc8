// Puts the files that a worker will read out of the page cache: memory is charged to the group that reads a page first,
// and a checkpoint that was verified a moment ago is already in the cache, at no cost to the worker.
import { spawnSync } from 'node:child_process';
import { closeSync, fdatasyncSync, openSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Bytes of the graph's folder that stay in the cache; null where util-linux's fincore cannot tell. */
export function evictFolderOf(graph: string): number | null {
  const files = filesIn(dirname(graph));
  for (const file of files) {
    writeBack(file);
    // A copy of nothing that tells the kernel to forget the whole file (coreutils).
    spawnSync('dd', [`if=${file}`, 'iflag=nocache', 'count=0', 'status=none'], { stdio: 'ignore' });
  }
  return residentBytes(files);
}

function filesIn(directory: string): string[] {
  try {
    const entries = readdirSync(directory, { withFileTypes: true });
    return entries.filter((entry) => !entry.isDirectory()).map((entry) => join(directory, entry.name));
  } catch {
    return [];
  }
}

/** The kernel does not forget what it has not written yet. */
function writeBack(file: string): void {
  try {
    const fd = openSync(file, 'r');
    fdatasyncSync(fd);
    closeSync(fd);
  } catch {
    // What cannot be written back stays resident, and is counted below.
  }
}

function residentBytes(files: string[]): number | null {
  if (files.length === 0) return 0;
  const parameters = ['--bytes', '--noheadings', '--raw', '--output', 'RES', ...files];
  const { stdout, status, error } = spawnSync('fincore', parameters, { encoding: 'utf8' });
  if (error !== undefined || status !== 0) return null;
  return stdout.split('\n').reduce((sum, line) => sum + Number(line), 0);
}
