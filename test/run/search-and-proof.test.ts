// What happens around the rounds: the search for threads, the proof that a GPU was used, the answers to one prompt.
import { describe, expect, it } from 'vitest';
import type { Placement } from '../../src/contract/placement.js';
import { EdgeproofError, problem } from '../../src/errors.js';
import type { RunEvent } from '../../src/run/events.js';
import { hasFailed, run } from '../../src/run/run.js';
import { steadyRound } from '../fixtures/document.js';
import { fakeExecutor, STEADY } from '../fixtures/fake-executor.js';
import { tinyWorkplace } from '../fixtures/tiny-suite.js';

const { suite } = tinyWorkplace();
const PLAIN = { ceilings: false, machine: 'fakebox', results: null };

describe('--tune threads', () => {
  const automatic = { threads: ['auto'], rounds: 1 };

  it('runs the cases with the number that was fastest, and keeps all that was tried', async () => {
    // One thread decodes twice as fast as any other number of them.
    const executor = fakeExecutor(({ key }) => steadyRound(100, key.threads === 1 ? 5 : 10, 16));
    const { document } = await run(suite(automatic), { ...PLAIN, executor, tune: 'threads' });
    const [search] = document.threads!.searches;
    expect(search).toMatchObject({ chosen: 1, workload: { prompt: 128, new: 16 } });
    expect(search!.tried[0]!.decodeRate).toEqual([200, 200, 200]);
    expect(document.cases.map(({ id, key }) => [id.includes('threads=1/'), key.threads])).toEqual([[true, 1]]);
    expect(executor.log.at(-2)).toBe('round 0 pp16 tg4');
  });

  it('is refused for a suite that names numbers of threads', async () => {
    const searching = run(suite({ threads: [2] }), { ...PLAIN, executor: fakeExecutor(), tune: 'threads' });
    await expect(searching).rejects.toThrow('the suite asks for 2');
  });
});

describe('a case on a GPU', () => {
  const onGpu = { eps: ['webgpu'], rounds: 2 };
  const placed = (cpuNodes: number): Placement => ({
    method: 'fake',
    providers: [
      { ep: 'webgpu', nodes: 10, bookkeepingNodes: 0, timeShare: 0.9 },
      { ep: 'cpu', nodes: cpuNodes, bookkeepingNodes: 3, timeShare: 0.1 },
    ],
    copies: 0,
    cpuOperators: cpuNodes > 0 ? { MatMulNBits: cpuNodes } : {},
    longestPass: 31,
  });

  it('is asked once where its nodes run, and the worker learns how long a pass may be', async () => {
    const passes: (number | undefined)[] = [];
    const executor = fakeExecutor(
      (job) => {
        passes.push(job.longestPass);
        return STEADY(job);
      },
      { placement: async () => placed(0) },
    );
    const { document } = await run(suite(onGpu), { ...PLAIN, executor });
    expect(passes).toEqual([31, 31]);
    expect(document.cases[0]!.placement).toEqual(placed(0));
  });

  it('fails before a round when the CPU computed part of it, unless that is allowed', async () => {
    const executor = fakeExecutor(STEADY, { placement: async () => placed(4) });
    const { document } = await run(suite(onGpu), { ...PLAIN, executor });
    expect(document.cases[0]!.rounds).toMatchObject([{ status: 'failed', failure: { code: 'ep-fallback' } }]);
    expect(executor.log.filter((line) => line.startsWith('round'))).toEqual([]);

    const allowed = await run(suite(onGpu), { ...PLAIN, executor, allowFallback: true });
    expect(allowed.document.cases[0]!.rounds.map(({ status }) => status)).toEqual(['ok', 'ok']);
  });

  it('fails with the reason when there is no such GPU', async () => {
    const gone = problem('ep-unavailable', { ep: 'webgpu', reason: 'no adapter', install: 'a driver' });
    const executor = fakeExecutor(STEADY, { placement: () => Promise.reject(gone) });
    const { document } = await run(suite(onGpu), { ...PLAIN, executor });
    expect(document.cases[0]!.rounds).toMatchObject([{ status: 'failed', failure: { code: 'ep-unavailable' } }]);
  });
});

describe('answers to the common prompt', () => {
  const twoWays = { options: [{}, { spinning: false }], rounds: 1 };

  it('are asked of every way in which a checkpoint was run, of the reference last and with what others chose', async () => {
    const asked: { spinning: boolean; against: number[][] }[] = [];
    const executor = fakeExecutor(STEADY, {
      async promptAnswer({ key, against, vocabSize }) {
        asked.push({ spinning: key.options?.spinning ?? true, against });
        return { prompt: { seed: 0, tokens: 32, vocabSize }, tokens: [7, 8, 9], logits: null };
      },
    });
    await run(suite(twoWays), { ...PLAIN, executor });
    expect(asked).toEqual([
      { spinning: false, against: [] },
      { spinning: true, against: [[7, 8, 9]] },
    ]);
  });

  it.each([
    ['other tokens', [7, 9, 9], { otherPasses: 0, otherText: 1 }, true],
    ['a prompt that is not read', [7, 8, 9], { otherPasses: 0.6, otherText: 1 }, true],
    ['the same tokens', [7, 8, 9], { otherPasses: 0.4, otherText: 1 }, false],
  ])('with %s fail the run: %j', async (_, tokens, reading, fails) => {
    const logits = { candidates: [7, 8, 9], gaps: [0, 0, 0], asked: [{ at: 1, token: 9, gap: 4 }], noise: 0, reading };
    const executor = fakeExecutor(STEADY, {
      promptAnswer: async ({ key, vocabSize }) => ({
        prompt: { seed: 0, tokens: 288, vocabSize },
        tokens: key.options === undefined ? [7, 8, 9] : tokens,
        logits,
      }),
    });
    const { document } = await run(suite(twoWays), { ...PLAIN, executor });
    expect(hasFailed(document)).toBe(fails);
  });

  it('that cannot be had are reported and fail no case', async () => {
    const events: RunEvent[] = [];
    const broken = new EdgeproofError({ code: 'worker-crashed', message: 'it crashed', hint: null });
    const executor = fakeExecutor(STEADY, { promptAnswer: () => Promise.reject(broken) });
    const { document } = await run(suite({ rounds: 1 }), {
      ...PLAIN,
      executor,
      onEvent: (event) => events.push(event),
    });
    expect(document.cases[0]!.status).toBe('ok');
    expect(events.at(-1)).toMatchObject({ type: 'answer-failed', message: 'it crashed' });
  });
});
