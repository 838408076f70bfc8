// The runtime `transformers.js`: what a user of the library gets from `generate()`, with fixed lengths. Arrival times are taken
// by a bare streamer, whose first `put` is the prompt.
import { basename } from 'node:path';
import type { PreTrainedModel } from '@huggingface/transformers';
import { DEFAULT_OPTIONS } from '../../contract/options.js';
import { problem } from '../../errors.js';
import { hugePages } from '../../machine/own-memory.js';
import { countThreads } from '../../machine/own-threads.js';
import type { Generation, OpenOptions, Runtime } from './runtime.js';
import { loadLibrary } from './transformers-js/library.js';

type TransformersOptions = Pick<OpenOptions, 'directory' | 'dtype' | 'threads' | 'ep' | 'options'>;

export async function open(options: TransformersOptions): Promise<Runtime> {
  const started = performance.now();
  const library = await loadLibrary(options.directory);
  const loaded = performance.now();
  const { spinning, arena, memoryPattern, graphOptimization, config } = { ...DEFAULT_OPTIONS, ...options.options };
  const sessionOptions = {
    intraOpNumThreads: options.threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3 as const,
    enableCpuMemArena: arena,
    enableMemPattern: memoryPattern,
    graphOptimizationLevel: graphOptimization,
    extra: { 'session.intra_op.allow_spinning': spinning ? '1' : '0', ...config },
  };
  const counted = countThreads('transformers.js', options.ep);
  let model: PreTrainedModel;
  try {
    model = await library.AutoModelForCausalLM.from_pretrained(basename(options.directory), {
      dtype: options.dtype as 'q4',
      device: options.ep as 'cpu',
      local_files_only: true,
      session_options: sessionOptions,
    });
  } catch (error) {
    throw problem('runtime-failed', { runtime: 'transformers.js', reason: (error as Error).message }, error);
  }
  const created = performance.now();
  const threads = counted(options.threads, Object.keys(model.sessions).length);
  const watched = watchSessions(model);
  // A generation disposes of the device tensors that it is given, so a GPU needs a new cache each time.
  const cacheIsSpent = options.ep !== 'cpu';
  let depthTokens = new BigInt64Array(0);
  let depthCache: Record<string, unknown> = {};

  const row = (ids: BigInt64Array) => new library.Tensor('int64', ids, [1, ids.length]);
  const maskOf = (length: number) => row(new BigInt64Array(length).fill(1n));
  const inputs = (ids: BigInt64Array) => ({ input_ids: row(ids), attention_mask: maskOf(ids.length) });
  const fillDepth = async (tokens: BigInt64Array) => {
    const outputs = await model(inputs(tokens));
    depthTokens = new BigInt64Array(tokens);
    depthCache = Object.fromEntries(
      Object.entries(outputs)
        .filter(([name]) => name.startsWith('present.'))
        .map(([name, tensor]) => [name.replace('present.', 'past_key_values.'), tensor]),
    );
  };
  return {
    options: {
      intraOpThreads: threads.made ?? options.threads,
      interOpThreads: 1,
      kv: 'passed',
      // As requested, because the JavaScript interface does not let us read them back.
      ...options.options?.config,
      ...{ spinning, arena, memoryPattern, graphOptimization },
      ...hugePages(options.options?.hugePages),
      threadsMethod: threads.method,
    },
    loadMs: { library: loaded - started, session: created - loaded },
    fillDepth,
    async generate(prompt, count, onFirstToken): Promise<Generation> {
      if (cacheIsSpent && depthTokens.length > 0) await fillDepth(depthTokens);
      const ids = new BigInt64Array([...depthTokens, ...prompt]);
      const tokenMs = new Float64Array(count);
      const tokens = new Int32Array(count);
      const sessionMs = { prefill: 0, decode: 0 };
      let start = 0;
      let arrived = -1;
      let prompted = 0;
      class Arrivals extends library.BaseStreamer {
        override put(value: bigint[][]) {
          const now = performance.now();
          if (arrived === -1) start = now;
          else {
            tokenMs[arrived] = now - start;
            tokens[arrived] = Number(value[0]![0]);
          }
          if (arrived === 0) {
            const first = watched.take();
            sessionMs.prefill = first.ms;
            prompted = first.tokens;
            onFirstToken();
          }
          arrived++;
        }
        override end() {}
      }
      watched.take();
      await model.generate({
        ...inputs(ids),
        ...(depthTokens.length > 0 ? { past_key_values: new library.DynamicCache(depthCache as never) } : {}),
        max_new_tokens: count,
        min_new_tokens: count,
        do_sample: false,
        eos_token_id: null,
        streamer: new Arrivals(),
      } as never);
      const later = watched.take();
      sessionMs.decode = later.ms;
      if (arrived !== count) {
        const reason = `generate() gave ${arrived} tokens instead of ${count}`;
        throw problem('runtime-failed', { runtime: 'transformers.js', reason });
      }
      return { tokenMs, tokens, sessionMs, positions: depthTokens.length + prompted + later.tokens };
    },
    async repeatableStep(id) {
      const attention_mask = maskOf(depthTokens.length + 1);
      const past_key_values = new library.DynamicCache(depthCache as never);
      await model({ ...inputs(BigInt64Array.of(id)), attention_mask, past_key_values });
    },
  };
}

type Feeds = Record<string, { dims: readonly number[] }>;

/** Wraps `run` of every session. `take` gives the time spent and the tokens fed inside since it was last called. */
function watchSessions(model: PreTrainedModel) {
  let ms = 0;
  let tokens = 0;
  const sessions = model.sessions as Record<string, { run: (feeds: Feeds, ...more: unknown[]) => Promise<unknown> }>;
  for (const session of Object.values(sessions)) {
    const run = session.run.bind(session);
    session.run = async (feeds, ...more) => {
      const start = performance.now();
      const outputs = await run(feeds, ...more);
      ms += performance.now() - start;
      tokens += feeds.input_ids?.dims.at(-1) ?? 0;
      return outputs;
    };
  }
  return {
    take() {
      const taken = { ms, tokens };
      ms = 0;
      tokens = 0;
      return taken;
    },
  };
}
