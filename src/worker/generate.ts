// The workload `generate` inside the worker: warm-up and timed iterations of prefill and decode.
import { fillDepth, type PassContext, runPass } from './pass.js';
import { memoryAfter } from './phase-memory.js';

export async function measureGenerate(context: PassContext): Promise<void> {
  const { warmup, iterations } = context.job;
  await fillDepth(context);
  for (let i = 0; i < warmup + iterations; i++) await runPass(context, i, { kind: i < warmup ? 'warmup' : 'timed' });
  context.send(memoryAfter('decode'));
}
