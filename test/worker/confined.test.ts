// Workers under limits, for real: they hold known amounts of memory under a control group, under prlimit, on one processor.
// Where no group can be made (no root, a read-only cgroup file system) those tests are skipped and prlimit is still tried.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { cpuNumbers } from '../../src/contract/cpu-list.js';
import type { Limits } from '../../src/contract/limits.js';
import { type Round, roundSchema } from '../../src/contract/result.js';
import { attemptLimits } from '../../src/machine/limits/attempt.js';
import { confine } from '../../src/machine/limits/confine.js';
import { KERNEL } from '../../src/machine/limits/group.js';
import type { RoundOptions } from '../../src/worker/executor.js';
import { runRound } from '../../src/worker/parent.js';
import type { Job } from '../../src/worker/protocol.js';

const ANSWER = fileURLToPath(new URL('../../dist/worker/answer.js', import.meta.url));
const MB = 1_000_000;
const folder = mkdtempSync(join(tmpdir(), 'edgeproof-limited-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The method of a group, or why there is none. */
const method = await attemptLimits({ memoryBytes: 500 * MB, swapBytes: 0, cpuQuota: 1 }).catch((error: Error) => error);
const hasGroups = typeof method === 'string';
const onLinux = process.platform === 'linux';

const PRELUDE = `
import { readFileSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
const send = (message) => writeSync(3, JSON.stringify(message) + '\\n');
const phase = (name) => send({ type: 'phase', phase: name });
const loaded = (options) => send({ type: 'loaded', options, loadMs: { library: 1, session: 1 } });
const done = () => {
  send({ type: 'iteration', iteration: { kind: 'timed', sampleMs: [1] } });
  send({ type: 'done', maxRssBytes: 1, usage: { cpuMs: 1, majorFaults: 0 } });
};
readFileSync(0);
phase('load');
`;

let scripts = 0;
function run(script: string, limits: Limits, options: Partial<RoundOptions> = {}): Promise<Round> {
  const entry = join(folder, `worker-${scripts++}.mjs`);
  writeFileSync(entry, `${PRELUDE}\n${script}\n`);
  const key: Job['key'] = {
    model: 'tiny',
    weights: 'synthetic',
    layout: 'tuned',
    dtype: 'q4',
    runtime: 'onnxruntime',
    ep: 'cpu',
    threads: 1,
    workload: { kind: 'generate', prompt: 1, new: 1, depth: 0 },
    limits,
  };
  const graph = join(folder, 'graphs', 'model.onnx');
  const job = { key, directory: folder, graph, vocabSize: 10, round: 0, seed: 1, iterations: 1, warmup: 0 };
  return runRound(job, { timeoutSeconds: 30, entry, answerEntry: ANSWER, ...options });
}

/** Takes `megabytes` of memory, touched, in pieces. */
const HOLD = (megabytes: number) => `
const held = [];
for (let i = 0; i < ${megabytes}; i++) held.push(Buffer.alloc(1e6, 1));
`;

function failureOf(round: Round) {
  expect(roundSchema.parse(round)).toEqual(round);
  if (round.status === 'ok') throw new Error('the round did not fail');
  return round;
}

function okRound(round: Round) {
  expect(roundSchema.parse(round)).toEqual(round);
  if (round.status === 'failed') throw new Error(round.failure.message);
  return round;
}

function groupsLeft(): string[] {
  const found = new Set<string>();
  const probe = hasGroups ? confine({ memoryBytes: 500 * MB, swapBytes: 0, cpuQuota: 1 }) : null;
  const entrances = probe?.wrap([]).filter((word) => word.endsWith('/cgroup.procs')) ?? [];
  void probe?.release();
  for (const entrance of entrances)
    for (const name of readdirSync(dirname(dirname(entrance))))
      if (name.includes(`edgeproof-${process.pid}-`)) found.add(name);
  return [...found];
}

describe.runIf(onLinux && hasGroups)('a control group', () => {
  it('lets a worker run that stays below, and tells how much it took', async () => {
    const round = okRound(
      await run(`${HOLD(100)} loaded({}); phase('decode'); await sleep(50); done();`, {
        memoryBytes: 400 * MB,
        swapBytes: 0,
      }),
    );
    expect(round.limits).toMatchObject({ method: expect.stringMatching(/^cgroup v[12]$/), cpuQuota: null, cpus: null });
    expect(round.limits!.memoryBytes).toBeGreaterThan(399.9 * MB);
    expect(round.limits!.memoryBytes).toBeLessThanOrEqual(400 * MB);
    expect(round.limits!.effects).toMatchObject({ oomKills: 0 });
    expect(round.limits!.effects.peakBytes).toBeGreaterThan(100 * MB);
    expect(round.limits!.effects.peakBytes).toBeLessThan(200 * MB);
  });

  it('kills one that takes more, and the failure says under which limit and when', async () => {
    const round = failureOf(
      await run(`loaded({}); phase('prefill'); ${HOLD(300)} done();`, { memoryBytes: 150 * MB, swapBytes: 0 }),
    );
    expect(round.failure.code).toBe('out-of-memory');
    expect(round.failure.message).toMatch(/the kernel killed the worker in phase prefill, under its limit of 150MB/);
    expect(round.limits!.effects.oomKills).toBe(1);
    expect(round.limits!.effects.limitHits).toBeGreaterThan(0);
    expect(round.limits!.effects.peakBytes).toBeLessThanOrEqual(150 * MB);
  });

  it('counts what the worker takes before it says a word', async () => {
    const { failure } = failureOf(await run(`done();`, { memoryBytes: 5 * MB, swapBytes: 0 }));
    expect(failure.code).toBe('out-of-memory');
    expect(failure.message).toContain('in phase start');
  });

  it('counts files that were in the page cache before', async () => {
    const graphs = join(folder, 'graphs');
    mkdirSync(graphs, { recursive: true });
    const file = join(graphs, 'model.onnx');
    writeFileSync(file, Buffer.alloc(120 * MB, 7));
    readFileSync(file);
    const script = `readFileSync(${JSON.stringify(file)}).fill(1); loaded({}); done();`;
    const round = okRound(await run(script, { memoryBytes: 600 * MB, swapBytes: 0 }));
    rmSync(graphs, { recursive: true });
    expect(round.limits!.uncountedFileBytes).toBe(0);
    // The buffer and the pages that it was read from.
    expect(round.limits!.effects.peakBytes).toBeGreaterThan(240 * MB);
  });

  it('does not start a worker whose files could not be asked for, and leaves nothing behind', async () => {
    const answerEntry = join(folder, 'dies.mjs');
    writeFileSync(answerEntry, 'process.exit(3);');
    const limits = { memoryBytes: 200 * MB, swapBytes: 0 };
    expect(failureOf(await run('loaded({}); done();', limits, { answerEntry })).failure.code).toBe('worker-crashed');
    expect(groupsLeft()).toEqual([]);
  });

  it('holds a busy worker back, and the processor time shows it', async () => {
    const busy = `
      loaded({});
      const [start, spent] = [performance.now(), process.cpuUsage()];
      while (performance.now() - start < 1500);
      const { user, system } = process.cpuUsage(spent);
      loaded({ share: (user + system) / 1000 / (performance.now() - start) });
      done();`;
    const round = okRound(await run(busy, { cpuQuota: 0.2 }));
    // A period of 100 ms more or less at either end.
    expect(round.options.share).toBeLessThan(0.3);
    expect(round.limits).toMatchObject({ cpuQuota: 0.2, memoryBytes: null });
    const { periods, throttledPeriods } = round.limits!.effects;
    expect(throttledPeriods).toBeGreaterThan(5);
    expect(throttledPeriods).toBeLessThanOrEqual(periods!);
  });

  it('is removed after success, failure, a timeout and Ctrl-C', async () => {
    const limits = { memoryBytes: 200 * MB, swapBytes: 0, cpuQuota: 1 };
    await run('loaded({}); done();', limits);
    await run('process.exit(3);', limits);
    await run('await sleep(60000);', limits, { timeoutSeconds: 0.5 });
    const controller = new AbortController();
    const interrupted = run('await sleep(60000);', limits, {
      signal: controller.signal,
      onPhase: () => controller.abort(new Error('Ctrl-C')),
    });
    await expect(interrupted).rejects.toThrow('Ctrl-C');
    expect(groupsLeft()).toEqual([]);
  });
});

it.skipIf(hasGroups || !onLinux)('a CPU quota without groups is refused, with the reason', () => {
  expect(method).toMatchObject({ code: 'limit-unenforceable' });
});

describe.runIf(onLinux)('prlimit, where no group can be made', () => {
  const limits = { memoryBytes: 300 * MB, swapBytes: 0 };
  beforeAll(() => {
    vi.spyOn(KERNEL, 'makeDirectory').mockImplementation(() => {
      throw Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' });
    });
  });
  afterAll(() => vi.restoreAllMocks());

  it('lets a worker run that stays below', async () => {
    const round = okRound(await run(`${HOLD(100)} loaded({}); done();`, limits));
    expect(round.limits).toMatchObject({ method: 'prlimit', memoryBytes: 300 * MB, swapBytes: null });
    expect(Object.values(round.limits!.effects)).toEqual([null, null, null, null, null, null]);
  });

  it.each([
    ['which nobody catches', HOLD(400)],
    [
      'which it reports',
      `try { ${HOLD(400)} } catch (error) { send({ type: 'failed', failure: { code: 'internal', message: error.message, hint: null } }); }`,
    ],
  ])('refuses one that takes more, %s', async (_, script) => {
    const { failure } = failureOf(await run(`${script} loaded({}); done();`, limits));
    expect(failure.code).toBe('out-of-memory');
    expect(failure.message).toMatch(/was refused more in phase load, under its limit of 300MB \(prlimit\)/);
  });

  it('cannot hold a quota or swap: refused, with the reason', () => {
    expect(() => confine({ cpuQuota: 1 })).toThrow('cpu-quota 1 here');
    expect(() => confine({ memoryBytes: MB, swapBytes: MB })).toThrow('swap is limited by a control group only');
  });
});

describe.runIf(onLinux)('processors', () => {
  const status = onLinux ? readFileSync('/proc/self/status', 'utf8') : '';
  const [first, second] = cpuNumbers(/^Cpus_allowed_list:\s+(\S+)/m.exec(status)?.[1] ?? '').map(String);

  it('are those that were named, for every thread', async () => {
    const script = `loaded({ cpus: /Cpus_allowed_list:\\s+(\\S+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1] }); done();`;
    const round = okRound(await run(script, { cpus: first! }));
    expect(round.options.cpus).toBe(first);
    expect(round.limits).toMatchObject({ method: 'taskset', cpus: first, memoryBytes: null });
  });

  it('that do not exist are refused before anything is measured', async () => {
    await expect(attemptLimits({ cpus: '4000-4001' })).rejects.toMatchObject({ code: 'limit-unenforceable' });
    await expect(attemptLimits({ cpus: `${first}-4000` })).rejects.toMatchObject({
      message: expect.stringContaining('a worker may run on '),
      hint: expect.stringContaining('name processors that this process may use'),
    });
  });

  it.runIf(second !== undefined)('that the worker leaves by itself end the round', async () => {
    const script = `
      const { execFileSync } = await import('node:child_process');
      execFileSync('taskset', ['-a', '-p', '-c', '${second}', String(process.pid)]);
      loaded({}); await sleep(5000); done();`;
    const { failure } = failureOf(await run(script, { cpus: first! }));
    expect(failure).toMatchObject({
      code: 'limit-unenforceable',
      message: expect.stringContaining(`may run on ${second}`),
    });
  });
});

it.runIf(!onLinux)('limits need Linux', () => {
  expect(() => confine({ cpus: '0' })).toThrow('has no control groups');
});
