// The decode loop of the runtime `onnxruntime`: passes over token ids, one after another, through the graph for tokens or the
// one for prompts, with a KV cache that both share.
import type { Decoder } from '../../../formats/onnx/decoder-interface.js';
import { stepsOf } from '../../../formats/onnx/int8-cache.js';
import type { Logits } from '../runtime.js';
import type { Int8Cache } from './int8-cache.js';
import { createKvCache } from './kv-cache.js';
import type { PrefillSession } from './open-sessions.js';
import type { Session } from './session.js';

interface LoopParts {
  session: Session;
  prefillSession: PrefillSession | null;
  decoder: Decoder;
  shared: boolean;
  /** Set where tokens use an int8 cache and prompts the float32 one. */
  int8: Int8Cache | null;
  capacity: number;
  allLogits: boolean;
}

export function createLoop({ session, prefillSession, decoder, shared, int8, capacity, allLogits }: LoopParts) {
  const own = ['input_ids', 'attention_mask'];
  if (decoder.positionIds) own.push('position_ids');
  if (decoder.numLogitsToKeep) own.push('num_logits_to_keep');
  const entries = decoder.cache.length;
  const pasts = decoder.cache.map(({ past }) => past);
  const presents = decoder.cache.map(({ present }) => present);
  const steps = int8 === null ? [] : decoder.cache.map(stepsOf);
  const call = session.prepare([...pasts, ...own, ...steps], [...presents, 'logits']);
  const cache = int8 ?? createKvCache(session, call, decoder, shared, capacity);
  int8?.putInto(call, entries + own.length);
  const prefillCall = prefillSession?.prepare([...pasts, ...prefillSession.own], presents);
  prefillCall?.inputs.set(int8?.floats ?? call.inputs.subarray(0, entries));
  prefillCall?.outputs.set(int8?.floats ?? call.outputs.subarray(0, entries));
  /** The place of each input of the graph for prompts among those of the decoder. */
  const prefillOwn = prefillSession?.own.map((name) => own.indexOf(name)) ?? [];
  const tokens = new BigInt64Array(capacity);
  const ones = new BigInt64Array(capacity).fill(1n);
  const positions = BigInt64Array.from({ length: capacity }, (_, i) => BigInt(i));
  const keep = session.tensor('int64', BigInt64Array.of(allLogits ? 0n : 1n), []);
  let length = 0;
  let sessionMs = 0;
  // Runs of the same number of tokens share one output for logits, which ONNX Runtime overwrites.
  let logits: Logits | undefined;
  let rows = 0;
  return {
    length: () => length,
    mark: cache.mark,
    rewind(to: number) {
      length = to;
      cache.rewind(to);
    },
    takeSessionMs() {
      const taken = sessionMs;
      sessionMs = 0;
      return taken;
    },
    /** Feeds `ids` at the present length. `read` gets the logits, which the next run may overwrite. */
    run<T = void>(ids: BigInt64Array, read?: (logits: Logits) => T): T {
      const total = length + ids.length;
      tokens.set(ids);
      const step = [session.tensor('int64', tokens, [1, ids.length]), session.tensor('int64', ones, [1, total])];
      if (decoder.positionIds) step.push(session.tensor('int64', positions, [1, ids.length], length));
      call.inputs.set(step, entries);
      if (decoder.numLogitsToKeep) call.inputs[entries + step.length] = keep;
      prefillOwn.forEach((place, i) => {
        prefillCall!.inputs[entries + i] = call.inputs[entries + place]!;
      });
      if (read !== undefined && rows !== ids.length) {
        if (call.outputs[entries] !== 0n) session.release(call.outputs[entries]!);
        call.outputs[entries] = 0n;
      }
      const isPrompt = prefillCall !== undefined && read === undefined && (int8?.holdsFloats(length) ?? true);
      // With nothing read before, the steps of the int8 cache are chosen from these tokens.
      if (int8 !== null && !isPrompt && length === 0) prefillCall!.run();
      cache.prepare(total, isPrompt);
      const start = performance.now();
      if (isPrompt) prefillCall.run();
      else call.run(read === undefined ? entries : undefined);
      sessionMs += performance.now() - start;
      for (const value of step) session.release(value);
      cache.advance();
      length = total;
      if (read === undefined) return undefined as T;
      if (rows !== ids.length) {
        rows = ids.length;
        logits = session.read(decoder.logitsType, call.outputs[entries]!);
      }
      return read(logits!);
    },
  };
}
