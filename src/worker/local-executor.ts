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
  onnxruntime?: OrtPackage;
}

export function localExecutor({ entry, onnxruntime }: LocalOptions = {}): Executor {
  const versions = () => {
    const own = runtimeVersions();
    return onnxruntime === undefined ? own : { ...own, onnxruntime: onnxruntime.version };
  };
  return {
    versions,
    missing: missingRuntimes,
    requireReady: (keys) => requireReady(keys, versions().onnxruntime, onnxruntime),
    tryLimits: attemptLimits,
    round: (job, options) => runRound(job, { ...options, onnxruntime, entry: entry ?? options.entry }),
    probe: (ep) => probeProvider(ep, { onnxruntime }),
    placement: (question, options) => askPlacement(question, { ...options, onnxruntime }),
    kernelRates: (question, options) => askKernelRates(question, { ...options, onnxruntime }),
    storageRate: askStorageRate,
    promptAnswer: (question, options) => askPrompt(question, { ...options, onnxruntime }),
    evict: askEviction,
    fidelity: (task, graphs, options) => askFidelity(task, graphs, { ...options, onnxruntime }),
  };
}

function requireReady(keys: readonly CaseKey[], version: string | null, onnxruntime: OrtPackage | undefined): void {
  const missing = missingRuntimes().find(({ runtime }) => keys.some((key) => key.runtime === runtime));
  if (missing !== undefined) throw problem('runtime-not-installed', { ...missing });
  const config = new Set(keys.flatMap(({ options }) => Object.keys(options?.config ?? {})));
  const unknown = unknownConfigKeys([...config], ortLibraryPath(onnxruntime?.root));
  if (unknown.length === 0) return;
  throw problem('input-invalid', {
    what: `onnxruntime ${version} has no config key ${unknown.join(', ')}; it would ignore it`,
    expected: 'a key of its onnxruntime_session_options_config_keys.h, such as session.dynamic_block_base',
  });
}
