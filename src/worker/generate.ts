// The workload `generate` in the worker: warm-up and timed iterations of prefill and decode.
import type { GenerateIteration } from '../contract/result.js';
import { isWarmingUp } from '../suite/warm-up.js';
import { fillDepth, type PassContext, runPass } from './pass.js';
import { memoryAfter } from './phase-memory.js';

export async function measureGenerate(context: PassContext): Promise<void> {
  const { warmup, iterations } = context.job;
  await fillDepth(context);
  const warm: GenerateIteration[] = [];
  while (isWarmingUp(warmup, warm)) warm.push(await runPass(context, warm.length, { kind: 'warmup' }));
  for (let i = 0; i < iterations; i++) await runPass(context, warm.length + i, { kind: 'timed' });
  context.send(memoryAfter('decode'));
}
