// The runtime `onnxruntime`: our own greedy decode loop on the library of onnxruntime-node, through its C API. Everything about
// the graph (inputs, KV layout, whether the cache may be shared) is read from the graph itself.
import { problem } from '../../errors.js';
import type { Decoder } from '../../formats/onnx/decoder-interface.js';
import { hugePages } from '../../machine/own-memory.js';
import { argmax } from './ort/argmax.js';
import { createLoop } from './ort/decode-loop.js';
import { createInt8Cache } from './ort/int8-cache.js';
import { loadOrtLibrary } from './ort/library.js';
import { createLogitsHash } from './ort/logits-hash.js';
import { openSessions, type SessionsOptions } from './ort/open-sessions.js';
import type { Generation, Logits, LogitsRuntime, OpenOptions } from './runtime.js';

/** A prompt runs in chunks of this many tokens, so that activations stay in cache and memory does not grow with the prompt. */
const PREFILL_CHUNK_TOKENS = 128;
/** The chunk for a prefill graph, whose products take a third of the time (docs/runtimes.md). */
const PREFILL_GRAPH_CHUNK_TOKENS = 256;
/** Stored with the options where chunks are shorter for this reason. */
const WRONG_ATTENTION = 'attention over longer passes is wrong on this provider';

export interface OnnxRuntimeOptions extends SessionsOptions, Pick<OpenOptions, 'capacity' | 'longestPass'> {
  prefillChunkTokens?: number;
  /** Asks for the logits of every position, even where the graph could leave some out. */
  allLogits?: boolean;
}

export interface OnnxRuntime extends LogitsRuntime {
  decoder: Decoder;
  /** Reads `ids` like a prompt, in chunks and by the prefill graph where there is one, without logits. */
  feed(ids: BigInt64Array): void;
  repeatableStep(id: bigint): void;
}

export { openOnnxRuntime as open };

export async function openOnnxRuntime(options: OnnxRuntimeOptions): Promise<OnnxRuntime> {
  const started = performance.now();
  const library = loadOrtLibrary();
  const loaded = performance.now();
  const { session, prefillSession, decoder, shared, kvDtype, graphMs } = openSessions(library, options);
  const { capacity, allLogits = false, longestPass = Number.POSITIVE_INFINITY } = options;
  const chunk =
    options.prefillChunkTokens ?? (prefillSession === null ? PREFILL_CHUNK_TOKENS : PREFILL_GRAPH_CHUNK_TOKENS);
  const chunkTokens = Math.min(chunk, longestPass);
  const int8 = kvDtype === 'int8' ? createInt8Cache(session, decoder, capacity) : null;
  const loop = createLoop({ session, prefillSession, decoder, shared, int8, capacity, allLogits });
  const ready = performance.now();
  let depth = 0;

  const feed = (ids: BigInt64Array) => {
    for (let start = 0; start < ids.length; start += chunkTokens) loop.run(ids.subarray(start, start + chunkTokens));
  };
  /** Runs ids in chunks and returns the token that follows them. */
  const prefill = (ids: BigInt64Array, read: (logits: Logits) => number): number => {
    const last = prefillSession === null ? ids.length % chunkTokens || Math.min(chunkTokens, ids.length) : 1;
    feed(ids.subarray(0, ids.length - last));
    return loop.run(ids.subarray(ids.length - last), read);
  };

  return {
    decoder,
    logitsWidth: decoder.vocabSize,
    options: {
      intraOpThreads: session.threads.made ?? options.threads,
      interOpThreads: 1,
      kv: shared ? 'shared' : 'passed',
      kvDtype,
      prefillChunkTokens: chunkTokens,
      ...(chunkTokens === chunk ? {} : { prefillChunkReason: WRONG_ATTENTION }),
      ...(prefillSession === null ? {} : { prefillGraph: true }),
      ...session.options,
      ...hugePages(options.options?.hugePages),
      threadsMethod: session.threads.method,
      ...(session.deviceMemory === null ? {} : { kvMemory: session.deviceMemory }),
    },
    loadMs: { library: loaded - started, session: ready - loaded - graphMs, graph: graphMs },
    async fillDepth(tokens) {
      feed(tokens);
      loop.mark();
      depth = tokens.length;
    },
    async generate(prompt, count, onFirstToken, see): Promise<Generation> {
      loop.rewind(depth);
      const hash = createLogitsHash();
      const next = (logits: Logits) => {
        const row = logits.subarray(logits.length - (decoder.vocabSize ?? logits.length));
        const token = choose(row);
        hash.add(row, token);
        see?.(row);
        return token;
      };
      const tokenMs = new Float64Array(count);
      const tokens = new Int32Array(count);
      // Resets the time of what ran before (depth, single steps).
      loop.takeSessionMs();
      const start = performance.now();
      tokens[0] = prefill(prompt, next);
      tokenMs[0] = performance.now() - start;
      const prefillMs = loop.takeSessionMs();
      onFirstToken();
      for (let i = 1; i < count; i++) {
        tokens[i] = loop.run(BigInt64Array.of(BigInt(tokens[i - 1]!)), next);
        tokenMs[i] = performance.now() - start;
      }
      const sessionMs = { prefill: prefillMs, decode: loop.takeSessionMs() };
      return { tokenMs, tokens, sessionMs, positions: loop.length(), logitsHash: hash.text() };
    },
    feed,
    read: (ids) => loop.run(ids),
    forward(ids) {
      const passes: Logits[] = [];
      for (let start = 0; start < ids.length; start += longestPass)
        passes.push(loop.run(ids.subarray(start, start + longestPass), (logits) => logits.slice()));
      return joined(passes);
    },
    rewind: () => loop.rewind(depth),
    endProfiling: () =>
      [session, ...(prefillSession === null ? [] : [prefillSession])].map((one) => one.endProfiling()),
    repeatableStep(id) {
      const length = loop.length();
      loop.run(BigInt64Array.of(id), () => {});
      loop.rewind(length);
    },
  };
}

/** float16 comes as bits; a NaN has all bits of the exponent set and some of the fraction. */
function isNaNAt(logits: Logits, at: number): boolean {
  return logits instanceof Uint16Array ? (logits[at]! & 0x7fff) > 0x7c00 : Number.isNaN(logits[at]);
}

function joined(passes: Logits[]): Logits {
  const [first, ...others] = passes as [Logits, ...Logits[]];
  if (others.length === 0) return first;
  const all = new (first.constructor as new (length: number) => Logits)(
    passes.reduce((sum, { length }) => sum + length, 0),
  );
  let end = 0;
  for (const logits of passes) {
    all.set(logits, end);
    end += logits.length;
  }
  return all;
}

/** The greedy token of one position. */
function choose(row: Logits): number {
  const token = argmax(row, 0, row.length);
  if (isNaNAt(row, token))
    throw problem('runtime-failed', { runtime: 'onnxruntime', reason: 'the logits are not numbers' });
  return token;
}
