// The workload `generate` inside the worker: warm-up and timed iterations of prefill and decode.
import { createHash } from 'node:crypto';
import { roundMs } from '../result/format.js';
import type { CaseWorkload } from '../suite/plan.js';
import { memoryAfter } from './phase-memory.js';
import { iterationSeed, promptTokens } from './prompt.js';
import type { Job, Message } from './protocol.js';
import type { Runtime } from './runtimes/runtime.js';

type GenerateWorkload = Extract<CaseWorkload, { kind: 'generate' }>;

export async function measureGenerate(
  job: Job,
  workload: GenerateWorkload,
  runtime: Runtime,
  send: (message: Message) => void,
): Promise<void> {
  send(memoryAfter('load'));
  if (workload.depth > 0) {
    send({ type: 'phase', phase: 'depth' });
    await runtime.fillDepth(promptTokens(iterationSeed(job.seed, job.round, 999), workload.depth, job.vocabSize));
    send(memoryAfter('depth'));
  }
  for (let i = 0; i < job.warmup + job.iterations; i++) {
    const seed = iterationSeed(job.seed, job.round, i);
    const prompt = promptTokens(seed, workload.prompt, job.vocabSize);
    // Garbage of the last iteration is not collected on this one's time.
    globalThis.gc?.();
    // The first run allocates what later ones reuse; a timed one is told apart by prefill and decode all the same.
    const isFirstRun = i === 0 && job.warmup > 0;
    send({ type: 'phase', phase: isFirstRun ? 'firstRun' : 'prefill' });
    const { tokenMs, tokens, sessionMs } = await runtime.generate(prompt, workload.new, () => {
      if (!isFirstRun) send({ type: 'phase', phase: 'decode' });
    });
    send({
      type: 'iteration',
      iteration: {
        kind: i < job.warmup ? 'warmup' : 'timed',
        seed,
        tokenMs: Array.from(tokenMs, roundMs),
        sessionMs: { prefill: roundMs(sessionMs.prefill), decode: roundMs(sessionMs.decode) },
        tokensHash: createHash('sha256').update(tokens).digest('hex').slice(0, 16),
      },
    });
    if (isFirstRun) send(memoryAfter('firstRun'));
  }
  send(memoryAfter('decode'));
}
