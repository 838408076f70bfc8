// Passes one after another on a runtime that takes no time of its own: how many, in which order, and what is told of them.
import { describe, expect, it, vi } from 'vitest';
import type { CaseWorkload } from '../../src/contract/workloads.js';
import { measureSustained } from '../../src/worker/pass.js';
import type { Job, Message } from '../../src/worker/protocol.js';
import type { Runtime } from '../../src/worker/runtimes/runtime.js';

const workload: Extract<CaseWorkload, { kind: 'sustained' }> = {
  kind: 'sustained',
  prompt: 4,
  new: 3,
  depth: 8,
  seconds: 10,
};
const job = { key: { runtime: 'onnxruntime' }, seed: 1, round: 2, vocabSize: 100 } as Job;

/** Each pass takes three seconds of a clock that only the runtime moves. */
async function messagesOf(positions = 8 + 4 + 3 - 1): Promise<Message[]> {
  let ms = 5_000;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => ms);
  const filled: number[] = [];
  const runtime: Runtime = {
    options: {},
    loadMs: { library: 0, session: 0 },
    fillDepth: async (tokens) => void filled.push(tokens.length),
    async generate(prompt, count, onFirstToken) {
      expect([prompt.length, count, filled]).toEqual([4, 3, [8]]);
      onFirstToken();
      ms += 3_000;
      return {
        tokenMs: Float64Array.of(1000, 2000, 3000),
        sessionMs: { prefill: 1, decode: 2 },
        tokens: new Int32Array(3),
        positions,
        logitsHash: 'abc',
      };
    },
  };
  const messages: Message[] = [];
  await measureSustained({ job, workload, runtime, send: (message) => messages.push(message) }, workload.seconds);
  clock.mockRestore();
  return messages;
}

describe('the workload sustained', () => {
  it('starts passes until its time is over, each timed, with its start and a prompt of its own', async () => {
    const iterations = (await messagesOf()).flatMap((message) =>
      message.type === 'iteration' ? [message.iteration] : [],
    );
    expect(iterations).toMatchObject(
      [0, 3000, 6000, 9000].map((startMs) => ({ kind: 'timed', startMs, logitsHash: 'abc' })),
    );
    expect(new Set(iterations.map((iteration) => 'seed' in iteration && iteration.seed)).size).toBe(4);
  });

  it('fails where tokens of the prompt are missing from the cache', async () => {
    await expect(messagesOf(13)).rejects.toThrow('its KV cache holds 13 tokens instead of 14');
  });

  it('tells prefill and decode of the first pass apart too: there is no warm-up', async () => {
    const phases = (await messagesOf()).flatMap((message) => (message.type === 'phase' ? [message.phase] : []));
    expect(phases).toEqual(['depth', ...[1, 2, 3, 4].flatMap(() => ['prefill', 'decode'])]);
  });
});
