// The runtime `onnxruntime`: our own greedy decode loop on onnxruntime-node.
// Everything about the graph (inputs, KV layout, whether the cache may be shared) is read from the graph itself.
import type { InferenceSession } from 'onnxruntime-common';
import { problem } from '../../errors.js';
import { type Decoder, decoderOf } from '../../onnx/decoder.js';
import { readModel } from '../../onnx/read.js';
import { argmax } from './argmax.js';
import { createKvCache, type KvCache } from './kv-cache.js';
import type { Generation, Runtime } from './runtime.js';

/** A prompt runs in chunks of this many tokens: activations stay in cache, and memory does not grow with the prompt. */
const PREFILL_CHUNK_TOKENS = 128;

export interface OnnxRuntimeOptions {
  graph: string;
  threads: number;
  ep: string;
  /** Positions that the KV cache must hold: depth + prompt + new tokens. */
  capacity: number;
  /** Tests compare both modes; by default the graph decides. */
  kv?: 'shared' | 'passed';
  prefillChunkTokens?: number;
}

export interface OnnxRuntime extends Runtime {
  decoder: Decoder;
  /** One forward pass over `ids` at the present length; returns the logits that the graph gives, all rows. */
  forward(ids: BigInt64Array): Promise<Float32Array | Uint16Array>;
  /** One forward pass that leaves the state as it was: the same step can be run again and again. */
  repeatableStep(id: bigint): Promise<void>;
}

export async function openOnnxRuntime(options: OnnxRuntimeOptions): Promise<OnnxRuntime> {
  const decoder = decoderOf(readModel(options.graph));
  if (typeof decoder === 'string') throw problem('decoder-unsupported', { path: options.graph, reason: decoder });
  const started = performance.now();
  const ort = await loadLibrary();
  const loaded = performance.now();
  const session = await createSession(ort, options);
  const created = performance.now();

  const shared = options.kv === undefined ? decoder.shareableKv : options.kv === 'shared';
  const chunkTokens = options.prefillChunkTokens ?? PREFILL_CHUNK_TOKENS;
  const cache = createKvCache(ort.Tensor, decoder, shared, options.capacity);
  const outputsWithLogits = { logits: null, ...cache.fetches };
  const loop = createLoop(ort, session, decoder, cache, options.capacity);
  let depth = 0;

  /** Runs ids in chunks; the head's output is fetched for the last chunk only. Returns the last logits. */
  const prefill = async (ids: BigInt64Array) => {
    for (let start = 0; start < ids.length - chunkTokens; start += chunkTokens) {
      await loop.run(ids.subarray(start, start + chunkTokens), cache.fetches);
    }
    const rest = ids.length % chunkTokens || Math.min(chunkTokens, ids.length);
    return loop.run(ids.subarray(ids.length - rest), outputsWithLogits);
  };

  return {
    decoder,
    options: {
      intraOpThreads: options.threads,
      interOpThreads: 1,
      kv: shared ? 'shared' : 'passed',
      prefillChunkTokens: chunkTokens,
      graphOptimization: 'all',
      malloc: process.env.GLIBC_TUNABLES ?? null,
    },
    loadMs: { library: loaded - started, session: created - loaded },
    async fillDepth(tokens) {
      await prefill(tokens);
      cache.mark();
      depth = tokens.length;
    },
    async generate(prompt, count, onFirstToken): Promise<Generation> {
      loop.rewind(depth);
      const tokenMs = new Float64Array(count);
      const tokens = new Int32Array(count);
      // What ran before (depth, single steps) is not this generation's time.
      loop.takeSessionMs();
      const start = performance.now();
      tokens[0] = choose(await prefill(prompt), decoder);
      tokenMs[0] = performance.now() - start;
      const prefillMs = loop.takeSessionMs();
      onFirstToken();
      for (let i = 1; i < count; i++) {
        tokens[i] = choose(await loop.run(BigInt64Array.of(BigInt(tokens[i - 1]!)), outputsWithLogits), decoder);
        tokenMs[i] = performance.now() - start;
      }
      return { tokenMs, tokens, sessionMs: { prefill: prefillMs, decode: loop.takeSessionMs() } };
    },
    forward: async (ids) => (await loop.run(ids, outputsWithLogits))!,
    async repeatableStep(id) {
      const length = loop.length();
      await loop.run(BigInt64Array.of(id), outputsWithLogits);
      loop.rewind(length);
    },
  };
}

type Ort = typeof import('onnxruntime-node');

async function loadLibrary(): Promise<Ort> {
  // Before the library's first import: it would report to its makers, and a benchmark does not phone home.
  process.env.ORT_DISABLE_TELEMETRY = '1';
  try {
    return await import('onnxruntime-node');
  } catch (error) {
    throw problem('runtime-missing', { runtime: 'onnxruntime-node', reason: String(error) }, error);
  }
}

async function createSession(ort: Ort, options: OnnxRuntimeOptions): Promise<InferenceSession> {
  try {
    return await ort.InferenceSession.create(options.graph, {
      executionProviders: [options.ep],
      intraOpNumThreads: options.threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
    });
  } catch (error) {
    throw problem('runtime-failed', { runtime: 'onnxruntime', reason: (error as Error).message }, error);
  }
}

function createLoop(ort: Ort, session: InferenceSession, decoder: Decoder, cache: KvCache, capacity: number) {
  const ones = new BigInt64Array(capacity).fill(1n);
  const positions = BigInt64Array.from({ length: capacity }, (_, i) => BigInt(i));
  const keepLast = new ort.Tensor('int64', BigInt64Array.of(1n), []);
  let length = 0;
  let sessionMs = 0;
  return {
    length: () => length,
    rewind(to: number) {
      length = to;
      cache.rewind();
    },
    takeSessionMs() {
      const taken = sessionMs;
      sessionMs = 0;
      return taken;
    },
    /** Feeds `ids` behind the present length; returns the logits if they are fetched. */
    async run(ids: BigInt64Array, fetches: InferenceSession.OnnxValueMapType | Record<string, unknown>) {
      const total = length + ids.length;
      const feeds: Record<string, unknown> = {
        ...cache.feeds,
        input_ids: new ort.Tensor('int64', ids, [1, ids.length]),
        attention_mask: new ort.Tensor('int64', ones.subarray(0, total), [1, total]),
      };
      if (decoder.positionIds) {
        feeds.position_ids = new ort.Tensor('int64', positions.subarray(length, total), [1, ids.length]);
      }
      if (decoder.numLogitsToKeep) feeds.num_logits_to_keep = keepLast;
      const start = performance.now();
      const outputs = await session.run(feeds as InferenceSession.FeedsType, fetches as InferenceSession.FetchesType);
      sessionMs += performance.now() - start;
      cache.advance(outputs);
      length = total;
      return outputs.logits?.data as Float32Array | Uint16Array | undefined;
    },
  };
}

/** float16 comes as bits: a NaN has all bits of the exponent set, and more. */
function isNaNAt(logits: Float32Array | Uint16Array, at: number): boolean {
  return logits instanceof Uint16Array ? (logits[at]! & 0x7fff) > 0x7c00 : Number.isNaN(logits[at]);
}

/** The greedy token of the last position. */
function choose(logits: Float32Array | Uint16Array | undefined, decoder: Decoder): number {
  if (logits === undefined) throw problem('runtime-failed', { runtime: 'onnxruntime', reason: 'no logits came back' });
  const first = logits.length - (decoder.vocabSize ?? logits.length);
  const token = argmax(logits, first, logits.length);
  if (isNaNAt(logits, first + token))
    throw problem('runtime-failed', { runtime: 'onnxruntime', reason: 'the logits are not numbers' });
  return token;
}
