// The executor of this machine: every round and every question in a Node process of its own.
import type { CaseKey } from '../contract/case-key.js';
import { problem } from '../errors.js';
import { attemptLimits } from '../machine/limits/attempt.js';
import { askCeilings, askEviction, askFidelity, askParity, askPlacement, probeProvider } from './ask.js';
import type { Executor } from './executor.js';
import { missingRuntimes, runtimeVersions } from './installed.js';
import { runRound } from './parent.js';
import { unknownConfigKeys } from './runtimes/ort/shipped-library.js';

export interface LocalOptions {
  /** Another entry script of the worker that runs rounds. */
  entry?: string;
}

export function localExecutor({ entry }: LocalOptions = {}): Executor {
  return {
    versions: runtimeVersions,
    missing: missingRuntimes,
    requireReady,
    tryLimits: attemptLimits,
    round: (job, options) => runRound(job, { ...options, ...(entry !== undefined && { entry }) }),
    probe: probeProvider,
    placement: askPlacement,
    kernelRates: askCeilings,
    async storageRate(path, options) {
      const [ceiling] = await askCeilings({ path }, options);
      return ceiling!;
    },
    promptAnswer: askParity,
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
