// Threads counted by the kernel, against threads of Node that the test starts itself.
import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, it } from 'vitest';
import { countThreads } from '../../src/machine/own-threads.js';

const workers: Worker[] = [];
afterAll(() => Promise.all(workers.map((worker) => worker.terminate())));

async function start(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const worker = new Worker('setInterval(() => {}, 1000)', { eval: true });
    workers.push(worker);
    await new Promise((resolve) => worker.once('online', resolve));
  }
}

describe.runIf(process.platform === 'linux')('threads that were started', () => {
  it('are counted with the one that was there, for each session', async () => {
    const counted = countThreads('onnxruntime', 'cpu');
    expect(counted(1).made).toBe(1);
    await start(2);
    expect(counted(3)).toEqual({ made: 3, method: expect.stringContaining('/proc/self/status') });
    expect(counted(2, 2).made).toBe(2);
  });

  it.each([2, 4])('are refused where %i were asked for', async (asked) => {
    const counted = countThreads('onnxruntime', 'cpu');
    await start(2);
    expect(() => counted(asked)).toThrowError(
      expect.objectContaining({
        code: 'threads-differ',
        message: `onnxruntime computes with 3 threads, not with ${asked} as asked for`,
      }),
    );
  });
});

it('are not known on a GPU, whose driver starts some; the reason stands in', () => {
  expect(countThreads('onnxruntime', 'webgpu')(4)).toEqual({
    made: null,
    method: 'as asked for: on webgpu the driver starts threads of its own',
  });
});
