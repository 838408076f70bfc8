// Asks for a prefill graph (onnx/prefill-graph.ts), where the checkpoint can have one. It is derived when the draft is
// written.
import { decoderOf } from '../decoder-interface.js';
import { prefillGraph } from '../prefill-graph.js';
import type { Draft, Outcome } from './draft.js';

export function addPrefillGraph(draft: Draft): Outcome {
  const decoder = decoderOf(draft.model);
  if (typeof decoder === 'string' || !decoder.shareableKv)
    return { skipped: 'the KV cache is not shared in place, so two graphs cannot fill it' };
  const made = prefillGraph(draft.model, 'data', 0);
  if (made === null) return { skipped: 'no MatMulNBits has float32 scales without zero points' };
  const products = made.derived.filter(({ type }) => type === 'int8').length;
  return { draft: { ...draft, prefillGraph: true }, did: `a graph for prompts, ${products} products in int8` };
}
