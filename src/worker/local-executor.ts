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
import { unknownConfigKeys } from './runtimes/ort/shipped-library.js';

/** `entry` is another entry script of the worker that runs rounds. */
export function localExecutor({ entry }: { entry?: string } = {}): Executor {
  return {
    versions: runtimeVersions,
    missing: missingRuntimes,
    requireReady,
    tryLimits: attemptLimits,
    round: (job, options) => runRound(job, { ...options, entry: entry ?? options.entry }),
    probe: probeProvider,
    placement: askPlacement,
    kernelRates: askKernelRates,
    storageRate: askStorageRate,
    promptAnswer: askPrompt,
    evict: askEviction,
    fidelity: askFidelity,
  };
}

function requireReady(keys: readonly CaseKey[]): void {
  const missing = missingRuntimes().find(({ runtime }) => keys.some((key) => key.runtime === runtime));
  if (missing !== undefined) throw problem('runtime-not-installed', { ...missing });
  const config = new Set(keys.flatMap(({ options }) => Object.keys(options?.config ?? {})));
  const unknown = unknownConfigKeys([...config]);
  if (unknown.length === 0) return;
  throw problem('input-invalid', {
    what: `onnxruntime ${runtimeVersions().onnxruntime} has no config key ${unknown.join(', ')}; it would ignore it`,
    expected: 'a key of its onnxruntime_session_options_config_keys.h, such as session.dynamic_block_base',
  });
}
