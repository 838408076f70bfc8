// The engine without a model: a fake executor gives the rounds, so that order, precision, resuming and failures are seen.
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { okRounds, type ResultDocument } from '../../src/contract/result.js';
import { encodeModel } from '../../src/formats/onnx/write.js';
import type { RunEvent } from '../../src/run/events.js';
import { hasFailed, resume, run } from '../../src/run/run.js';
import { earlierResults } from '../../src/run/schedule.js';
import { showView } from '../../src/stats/show.js';
import { readResult, saveResult } from '../../src/store/files.js';
import type { Executor, Job } from '../../src/worker/executor.js';
import { conditionOf, disturbed } from '../fixtures/condition.js';
import { type FakeRound, steadyRound } from '../fixtures/document.js';
import { type FakeExecutor, fakeExecutor, labelOf, type RoundScript, STEADY } from '../fixtures/fake-executor.js';
import { tinyWorkplace } from '../fixtures/tiny-suite.js';
import { unfusedDecoder } from '../fixtures/unfused-decoder.js';
import { TINY_CONFIG } from '../reference/tiny-model.js';

const { suite, results } = tinyWorkplace();
const machine = 'fakebox';
const PLAIN = { ceilings: false, machine, results: null };
const copied = (input: { name: string; type: 'float32'; dims: readonly (string | number)[] }) => ({
  ...input,
  dims: [...input.dims],
});
const rounds = (executor: FakeExecutor) => executor.log.filter((line) => line.startsWith('round'));
const counts = (document: ResultDocument) => document.cases.map((result) => okRounds(result).length);

describe('order of the rounds', () => {
  it('interleaves cases and walks every other lap backwards', async () => {
    const executor = fakeExecutor();
    const lengths = [{ kind: 'generate', prompt: [16, 32], new: [4] }];
    await run(suite({ workloads: lengths, rounds: 3 }), { ...PLAIN, executor });
    expect(rounds(executor)).toEqual([
      'round 0 pp16 tg4',
      'round 0 pp32 tg4',
      'round 1 pp32 tg4',
      'round 1 pp16 tg4',
      'round 2 pp16 tg4',
      'round 2 pp32 tg4',
    ]);
  });

  it('measures ceilings before the rounds and after them, and asks for tokens last', async () => {
    const executor = fakeExecutor();
    await run(suite(), { ...PLAIN, ceilings: true, executor });
    expect(executor.log).toEqual([
      'ceilings cpu 1',
      'round 0 pp16 tg4',
      'round 1 pp16 tg4',
      'ceilings cpu 1',
      'answer pp16 tg4',
    ]);
  });

  it('evicts the checkpoint right before each cold round and keeps the proof', async () => {
    const executor = fakeExecutor();
    const { document } = await run(suite({ cold: true }), { ...PLAIN, executor });
    expect(executor.log.slice(0, 4)).toEqual([
      expect.stringMatching(/^evict \d files$/),
      'round 0 pp16 tg4',
      expect.stringMatching(/^evict \d files$/),
      'round 1 pp16 tg4',
    ]);
    expect(okRounds(document.cases[0]!).map(({ pageCache }) => pageCache?.evicted)).toEqual([true, true]);
  });
});

describe('events', () => {
  it('tell the phase of the round at hand and how many passes are over', async () => {
    const events: RunEvent[] = [];
    const executor = fakeExecutor();
    const round: Executor['round'] = (job, options) => {
      options.onPhase?.('prefill');
      options.onIteration?.(1);
      options.onPhase?.('decode');
      return executor.round(job, options);
    };
    await run(suite({ rounds: 1 }), { ...PLAIN, executor: { ...executor, round }, onEvent: (e) => events.push(e) });
    expect(events.filter(({ type }) => type.startsWith('round-')).map((e) => ('phase' in e ? e : e.type))).toEqual([
      'round-started',
      { type: 'round-phase', phase: 'prefill', passes: 0 },
      { type: 'round-phase', phase: 'decode', passes: 1 },
      'round-ended',
    ]);
  });
});

describe('rounds until a metric is precise', () => {
  const until = { minimum: 3, maximum: 12, halfWidthPercent: 2, metric: 'decodeRate' };
  const noisy =
    (amount: number): RoundScript =>
    ({ round }) =>
      steadyRound(100, 10 * (1 + (round % 2 === 0 ? amount : -amount)), 4);

  it('stops at the minimum when rounds agree', async () => {
    const { document } = await run(suite({ rounds: until }), { ...PLAIN, executor: fakeExecutor() });
    expect(counts(document)).toEqual([3]);
  });

  it('goes on to the maximum when they do not', async () => {
    const { document } = await run(suite({ rounds: until }), { ...PLAIN, executor: fakeExecutor(noisy(0.2)) });
    expect(counts(document)).toEqual([12]);
  });

  it('gives more rounds to the noisy case alone', async () => {
    const script: RoundScript = (job) => (labelOf(job.key).startsWith('pp16') ? noisy(0.2)(job) : STEADY(job));
    const workloads = [{ kind: 'generate', prompt: [16, 32], new: [4] }];
    const { document } = await run(suite({ rounds: until, workloads }), { ...PLAIN, executor: fakeExecutor(script) });
    expect(counts(document)).toEqual([12, 3]);
  });
});

describe('rounds of condition C', () => {
  const busyAt =
    (...busy: number[]): RoundScript =>
    (job) => ({
      ...(STEADY(job) as FakeRound),
      condition: busy.includes(job.round) ? disturbed(0.5) : conditionOf(),
    });

  it('are run again at the end, kept, and told of once', async () => {
    const lengths = [{ kind: 'generate', prompt: [16, 32], new: [4] }];
    const executor = fakeExecutor(busyAt(0, 1, 3));
    const told: string[] = [];
    const { document } = await run(suite({ workloads: lengths, rounds: 3 }), {
      ...PLAIN,
      executor,
      onEvent: ({ type }) => type === 'repeating' && told.push(type),
    });
    expect(rounds(executor).slice(6)).toEqual(
      [3, 4, 5].flatMap((round) => [`round ${round} pp16 tg4`, `round ${round} pp32 tg4`]),
    );
    expect(counts(document)).toEqual([6, 6]);
    expect(told).toEqual(['repeating']);
    expect(document.cases.map(({ status }) => status)).toEqual(['ok', 'ok']);
  });

  it('stay as they are where no round beyond the minimum is to begin', async () => {
    const budget = { minimum: 3, maximum: 3, budgetSeconds: 1e-9 };
    const { document } = await run(suite({ rounds: budget }), { ...PLAIN, executor: fakeExecutor(busyAt(0, 1, 2)) });
    expect(counts(document)).toEqual([3]);
  });
});

describe('a smaller target', () => {
  it('plans again for a result that goes on, with intervals 1.2 times as wide', async () => {
    const folder = join(results, 'target');
    const script: RoundScript = ({ round }) => steadyRound(100, 10 * (round % 2 === 0 ? 1.02 : 0.98), 4);
    const options = { ...PLAIN, results: folder };
    const rule = { minimum: 8, halfWidthPercent: 3 };
    const first = await run(suite({ rounds: rule }), { ...options, executor: fakeExecutor(script) });
    expect(counts(first.document)).toEqual([8]);
    const more = await resume(true, { target: 2 }, { ...options, executor: fakeExecutor(script) });
    // s₀ = 2.14 %: (2.3646 × 2.14 × 1.2 ÷ 2)² = 9.2.
    expect(counts(more.document)).toEqual([10]);
    expect(readResult(more.path).suite.content.rounds).toMatchObject({ halfWidthPercent: 2, looks: 2 });
    const once = structuredClone(more.document);
    once.suite.content.rounds = 10;
    const widths = [more.document, once].map((document) => {
      const { median, interval95 } = showView(document, null).cases[0]!.metrics.decodeRate!;
      return (interval95!.high - interval95!.low) / median;
    });
    expect(widths[0]! / widths[1]!).toBeCloseTo(1.2, 12);
  });
});

describe('failures', () => {
  const lengths = [{ kind: 'generate', prompt: [16, 32], new: [4] }];
  const halfBroken: RoundScript = (job) => (labelOf(job.key).startsWith('pp16') ? 'failed' : STEADY(job));

  it('records a failed round, tries that case no more, and goes on with the others', async () => {
    const executor = fakeExecutor(halfBroken);
    const { document } = await run(suite({ workloads: lengths }), { ...PLAIN, executor });
    expect(rounds(executor)).toEqual(['round 0 pp16 tg4', 'round 0 pp32 tg4', 'round 1 pp32 tg4']);
    expect(document.cases.map(({ status }) => status)).toEqual(['failed', 'ok']);
    expect(hasFailed(document)).toBe(true);
  });

  it('says no for a rate that the ceilings do not allow', async () => {
    const { document } = await run(suite(), { ...PLAIN, executor: fakeExecutor() });
    expect(hasFailed(document)).toBe(false);
    const slowest = { value: 1, low: 1, high: 1 };
    const kernelRates: Executor['kernelRates'] = async (question, options) =>
      (await fakeExecutor().kernelRates(question, options)).map((ceiling) => ({ ...ceiling, ...slowest }));
    const executor = fakeExecutor(STEADY, { kernelRates });
    const slow = await run(suite(), { ...PLAIN, ceilings: true, executor });
    expect(hasFailed(slow.document)).toBe(true);
  });

  it('ends at once when it is interrupted while ceilings are measured', async () => {
    const controller = new AbortController();
    const kernelRates: Executor['kernelRates'] = () => {
      controller.abort(new Error('Ctrl-C'));
      return Promise.reject(new Error('killed'));
    };
    const executor = fakeExecutor(STEADY, { kernelRates });
    const interrupted = run(suite(), { ...PLAIN, ceilings: true, executor, signal: controller.signal });
    await expect(interrupted).rejects.toMatchObject({ code: 'interrupted' });
    expect(rounds(executor)).toEqual([]);
  });

  it('keeps ceilings that could not be measured as unknown, with the reason', async () => {
    const executor = fakeExecutor(STEADY, { kernelRates: () => Promise.reject(new Error('no such kernel')) });
    const { document } = await run(suite(), { ...PLAIN, ceilings: true, executor });
    expect(document.ceilings?.map(({ value, method }) => [value, method])).toContainEqual([
      null,
      'not measured: no such kernel',
    ]);
    expect(hasFailed(document)).toBe(false);
  });

  it('refuses what the executor cannot run before anything is written', async () => {
    const executor = fakeExecutor(STEADY, {
      requireReady: () => {
        throw new Error('not installed');
      },
    });
    const folder = join(results, 'refused');
    await expect(run(suite(), { ...PLAIN, results: folder, executor })).rejects.toThrow('not installed');
    expect(() => readdirSync(folder)).toThrow('ENOENT');
  });
});

describe('what a case needs', () => {
  it('is refused before anything is written when the prompt is longer than the context', async () => {
    const folder = join(results, 'too-long');
    const long = suite({ workloads: [{ kind: 'generate', prompt: [600], new: [4] }] });
    await expect(run(long, { ...PLAIN, results: folder, executor: fakeExecutor() })).rejects.toMatchObject({
      code: 'prompt-too-long',
    });
    expect(() => readdirSync(folder)).toThrow('ENOENT');
  });

  it.each([
    {
      name: 'an input that nobody feeds, with its type',
      inputs: [{ name: 'past_sequence_length', type: 'float32', dims: [1] }],
      words: 'cannot feed: past_sequence_length float32 [1]',
    },
    {
      name: 'the session that is missing',
      inputs: [{ name: 'inputs_embeds', type: 'float32', dims: ['batch', 'length', 32] }],
      words: 'inputs_embeds comes from embed_tokens',
    },
    {
      name: 'ids of another type',
      inputs: [{ name: 'position_ids', type: 'float32', dims: ['batch', 'length'] }],
      words: 'position_ids is float32; expected int64 or int32',
    },
  ] as const)('is refused before anything is written or started: $name', async ({ inputs, words }) => {
    const graph = join(results, '..', 'strange.onnx');
    const model = unfusedDecoder();
    writeFileSync(graph, encodeModel({ ...model, inputs: [...model.inputs, ...inputs.map(copied)] }));
    const [folder, executor] = [join(results, 'strange'), fakeExecutor()];
    const asked = suite({ models: [graph] });
    await expect(run(asked, { ...PLAIN, ceilings: true, results: folder, executor })).rejects.toMatchObject({
      code: 'decoder-unsupported',
      message: expect.stringContaining(words),
    });
    expect(executor.log).toEqual([]);
    expect(() => readdirSync(folder)).toThrow('ENOENT');
  });

  it('reaches the worker: files, vocabulary of the configuration, seed, iterations', async () => {
    const jobs: Job[] = [];
    const script: RoundScript = (job) => {
      jobs.push(job);
      return STEADY(job);
    };
    await run(suite({ rounds: 1, iterations: 7, seed: 5, warmup: 2 }), { ...PLAIN, executor: fakeExecutor(script) });
    expect(jobs).toEqual([
      expect.objectContaining({ vocabSize: TINY_CONFIG.vocab_size, round: 0, seed: 5, iterations: 7, warmup: 2 }),
    ]);
    expect(existsSync(jobs[0]!.graph)).toBe(true);
  });

  it('is prepared once for all cases of a checkpoint', async () => {
    const lengths = [{ kind: 'generate', prompt: [16, 32, 64], new: [4] }];
    const prepared: string[] = [];
    await run(suite({ workloads: lengths, rounds: 1, seed: 99 }), {
      ...PLAIN,
      executor: fakeExecutor(),
      onEvent: (event) =>
        event.type === 'verifying' && event.doneBytes === event.totalBytes && prepared.push(event.name),
    });
    expect(prepared.length).toBeLessThanOrEqual(1);
  });

  it('is said when memory is limited below it', async () => {
    const events: RunEvent[] = [];
    await run(suite({ limits: [{ memory: '1MB' }], rounds: 1 }), {
      ...PLAIN,
      executor: fakeExecutor(),
      onEvent: (event) => events.push(event),
    });
    expect(events).toContainEqual({
      type: 'not-expected-to-fit',
      name: expect.stringContaining('config.json tuned q4'),
      arithmetic: expect.stringMatching(/working set 0\.30 GB = .*; the limit is 0\.00 GB$/),
    });
  });
});

describe('limits', () => {
  const limits = [{}, { memory: '1GB' }];

  it('are tried before the first round, and each set is a case of its own', async () => {
    const events: RunEvent[] = [];
    const executor = fakeExecutor();
    const { document } = await run(suite({ limits, rounds: 1 }), {
      ...PLAIN,
      executor,
      onEvent: (event) => events.push(event),
    });
    expect(executor.log.slice(0, 3)).toEqual(['limits', 'round 0 pp16 tg4', 'round 0 pp16 tg4']);
    expect(document.cases.map(({ key }) => key.limits?.memoryBytes ?? null)).toEqual([null, 1e9]);
    expect(events).toContainEqual({
      type: 'limits-held',
      limits: { memoryBytes: 1e9, swapBytes: 0 },
      method: 'a fake group',
    });
  });

  it('that cannot be held end the run before a round', async () => {
    const executor = fakeExecutor(STEADY, { tryLimits: () => Promise.reject(new Error('no control groups')) });
    await expect(run(suite({ limits }), { ...PLAIN, executor })).rejects.toThrow('no control groups');
    expect(rounds(executor)).toEqual([]);
  });
});

describe('storing and going on', () => {
  it('stores nothing without a folder, and the whole document with one', async () => {
    const memory = await run(suite(), { ...PLAIN, executor: fakeExecutor() });
    expect(memory.path).toBeNull();
    const stored = await run(suite(), { ...PLAIN, results, executor: fakeExecutor() });
    expect(readResult(stored.path)).toEqual(JSON.parse(JSON.stringify(stored.document)));
  });

  it('gives two runs that start in one second a document each', async () => {
    const folder = join(results, 'twins');
    const how = () => ({ ...PLAIN, results: folder, executor: fakeExecutor() });
    const both = await Promise.all([run(suite(), how()), run(suite(), how())]);
    expect(new Set(both.map(({ path }) => path)).size).toBe(2);
    for (const { path, document } of both) expect(readResult(path)).toEqual(JSON.parse(JSON.stringify(document)));
  });

  it('has its place before the first round, and leaves none where there never was one', async () => {
    const folder = join(results, 'no-round');
    const seen: string[][] = [];
    const failing = run(suite(), {
      ...PLAIN,
      results: folder,
      executor: fakeExecutor(() => {
        seen.push(readdirSync(join(folder, machine)));
        return Promise.reject(new Error('no worker'));
      }),
    });
    await expect(failing).rejects.toThrow('no worker');
    expect(seen).toEqual([[expect.stringMatching(/^tiny-.*\.json$/)]]);
    expect(readdirSync(join(folder, machine))).toEqual([]);
  });

  it('has saved every round that was over when it is interrupted, and goes on from there', async () => {
    const folder = join(results, 'interrupted');
    const controller = new AbortController();
    const script: RoundScript = (job) => {
      if (job.round < 2) return STEADY(job);
      controller.abort(new Error('Ctrl-C'));
      return Promise.reject(new Error('killed'));
    };
    const interrupted = run(suite({ rounds: 4 }), {
      ...PLAIN,
      results: folder,
      executor: fakeExecutor(script),
      signal: controller.signal,
    });
    await expect(interrupted).rejects.toMatchObject({
      code: 'interrupted',
      hint: expect.stringContaining('edgeproof run --resume'),
    });
    const [name] = readdirSync(join(folder, machine));
    const path = join(folder, machine, name!);
    expect(counts(readResult(path))).toEqual([2]);

    const executor = fakeExecutor();
    const { document } = await resume(true, {}, { ...PLAIN, results: folder, executor });
    expect(rounds(executor)).toEqual(['round 2 pp16 tg4', 'round 3 pp16 tg4']);
    expect(counts(document)).toEqual([4]);
    await expect(resume(true, {}, { ...PLAIN, results: folder, executor })).rejects.toThrow('complete');

    const more = await resume(path, { rounds: 6 }, { ...PLAIN, results: folder, executor: fakeExecutor() });
    expect(counts(more.document)).toEqual([6]);
  });

  it('learns from earlier results of the machine, and not from its own', async () => {
    const folder = join(results, 'earlier');
    const measured = async () => (await run(suite(), { ...PLAIN, results: folder, executor: fakeExecutor() })).document;
    const [first, second] = [await measured(), await measured()];
    expect(earlierResults(folder, second).map(({ startedAt }) => startedAt)).toEqual([first.startedAt]);
  });

  it('tries a failed round again when it goes on', async () => {
    const folder = join(results, 'failed');
    const broken = fakeExecutor(({ round }) => (round === 1 ? 'failed' : steadyRound(100, 10, 4)));
    const first = await run(suite({ rounds: 3 }), { ...PLAIN, results: folder, executor: broken });
    expect(first.document.cases[0]!.rounds.map(({ status }) => status)).toEqual(['ok', 'failed']);
    const { document, path } = await resume(true, {}, { ...PLAIN, results: folder, executor: fakeExecutor() });
    expect(document.cases[0]!.rounds.map(({ status }) => status)).toEqual(['ok', 'ok', 'ok']);
    // The failure is not forgotten.
    expect(readResult(path).cases[0]).toMatchObject({
      status: 'ok',
      retried: [{ status: 'failed', index: 1, failure: { message: 'killed' } }],
    });
  });

  it('refuses to go on with other hardware of the same name', async () => {
    const folder = join(results, 'hardware');
    const { path, document } = await run(suite({ rounds: 1 }), { ...PLAIN, results: folder, executor: fakeExecutor() });
    saveResult(path, { ...document, machine: { ...document.machine, logicalCores: 999 } });
    await expect(resume(true, { rounds: 2 }, { ...PLAIN, results: folder, executor: fakeExecutor() })).rejects.toThrow(
      /it was begun on \d+ cores, 999 logical, .* this is \d+ cores/,
    );
  });

  it('goes on without ceilings where it was begun without them', async () => {
    const folder = join(results, 'without-ceilings');
    const begin = (ceilings: boolean) =>
      run(suite({ rounds: 1 }), { ...PLAIN, ceilings, results: folder, executor: fakeExecutor() });
    const goOn = async (path: string) => {
      const executor = fakeExecutor();
      await resume(path, { rounds: 2 }, { ...PLAIN, ceilings: true, results: folder, executor });
      return executor.log.some((call) => call.startsWith('ceilings'));
    };
    expect(await goOn((await begin(false)).path)).toBe(false);
    expect(await goOn((await begin(true)).path)).toBe(true);
  });

  it('refuses to go on with other versions', async () => {
    const folder = join(results, 'versions');
    await run(suite({ rounds: 1 }), { ...PLAIN, results: folder, executor: fakeExecutor() });
    const other = { ...fakeExecutor().versions(), onnxruntime: '2.0.0' };
    const executor = fakeExecutor(STEADY, { versions: () => other });
    await expect(resume(true, { rounds: 2 }, { ...PLAIN, results: folder, executor })).rejects.toThrow(
      'it was begun with onnxruntime 1.0.0, this is 2.0.0',
    );
  });
});

describe('events', () => {
  it('tell the plan, each round, and how long it took', async () => {
    const types: string[] = [];
    await run(suite(), { ...PLAIN, executor: fakeExecutor(), onEvent: ({ type }) => types.push(type) });
    expect(types.filter((type) => !['verifying', 'writing', 'written'].includes(type))).toEqual(
      ['begun', 'planned', 'round-started', 'replanned', 'round-started', 'rounds-ended', 'comparing-tokens'].flatMap(
        (type) => (type === 'round-started' ? ['round-started', 'round-ended'] : [type]),
      ),
    );
  });
});
