// The workload `sustained` in the worker: passes one after another until the time is over. There is no warm-up, because the
// start with a cool processor is part of the curve.
import { roundMs } from '../contract/document-text.js';
import { fillDepth, type PassContext, runPass } from './pass.js';
import { memoryAfter } from './phase-memory.js';

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
