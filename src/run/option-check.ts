// Session config keys that ONNX Runtime does not have are refused before anything is written.

import type { ResultDocument } from '../contract/result.js';
import { problem } from '../errors.js';
import { unknownConfigKeys } from '../worker/runtimes/ort/shipped-library.js';

export function requireConfigKeys({ cases, versions }: ResultDocument): void {
  const keys = new Set(cases.flatMap(({ key }) => Object.keys(key.options?.config ?? {})));
  const unknown = unknownConfigKeys([...keys]);
  if (unknown.length === 0) return;
  throw problem('input-invalid', {
    what: `onnxruntime ${versions.onnxruntime} has no config key ${unknown.join(', ')}; it would ignore it`,
    expected: 'a key of its onnxruntime_session_options_config_keys.h, such as session.dynamic_block_base',
  });
}
