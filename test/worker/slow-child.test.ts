// The entry that the study slows a worker down with: the arrival times are those of the runtime times the factor, the
// round says so, and a factor that makes no sense is refused.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { ensureSynthetic } from '../../src/models/synthesize.js';
import { runRound } from '../../src/worker/parent.js';
import { TINY_CONFIG } from '../reference/tiny-model.js';

const SLOW_CHILD = fileURLToPath(new URL('../../scripts/study/slow-child.mjs', import.meta.url));
const isBuilt = existsSync(new URL('../../dist/worker/serve-round.js', import.meta.url));
const cache = mkdtempSync(join(tmpdir(), 'edgeproof-slow-'));
afterEach(() => vi.unstubAllEnvs());
afterAll(() => rmSync(cache, { recursive: true, force: true }));

async function round(slowdown: string) {
  vi.stubEnv('STUDY_SLOWDOWN', slowdown);
  const model = { id: 'tiny', config: TINY_CONFIG };
  const { checkpoint } = await ensureSynthetic({ model, layout: 'tuned', dtype: 'q4', seed: 7 }, { cache });
  const key = {
    ...({ model: 'tiny', weights: 'synthetic', layout: 'tuned', dtype: 'q4', runtime: 'onnxruntime' } as const),
    ...({ ep: 'cpu', threads: 1, workload: { kind: 'generate', prompt: 8, new: 4, depth: 0 } } as const),
  };
  const { directory, graph } = checkpoint;
  const job = { key, directory, graph, vocabSize: TINY_CONFIG.vocab_size, round: 0, seed: 1, iterations: 1, warmup: 1 };
  return runRound(job, { timeoutSeconds: 60, entry: SLOW_CHILD });
}

describe.runIf(isBuilt)('the slowed worker of the study', () => {
  it('delays every token by the factor, and stores the factor with the round', async () => {
    const slowed = await round('10');
    if (slowed.status === 'failed') throw new Error(slowed.failure.message);
    expect(slowed.options).toMatchObject({ studySlowdown: 10, intraOpThreads: 1 });
    for (const iteration of slowed.iterations) {
      if (!('tokenMs' in iteration)) throw new Error('an iteration without tokens');
      // The time inside the session is not slowed, and is most of the time until the last token.
      const { prefill, decode } = iteration.sessionMs;
      expect(iteration.tokenMs.at(-1)!).toBeGreaterThanOrEqual(9.99 * (prefill + decode));
    }
  });

  it.each(['', 'fast', '0.9', '11', 'NaN'])('refuses a slowdown of "%s"', async (slowdown) => {
    expect(await round(slowdown)).toMatchObject({
      status: 'failed',
      failure: { message: expect.stringContaining('is not a slowdown') },
    });
  });
});
