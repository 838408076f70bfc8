// The external data of a graph: where tensors are placed, and the check that each lies in a regular file beside the
// .onnx.
import { lstatSync, realpathSync, type Stats } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { problem, reasonOf } from '../../errors.js';
import type { OnnxModel } from './model.js';

/** ONNX Runtime maps external tensors into memory where they begin on a page. */
const PAGE_BYTES = 4096;

/** The first page boundary at or behind `end`, where the next tensor of a data file is placed. */
export function nextPage(end: number): number {
  return Math.ceil(end / PAGE_BYTES) * PAGE_BYTES;
}

/**
 * The names of the data files, which lie beside the graph at `path`. Throws external-data-invalid for a tensor that is
 * elsewhere or passes the end of its file.
 */
export function externalFiles(path: string, model: OnnxModel, { mayBeMissing = false } = {}): string[] {
  const sizes = new Map<string, number>();
  for (const { name, data } of model.initializers) {
    if (data.kind !== 'external') continue;
    const fail = (reason: string) => problem('external-data-invalid', { path, tensor: name.slice(0, 200), reason });
    const location = data.location.replace(/^\.\//, '');
    if (!/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(location) || location === basename(path)) {
      throw fail(
        `its location ${JSON.stringify(data.location.slice(0, 200))} is not the name of a file beside the graph`,
      );
    }
    const size = sizes.get(location) ?? plainSize(join(dirname(path), location), fail);
    if (size === null) {
      if (mayBeMissing) continue;
      throw fail(`${location} is missing`);
    }
    sizes.set(location, size);
    if (data.offset + data.bytes > size) {
      throw fail(`bytes ${data.offset} to ${data.offset + data.bytes} of ${location}, which has ${size}`);
    }
  }
  return [...sizes.keys()];
}

/** null where there is no such file. */
function plainSize(path: string, fail: (reason: string) => Error): number | null {
  const found = linkOrFile(path, fail);
  if (found === undefined) return null;
  if (found.isSymbolicLink()) {
    throw fail(`${basename(path)} is a link, which ONNX Runtime refuses; copy the real file (cp -L) beside the graph`);
  }
  if (!found.isFile()) throw fail(`${realpathSync(path)} is not a file`);
  return found.size;
}

function linkOrFile(path: string, fail: (reason: string) => Error): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw fail(reasonOf(error));
  }
}
