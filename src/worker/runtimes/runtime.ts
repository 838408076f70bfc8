// What a runtime offers to the worker, and how one is found by its name: each is one file in this folder that exports `open`.
import type { CaseKey } from '../../contract/case-key.js';
import type { LoadMs, OkRound } from '../../contract/result.js';
import type { RuntimeName } from '../../contract/runtimes.js';
import { type LengthsWorkload, workloadRow } from '../../contract/workloads.js';
import { problem } from '../../errors.js';
import type { Job } from '../protocol.js';

/** What a runtime may need to know to open a checkpoint; each takes what it uses. */
export interface OpenOptions
  extends Pick<CaseKey, 'dtype' | 'threads' | 'ep' | 'options'>,
    Pick<Job, 'directory' | 'graph' | 'longestPass'> {
  /** Positions that the KV cache must hold: depth + prompt + new tokens. */
  capacity: number;
  /** Profiles every node until `endProfiling`; the names of the profiles begin with this path. */
  profilePrefix?: string | undefined;
}

export interface Generation {
  /** Milliseconds from the start of the prompt's forward pass to each token; length = tokens asked for. */
  tokenMs: Float64Array;
  /** Time inside the runtime's session, prompt and later tokens apart. */
  sessionMs: { prefill: number; decode: number };
  tokens: Int32Array;
  /** Positions in the KV cache after the last pass, counted where tokens enter the graph, or read back from the engine. */
  positions: number;
  /** A hash over the logits, chained token by token, where the runtime shows them. */
  logitsHash?: string;
}

export interface Runtime {
  options: OkRound['options'];
  loadMs: LoadMs;
  /** Fills the KV cache with these tokens once; every generation then starts behind them. */
  fillDepth(tokens: BigInt64Array): Promise<void>;
  /** Greedy decoding of exactly `count` tokens. `onFirstToken` marks the end of prefill. */
  generate(prompt: BigInt64Array, count: number, onFirstToken: () => void): Promise<Generation>;
  /** One decode step that leaves the KV cache as it was, so that it can be repeated. */
  repeatableStep?(id: bigint): void | Promise<void>;
}

/** float16 comes as its bits in a Uint16Array. */
export type Logits = Float32Array | Uint16Array;

/** A runtime that can run single passes and give their logits. */
export interface LogitsRuntime extends Runtime {
  /** Logits of one position, as the graph declares them; null where it does not. */
  logitsWidth: number | null;
  /** As it is timed; `see` gets the logits that each token is chosen from, which the next pass may overwrite. */
  generate(
    prompt: BigInt64Array,
    count: number,
    onFirstToken: () => void,
    see?: (logits: Logits) => void,
  ): Promise<Generation>;
  /** A forward pass over `ids` at the present length; returns all the logits that the graph gives. */
  forward(ids: BigInt64Array): Logits;
  /** One pass over `ids` as in a prompt, without logits. */
  read(ids: BigInt64Array): void;
  /** Back to where a generation starts: behind the depth. */
  rewind(): void;
  /** Writes the profile of each session and returns the paths. */
  endProfiling(): string[];
}

/** Throws where a generation fed fewer tokens than it was given, or more: it would be timed for other work. */
export function requireWhole(
  runtime: RuntimeName,
  { positions }: Generation,
  { prompt, new: generated, depth }: Pick<LengthsWorkload, 'prompt' | 'new' | 'depth'>,
): void {
  // The last token is chosen but never fed.
  const expected = depth + prompt + generated - 1;
  if (positions === expected) return;
  const reason = `its KV cache holds ${positions} tokens instead of ${expected}, so the work was not what was asked for`;
  throw problem('runtime-failed', { runtime, reason });
}

export function givesLogits(runtime: Runtime): runtime is LogitsRuntime {
  return 'forward' in runtime;
}

export type Open = (options: OpenOptions) => Promise<Runtime>;

/**
 * The runtime of this name, from the file of the same name with dashes for dots. No other file is imported, so that a worker
 * loads the native library of its own runtime only.
 */
export async function importRuntime(name: RuntimeName): Promise<Open> {
  const { open } = (await import(`./${name.replaceAll('.', '-')}.js`)) as { open: Open };
  return open;
}

/** What the runtime of a case is opened with. */
export function openOptions(job: Pick<Job, 'key' | 'directory' | 'graph' | 'longestPass'>): OpenOptions {
  const { directory, graph, longestPass } = job;
  const { dtype, threads, ep, options, workload } = job.key;
  const capacity = workloadRow(workload).positions(workload);
  return { directory, graph, dtype, threads, ep, options, capacity, longestPass };
}
