// What a runtime offers to the worker. One file per runtime beside this one, one line in open.ts.
import type { OkRound } from '../../contract/result.js';

export interface Generation {
  /** Milliseconds from the start of the prompt's forward pass to each token; length = tokens asked for. */
  tokenMs: Float64Array;
  /** Time inside the runtime's session, prompt and later tokens apart. */
  sessionMs: { prefill: number; decode: number };
  tokens: Int32Array;
}

export interface Runtime {
  options: OkRound['options'];
  loadMs: OkRound['loadMs'];
  /** Fills the KV cache with these tokens once; every generation then starts behind them. */
  fillDepth(tokens: BigInt64Array): Promise<void>;
  /** Greedy decoding of exactly `count` tokens. `onFirstToken` marks the end of prefill. */
  generate(prompt: BigInt64Array, count: number, onFirstToken: () => void): Promise<Generation>;
}
