// The executor of this machine: every round and every question in a Node process of its own.
import type { CaseKey } from '../contract/case-key.js';
import { problem } from '../errors.js';
import { attemptLimits } from '../machine/limits/attempt.js';
import {
  askEviction,
  askFidelity,
  askKernelRates,
  askPlacement,
  askPrompt,
  askStorageRate,
  probeProvider,
} from './ask.js';
import type { Executor } from './executor.js';
import { missingRuntimes, runtimeVersions } from './installed.js';
import { runRound } from './parent.js';
import { type OrtPackage, ortLibraryPath, unknownConfigKeys } from './runtimes/ort/shipped-library.js';

interface LocalOptions {
  /** Another entry script of the worker that runs rounds. */
  entry?: string;
  /** What workers load instead of the onnxruntime-node beside edgeproof. */
  ortPackage?: OrtPackage;
}

export function localExecutor({ entry, ortPackage }: LocalOptions = {}): Executor {
  const versions = () => {
    const own = runtimeVersions();
    return ortPackage === undefined ? own : { ...own, onnxruntime: ortPackage.version };
  };
  return {
    versions,
    missing: missingRuntimes,
    requireReady: (keys) => requireReady(keys, versions().onnxruntime, ortPackage),
    tryLimits: attemptLimits,
    round: (job, options) => runRound(job, { ...options, ortPackage, entry: entry ?? options.entry }),
    probe: (ep) => probeProvider(ep, { ortPackage }),
    placement: (question, options) => askPlacement(question, { ...options, ortPackage }),
    kernelRates: (question, options) => askKernelRates(question, { ...options, ortPackage }),
    storageRate: askStorageRate,
    promptAnswer: (question, options) => askPrompt(question, { ...options, ortPackage }),
    evict: askEviction,
    fidelity: (task, graphs, options) => askFidelity(task, graphs, { ...options, ortPackage }),
  };
}

function requireReady(keys: readonly CaseKey[], version: string | null, ortPackage: OrtPackage | undefined): void {
  const missing = missingRuntimes().find(({ runtime }) => keys.some((key) => key.runtime === runtime));
  if (missing !== undefined) throw problem('runtime-not-installed', { ...missing });
  const config = new Set(keys.flatMap(({ options }) => Object.keys(options?.config ?? {})));
  const unknown = unknownConfigKeys([...config], ortLibraryPath(ortPackage?.root));
  if (unknown.length === 0) return;
  throw problem('input-invalid', {
    what: `onnxruntime ${version} has no config key ${unknown.join(', ')}; it would ignore it`,
    expected: 'a key of its onnxruntime_session_options_config_keys.h, such as session.dynamic_block_base',
  });
}
