// Workers that load the library of an onnxruntime-node in another folder: the other side of `run --vs onnxruntime=…`.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readJson } from '../contract/json-file.js';
import { RUNTIMES } from '../contract/runtimes.js';
import { problem } from '../errors.js';
import { probeProvider } from './ask.js';
import type { Executor } from './executor.js';
import { localExecutor } from './local-executor.js';
import type { OrtPackage } from './runtimes/ort/shipped-library.js';

const PACKAGE = RUNTIMES.onnxruntime.package;

/** `folder` is the package, or has it in its node_modules. Throws where its library cannot run a session. */
export async function otherOnnxRuntime(folder: string): Promise<Executor> {
  const fail = (
    reason: string,
    expected = `a folder made by \`npm install --prefix <folder> --ignore-scripts ${PACKAGE}@<version>\`, 1.20 or later`,
  ) => problem('input-invalid', { what: `--vs onnxruntime=${folder}: ${reason}`, expected });
  const found = [resolve(folder), resolve(folder, 'node_modules', PACKAGE)].map(packageAt).find((one) => one !== null);
  if (found == null) throw fail(`${PACKAGE} is not installed there`);
  const { failure } = await probeProvider('cpu', { ortPackage: found });
  if (failure !== null) throw fail(`${PACKAGE} ${found.version} cannot be used: ${failure.message}`);
  const executor = localExecutor({ ortPackage: found });
  return {
    ...executor,
    requireReady(keys) {
      const other = keys.find(({ runtime }) => !RUNTIMES[runtime].takesOtherLibrary)?.runtime;
      if (other !== undefined) throw fail(`${other} loads its own engine, not this library`, '--runtime onnxruntime');
      executor.requireReady(keys);
    },
  };
}

function packageAt(root: string): OrtPackage | null {
  const path = join(root, 'package.json');
  if (!existsSync(path)) return null;
  const { name, version } = readJson(path) as { name?: unknown; version?: unknown };
  return name === PACKAGE && typeof version === 'string' ? { root, version } : null;
}
