// How much of the weights is in the page cache before a round, as fincore of util-linux reports it. The parent must not load
// the native library that machine/page-cache.ts needs, and a worker would cost a Node process before each round.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Condition } from '../../contract/condition.js';

type Residency = NonNullable<Condition['residency']>;

/** Returns the reason as a sentence where it cannot be known. */
export function readResidency(graph: string): Residency | string {
  const files = weightFiles(graph);
  if (files.length === 0) return 'the files of the weights are not there';
  // Since Linux 5.2 the kernel reports every page as resident to a user who may not write the file.
  if (!files.every(isWritable)) return 'the kernel does not report it for files that this user may not write';
  const parameters = ['--bytes', '--noheadings', '--raw', '--output', 'RES,SIZE', ...files];
  const { stdout, status, error } = spawnSync('fincore', parameters, { encoding: 'utf8', timeout: 10_000 });
  if (error !== undefined) return 'fincore of util-linux is not installed';
  return (status === 0 ? parseFincore(stdout) : null) ?? 'fincore gave no answer';
}

/** The graph and the data files named after it: model_q4.onnx, model_q4.onnx_data, model_q4.onnx_data_1. */
function weightFiles(graph: string): string[] {
  try {
    const names = readdirSync(dirname(graph)).filter((name) => name.startsWith(basename(graph)));
    const files = names.map((name) => realpathSync(join(dirname(graph), name)));
    return files.filter((file) => statSync(file).isFile());
  } catch {
    return [];
  }
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

export function parseFincore(text: string): Residency | null {
  const rows = [...text.matchAll(/^\s*(\d+)\s+(\d+)\s*$/gm)];
  if (rows.length === 0) return null;
  const files = rows.map(([, resident, size]) => ({ resident: Number(resident), size: Number(size) }));
  return {
    // fincore counts whole pages.
    residentBytes: files.reduce((sum, { resident, size }) => sum + Math.min(resident, size), 0),
    bytes: files.reduce((sum, { size }) => sum + size, 0),
  };
}
