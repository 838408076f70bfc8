// The decode loop of the runtime `onnxruntime`: passes over token ids, one after another, through the graph for tokens or the
// one for prompts, with a KV cache that both share.
import type { Decoder } from '../../../formats/onnx/decoder-interface.js';
import { stepsOf } from '../../../formats/onnx/int8-cache.js';
import type { Logits } from '../runtime.js';
import { createFeeder } from './feeder.js';
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
  const feeder = createFeeder(session, decoder, capacity, allLogits);
  const own: string[] = decoder.fed.map(({ name }) => name);
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
      call.inputs.set(feeder.feed(ids, length), entries);
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
      feeder.release();
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
