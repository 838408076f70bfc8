// One pass of a workload with lengths: a prompt of its own, prefill, decode, and the message that tells of it.
import { createHash } from 'node:crypto';
import { roundMs } from '../contract/document-text.js';
import type { GenerateIteration } from '../contract/result.js';
import type { CaseWorkload } from '../contract/workloads.js';
import { memoryAfter } from './phase-memory.js';
import { iterationSeed, promptTokens } from './prompt.js';
import type { Job, Message } from './protocol.js';
import type { Runtime } from './runtimes/runtime.js';

export type LengthsWorkload = Exclude<CaseWorkload, { kind: 'micro' }>;

export interface PassContext {
  job: Job;
  workload: LengthsWorkload;
  runtime: Runtime;
  send: (message: Message) => void;
  /** See study-slowdown.ts. */
  slowdown?: number;
}

/** Before the first pass: what the cache holds already. */
export async function fillDepth({ job, workload, runtime, send }: PassContext): Promise<void> {
  send(memoryAfter('load'));
  if (workload.depth === 0) return;
  send({ type: 'phase', phase: 'depth' });
  await runtime.fillDepth(promptTokens(iterationSeed(job.seed, job.round, 999), workload.depth, job.vocabSize));
  send(memoryAfter('depth'));
}

/** `about` holds what the iteration is stored with besides what is measured. */
export async function runPass(
  { job, workload, runtime, send, slowdown = 1 }: PassContext,
  index: number,
  about: Pick<GenerateIteration, 'kind' | 'startMs'>,
): Promise<GenerateIteration> {
  const seed = iterationSeed(job.seed, job.round, index);
  const prompt = promptTokens(seed, workload.prompt, job.vocabSize);
  // Garbage of the last iteration is not collected on this one's time.
  globalThis.gc?.();
  // The first run allocates what later ones reuse; a timed one is told apart by prefill and decode all the same.
  const isFirstRun = index === 0 && about.kind === 'warmup';
  send({ type: 'phase', phase: isFirstRun ? 'firstRun' : 'prefill' });
  const { tokenMs, tokens, sessionMs } = await runtime.generate(prompt, workload.new, () => {
    if (!isFirstRun) send({ type: 'phase', phase: 'decode' });
  });
  const iteration = {
    ...about,
    seed,
    tokenMs: Array.from(tokenMs, (ms) => roundMs(ms * slowdown)),
    sessionMs: { prefill: roundMs(sessionMs.prefill), decode: roundMs(sessionMs.decode) },
    tokensHash: createHash('sha256').update(tokens).digest('hex').slice(0, 16),
  };
  send({ type: 'iteration', iteration });
  if (isFirstRun) send(memoryAfter('firstRun'));
  return iteration;
}
