// The runtime `llama.cpp`, through the native module of node-llama-cpp: greedy decoding of given token ids, set up like
// llama-bench. The JavaScript classes of the package are not used, because they read the vocabulary again and queue each token.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { problem, reasonOf } from '../../errors.js';
import { findPackage, installCommand } from '../installed.js';
import type { AddonContext, AddonSampler, Bindings, Library } from './llama-cpp/addon.js';
import type { Generation, OpenOptions, Runtime } from './runtime.js';

/** llama-bench's n_ubatch. Batches are as large here, so that longer prompts are cut at the same places. */
const BATCH_TOKENS = 512;
const SEQUENCE = 0;
const NO_LOGITS = new Uint32Array(0);

type LlamaCppOptions = Pick<OpenOptions, 'graph' | 'threads' | 'capacity'>;

export interface LlamaCppRuntime extends Runtime {
  /** The logits after `ids` on an empty cache; they prove that the file is computed correctly. */
  logits(ids: BigInt64Array): Promise<Float64Array>;
}

export async function open(options: LlamaCppOptions): Promise<LlamaCppRuntime> {
  const started = performance.now();
  const heard: string[] = [];
  const bindings = await loadBindings((message) => heard.push(message));
  const loaded = performance.now();
  const { model, context } = await openContext(bindings, options).catch((error: unknown) => {
    const reason = [reasonOf(error), ...heard].join('; ').trim();
    throw problem('runtime-failed', { runtime: 'llama.cpp', reason }, error);
  });
  const sampler = new bindings.AddonSampler(model);
  sampler.applyConfig({ temperature: 0 });
  const loop = createLoop(context, sampler);
  const created = performance.now();
  let depth = new Uint32Array(0);

  /** Forgets everything after the depth. A sliding window that has lost part of the depth is filled again. */
  const rewind = async () => {
    if (depth.length > 0) {
      const kept = context.removeTokenCellsFromSequence(SEQUENCE, depth.length, -1);
      if (kept && context.getSequenceKvCacheMinPosition(SEQUENCE) === 0) return;
    }
    context.disposeSequence(SEQUENCE);
    await loop.feed(depth, 0);
  };
  return {
    options: {
      intraOpThreads: context.getThreads(),
      kv: 'float16',
      batchTokens: BATCH_TOKENS,
      flashAttention: 'auto',
      gpuLayers: 0,
      uvThreads: process.env.UV_THREADPOOL_SIZE ?? null,
      threadsMethod: 'as llama.cpp says: it starts threads when it first computes',
    },
    loadMs: { library: loaded - started, session: created - loaded },
    async fillDepth(tokens) {
      depth = idsOf(tokens);
      await loop.feed(depth, 0);
    },
    async generate(prompt, count, onFirstToken): Promise<Generation> {
      await rewind();
      const ids = idsOf(prompt);
      const tokenMs = new Float64Array(count);
      const tokens = new Int32Array(count);
      // Resets the time of what ran before (depth).
      loop.takeSessionMs();
      const start = performance.now();
      tokens[0] = await loop.next(ids, depth.length);
      tokenMs[0] = performance.now() - start;
      const prefill = loop.takeSessionMs();
      onFirstToken();
      for (let i = 1; i < count; i++) {
        tokens[i] = await loop.next(Uint32Array.of(tokens[i - 1]!), depth.length + ids.length + i - 1);
        tokenMs[i] = performance.now() - start;
      }
      const positions = context.getSequenceKvCacheMaxPosition(SEQUENCE) + 1;
      return { tokenMs, tokens, sessionMs: { prefill, decode: loop.takeSessionMs() }, positions };
    },
    async logits(ids) {
      context.disposeSequence(SEQUENCE);
      return loop.logits(idsOf(ids));
    },
  };
}

async function loadBindings(listen: (message: string) => void): Promise<Bindings> {
  const found = findPackage('llama.cpp');
  if (found === null)
    throw problem('runtime-not-installed', { runtime: 'llama.cpp', command: installCommand('llama.cpp') });
  const url = pathToFileURL(join(found.root, 'dist', 'index.js')).href;
  try {
    const library = (await import(url)) as Library;
    const llama = await library.getLlama({
      gpu: false,
      build: 'never',
      logLevel: 'error',
      logger: (_level: string, message: string) => listen(message.trim()),
    });
    return llama._bindings;
  } catch (error) {
    const reason = `node-llama-cpp ${found.version} at ${url}: ${reasonOf(error)}`;
    throw problem('runtime-failed', { runtime: 'llama.cpp', reason }, error);
  }
}

async function openContext(bindings: Bindings, options: LlamaCppOptions) {
  const model = new bindings.AddonModel(options.graph, { gpuLayers: 0, useMmap: true });
  if (!(await model.init())) throw new Error(`${options.graph} cannot be loaded`);
  const context = new bindings.AddonContext(model, {
    contextSize: options.capacity,
    batchSize: BATCH_TOKENS,
    sequences: 1,
    threads: options.threads,
    flashAttention: 'auto',
    swaFullCache: false,
  });
  if (!(await context.init())) throw new Error('no context can be created');
  return { model, context };
}

function createLoop(context: AddonContext, sampler: AddonSampler) {
  let sessionMs = 0;
  /** Runs `ids` from `position` on. If asked for, keeps the logits of the last one and returns their place. */
  const run = async (ids: Uint32Array, position: number, wantsLogits: boolean): Promise<number> => {
    let place = -1;
    for (let from = 0; from < ids.length; from += BATCH_TOKENS) {
      const batch = ids.subarray(from, from + BATCH_TOKENS);
      const last = wantsLogits && from + batch.length === ids.length;
      context.initBatch(batch.length);
      const [index] = context.addToBatch(
        SEQUENCE,
        position + from,
        batch,
        last ? Uint32Array.of(batch.length - 1) : NO_LOGITS,
      );
      const start = performance.now();
      await context.decodeBatch();
      sessionMs += performance.now() - start;
      place = index ?? -1;
    }
    return place;
  };
  return {
    async feed(ids: Uint32Array, position: number): Promise<void> {
      await run(ids, position, false);
    },
    /** The greedy token after `ids`. */
    async next(ids: Uint32Array, position: number): Promise<number> {
      const token = await context.sampleToken(await run(ids, position, true), sampler);
      if (token < 0) throw problem('runtime-failed', { runtime: 'llama.cpp', reason: 'it chose no token' });
      return token;
    },
    async logits(ids: Uint32Array): Promise<Float64Array> {
      const place = await run(ids, 0, true);
      const [, , , pairs] = await context.sampleToken(place, sampler, false, false, true);
      const logits = new Float64Array(pairs.length / 2);
      for (let i = 0; i < pairs.length; i += 2) logits[pairs[i]!] = pairs[i + 1]!;
      return logits;
    },
    takeSessionMs() {
      const taken = sessionMs;
      sessionMs = 0;
      return taken;
    },
  };
}

function idsOf(tokens: BigInt64Array): Uint32Array<ArrayBuffer> {
  return Uint32Array.from(tokens, Number);
}
