// The workers of another installation of edgeproof, with the runtimes that lie beside it: the baseline of `regress --confirm` and of `run --vs`.
// It also answers the prompt that shows whether both compute the same. Checkpoints, other questions and memory readings stay
// with this one, so that only what runs the model differs.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readJson } from '../contract/json-file.js';
import type { ResultDocument } from '../contract/result.js';
import { isForeign } from '../contract/runtimes.js';
import { problem, reasonOf } from '../errors.js';
import { askPrompt } from './ask.js';
import type { Executor } from './executor.js';
import { localExecutor } from './local-executor.js';
import { PROTOCOL_VERSION } from './protocol.js';

export interface Installation {
  executor: Executor;
  tool: ResultDocument['tool'];
}

/** The modules that are asked; older installations may lack what was added later. */
interface Modules {
  protocol: { PROTOCOL_VERSION?: number };
  installed: { runtimeVersions: Executor['versions'] };
  provenance: { describeTool: () => ResultDocument['tool'] };
}

/**
 * `folder` is an installed package, a built checkout, or a folder with edgeproof in its node_modules; `option` is what named
 * it, for messages.
 */
export async function otherInstallation(
  folder: string,
  option = `--baseline-install ${folder}`,
): Promise<Installation> {
  const root = [resolve(folder), resolve(folder, 'node_modules/edgeproof')].find(isEdgeproof);
  const fail = (reason: string) =>
    problem('input-invalid', {
      what: `${option}: ${reason}`,
      expected:
        'a folder made by `npm install --prefix <folder> edgeproof@<version>`, or a built checkout of edgeproof',
    });
  if (root === undefined) throw fail('edgeproof is not installed there');
  const entry = join(root, 'dist/worker/child.js');
  if (!existsSync(entry)) throw fail('it is not built (dist/worker/child.js is missing)');
  const { protocol, installed, provenance } = await modulesOf(root).catch((error: unknown) => {
    throw fail(`its modules cannot be loaded: ${reasonOf(error)}`);
  });
  const spoken = protocol.PROTOCOL_VERSION ?? 1;
  if (spoken !== PROTOCOL_VERSION)
    throw fail(`its workers speak protocol ${spoken}, this edgeproof speaks ${PROTOCOL_VERSION}`);
  const versions = installed.runtimeVersions();
  const executor: Executor = {
    ...localExecutor({ entry }),
    promptAnswer: (question, options) =>
      askPrompt(question, { ...options, entry: join(root, 'dist/worker/answer.js') }),
    versions: () => versions,
    requireReady(keys) {
      const missing = keys.find(({ runtime }) => isForeign(runtime) || versions[runtime] == null)?.runtime;
      if (missing !== undefined) throw fail(`the runtime ${missing} is not installed there`);
    },
  };
  return { executor, tool: provenance.describeTool() };
}

function isEdgeproof(root: string): boolean {
  const path = join(root, 'package.json');
  return existsSync(path) && (readJson(path) as { name?: string } | null)?.name === 'edgeproof';
}

async function modulesOf(root: string): Promise<Modules> {
  const load = (path: string) => import(pathToFileURL(join(root, 'dist', path)).href);
  const [protocol, installed, provenance] = await Promise.all(
    ['worker/protocol.js', 'worker/installed.js', 'run/provenance.js'].map(load),
  );
  return { protocol, installed, provenance };
}
