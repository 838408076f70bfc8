// A whole worker around a runtime that only burns processor time: what it says of its costs, against what the runtime saw.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runRound } from '../../src/worker/parent.js';
import type { Job } from '../../src/worker/protocol.js';

const SERVE = new URL('../../dist/worker/serve-round.js', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'edgeproof-serve-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const BURNT_MS = 600;

/** /proc counts in ticks of 10 ms and not in microseconds, so that it is another reading. */
const BURNS = `
import { readFileSync } from 'node:fs';
import { serveRound } from ${JSON.stringify(SERVE.href)};
const spentMs = () => {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
  return 10 * (Number(fields[11]) + Number(fields[12]));
};
const start = spentMs();
while (spentMs() < start + ${BURNT_MS}) for (let i = 0; i < 1e5; i++);
await serveRound(async () => async () => ({
  options: { spentMs: spentMs() },
  loadMs: { library: 1, session: 1 },
  fillDepth: async () => {},
  generate: async (prompt, count) => ({
    tokenMs: new Float64Array(count).fill(1), tokens: new Int32Array(count), sessionMs: { prefill: 1, decode: 0 },
    positions: prompt.length + count - 1,
  }),
}));
`;

const job: Job = {
  key: {
    ...({ model: 'tiny', weights: 'synthetic', layout: 'tuned', dtype: 'q4', runtime: 'onnxruntime' } as const),
    ...({ ep: 'cpu', threads: 1, workload: { kind: 'generate', prompt: 4, new: 2, depth: 0 } } as const),
  },
  ...{
    directory: folder,
    graph: join(folder, 'model.onnx'),
    vocabSize: 9,
    round: 0,
    seed: 1,
    iterations: 1,
    warmup: 0,
  },
};

describe.runIf(process.platform === 'linux' && existsSync(SERVE))('a worker', () => {
  it('tells its processor time in milliseconds', async () => {
    const entry = join(folder, 'burns.mjs');
    writeFileSync(entry, BURNS);
    const round = await runRound(job, { timeoutSeconds: 60, entry });
    if (round.status === 'failed') throw new Error(round.failure.message);
    const seen = round.options.spentMs as number;
    // What comes after the runtime's reading is little beside it; a wrong unit is off by ten at least.
    expect(seen).toBeGreaterThanOrEqual(BURNT_MS);
    expect(round.condition!.cpuMs.worker / seen).toBeGreaterThan(0.8);
    expect(round.condition!.cpuMs.worker / seen).toBeLessThan(3);
  });
});
