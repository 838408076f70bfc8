// One pass of a workload that generates tokens: a new prompt, prefill, decode, and the message with the measurements.
import { createHash } from 'node:crypto';
import { roundMs } from '../contract/document-text.js';
import type { GenerateIteration } from '../contract/result.js';
import type { LengthsWorkload } from '../contract/workloads.js';
import { memoryAfter } from './phase-memory.js';
import { iterationSeed, promptTokens } from './prompt.js';
import type { Job, Message } from './protocol.js';
import type { Runtime } from './runtimes/runtime.js';

export interface PassContext {
  job: Job;
  workload: LengthsWorkload;
  runtime: Runtime;
  send: (message: Message) => void;
}

/** Fills the KV cache with the tokens that are in it before every prompt. */
export async function fillDepth({ job, workload, runtime, send }: PassContext): Promise<void> {
  send(memoryAfter('load'));
  if (workload.depth === 0) return;
  send({ type: 'phase', phase: 'depth' });
  await runtime.fillDepth(promptTokens(iterationSeed(job.seed, job.round, 999), workload.depth, job.vocabSize));
  send(memoryAfter('depth'));
}

/** `about` is stored with the iteration. */
export async function runPass(
  { job, workload, runtime, send }: PassContext,
  index: number,
  about: Pick<GenerateIteration, 'kind' | 'startMs'>,
): Promise<GenerateIteration> {
  const seed = iterationSeed(job.seed, job.round, index);
  const prompt = promptTokens(seed, workload.prompt, job.vocabSize);
  // Collects the garbage of the last iteration before this one is timed.
  globalThis.gc?.();
  // The first run allocates what later ones reuse, so it is a phase of its own, unless it is timed.
  const isFirstRun = index === 0 && about.kind === 'warmup';
  send({ type: 'phase', phase: isFirstRun ? 'firstRun' : 'prefill' });
  const { tokenMs, tokens, sessionMs } = await runtime.generate(prompt, workload.new, () => {
    if (!isFirstRun) send({ type: 'phase', phase: 'decode' });
  });
  const iteration = {
    ...about,
    seed,
    tokenMs: Array.from(tokenMs, roundMs),
    sessionMs: { prefill: roundMs(sessionMs.prefill), decode: roundMs(sessionMs.decode) },
    tokensHash: createHash('sha256').update(tokens).digest('hex').slice(0, 16),
  };
  send({ type: 'iteration', iteration });
  if (isFirstRun) send(memoryAfter('firstRun'));
  return iteration;
}
