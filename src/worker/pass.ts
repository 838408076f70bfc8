// The workloads `generate` and `sustained` in the worker: passes one after another, each a new prompt, prefill, decode, and the
// message with the measurements.

import { createHash } from 'node:crypto';
import { roundMs } from '../contract/document-text.js';
import type { GenerateIteration } from '../contract/result.js';
import type { Phase } from '../contract/vocabulary.js';
import type { LengthsWorkload } from '../contract/workloads.js';
import { readOwnMemory } from '../machine/own-memory.js';
import { isWarmingUp } from '../suite/warm-up.js';
import { iterationSeed, promptTokens } from './prompt.js';
import type { Job, Message } from './protocol.js';
import { type Runtime, requireWhole } from './runtimes/runtime.js';

export interface PassContext {
  job: Job;
  workload: LengthsWorkload;
  runtime: Runtime;
  send: (message: Message) => void;
}

/** Warm-up and timed passes, as many as the job asks for. */
export async function measureGenerate(context: PassContext): Promise<void> {
  const { warmup, iterations } = context.job;
  await fillDepth(context);
  const warm: GenerateIteration[] = [];
  while (isWarmingUp(warmup, warm)) warm.push(await runPass(context, warm.length, { kind: 'warmup' }));
  for (let i = 0; i < iterations; i++) await runPass(context, warm.length + i, { kind: 'timed' });
  context.send(memoryAfter('decode'));
}

/** Passes until the time is over. There is no warm-up, because the start with a cool processor is part of the curve. */
export async function measureSustained(context: PassContext, seconds: number): Promise<void> {
  await fillDepth(context);
  const started = performance.now();
  for (let i = 0; ; i++) {
    const startMs = performance.now() - started;
    if (startMs >= seconds * 1000) break;
    await runPass(context, i, { kind: 'timed', startMs: roundMs(startMs) });
  }
  context.send(memoryAfter('decode'));
}

/**
 * The message with the worker's own memory at the end of a phase. Never sent inside a timed region, because walking the page
 * tables of a large model takes milliseconds.
 */
export function memoryAfter(phase: Phase): Message {
  return { type: 'memory', phase, peakRssBytes: process.resourceUsage().maxRSS * 1024, end: readOwnMemory() };
}

/** Fills the KV cache with the tokens that are in it before every prompt. */
async function fillDepth({ job, workload, runtime, send }: PassContext): Promise<void> {
  send(memoryAfter('load'));
  if (workload.depth === 0) return;
  send({ type: 'phase', phase: 'depth' });
  await runtime.fillDepth(promptTokens(iterationSeed(job.seed, job.round, 999), workload.depth, job.vocabSize));
  send(memoryAfter('depth'));
}

/** `about` is stored with the iteration. */
async function runPass(
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
  const generation = await runtime.generate(prompt, workload.new, () => {
    if (!isFirstRun) send({ type: 'phase', phase: 'decode' });
  });
  requireWhole(job.key.runtime, generation, workload);
  const { tokenMs, tokens, sessionMs, logitsHash } = generation;
  const iteration = {
    ...about,
    seed,
    tokenMs: Array.from(tokenMs, roundMs),
    sessionMs: { prefill: roundMs(sessionMs.prefill), decode: roundMs(sessionMs.decode) },
    tokensHash: createHash('sha256').update(tokens).digest('hex').slice(0, 16),
    ...(logitsHash === undefined ? {} : { logitsHash }),
  };
  send({ type: 'iteration', iteration });
  if (isFirstRun) send(memoryAfter('firstRun'));
  return iteration;
}
