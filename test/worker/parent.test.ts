// The parent side of a round against workers that behave, fail, crash, lie, hang and die in every way we know of.
// The workers are small scripts that speak the protocol; no model runs here.

import { type ChildProcess, execFileSync } from 'node:child_process';
import { closeSync, constants, existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type OkRound, type Round, roundSchema } from '../../src/contract/result.js';
import type { Phase } from '../../src/contract/vocabulary.js';
import type { Failure } from '../../src/errors.js';
import { type Meter, monotonicMs, unmetered } from '../../src/machine/energy/meter.js';
import type { RoundOptions } from '../../src/worker/executor.js';
import { runRound } from '../../src/worker/parent.js';
import type { Job } from '../../src/worker/protocol.js';

const { children } = vi.hoisted(() => ({ children: [] as ChildProcess[] }));

vi.mock('node:child_process', async (original) => {
  const actual = await original<typeof import('node:child_process')>();
  const spawn = (...parameters: Parameters<typeof actual.spawn>) => {
    const child = actual.spawn(...parameters);
    children.push(child);
    return child;
  };
  return { ...actual, spawn };
});

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'edgeproof-workers-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

afterEach(() => {
  vi.unstubAllEnvs();
  const left = children.splice(0).filter((child) => child.pid !== undefined && isAlive(child.pid));
  for (const child of left) child.kill('SIGKILL');
  expect(
    left.map((child) => child.pid),
    'processes left behind',
  ).toEqual([]);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const JOB: Job = {
  key: {
    model: 'qwen2.5-0.5b',
    weights: 'synthetic',
    layout: 'tuned',
    dtype: 'q4',
    runtime: 'onnxruntime',
    ep: 'cpu',
    threads: 2,
    workload: { kind: 'generate', prompt: 8, new: 3, depth: 0 },
  },
  directory: '/nowhere',
  graph: '/nowhere/model.onnx',
  vocabSize: 100,
  round: 2,
  seed: 1,
  iterations: 2,
  warmup: 1,
};

// Where a core is dumped, it goes into the folder that the tests remove.
const PRELUDE = `
import { readFileSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
process.chdir(${JSON.stringify(tmpdir())});
const raw = (bytes) => { for (let done = 0; done < bytes.length; ) done += writeSync(3, bytes, done); };
const send = (message) => raw(Buffer.from(JSON.stringify(message) + '\\n'));
const phase = (name) => send({ type: 'phase', phase: name });
const loaded = (options) => send({ type: 'loaded', options, loadMs: { library: 1.23456, session: 7.0004 } });
const iteration = (kind, seed) => send({ type: 'iteration', iteration: {
  kind, seed, tokenMs: [5, 6, 7], sessionMs: { prefill: 4, decode: 1.5 }, tokensHash: 'abc' } });
const done = (maxRssBytes = 123456) => send({ type: 'done', maxRssBytes, usage: { cpuMs: 40, majorFaults: 3 } });
const stderr = (text) => writeSync(2, text);
`;

let scripts = 0;
function worker(script: string): string {
  const path = join(folder, `worker-${scripts++}.mjs`);
  writeFileSync(path, `${PRELUDE.replace(tmpdir(), folder)}\n${script}\n`);
  return path;
}

const run = (script: string, options: Partial<RoundOptions> = {}, job: Job = JOB): Promise<Round> =>
  runRound(job, { timeoutSeconds: 30, entry: worker(script), ...options });

async function failureIn(script: string, options: Partial<RoundOptions> = {}): Promise<Failure> {
  const round = await run(script, options);
  expect(roundSchema.parse(round)).toEqual(round);
  if (round.status === 'ok') throw new Error('the round did not fail');
  expect(round.index).toBe(2);
  expect(round.failure.message).toMatch(/^\w[\s\S]{10,}/);
  expect(round.failure.hint).toMatch(/^\w.{10,}/);
  return round.failure as Failure;
}

async function okRoundOf(script: string, options: Partial<RoundOptions> = {}, job: Job = JOB): Promise<OkRound> {
  const round = await run(script, options, job);
  expect(roundSchema.parse(round)).toEqual(round);
  if (round.status === 'failed') throw new Error(round.failure.message);
  return round;
}

const CONVERSATION = `
const job = readFileSync(0, 'utf8');
phase('load');
loaded({ job, gc: typeof gc });
for (const [i, kind] of ['warmup', 'timed', 'timed'].entries()) {
  phase('prefill');
  phase('decode');
  iteration(kind, i);
}
done();
`;

describe('the environment of a worker', () => {
  it('has one thread in the pool of Node where llama.cpp runs, and is as it was elsewhere', async () => {
    vi.stubEnv('UV_THREADPOOL_SIZE', '7');
    const poolOf = async (runtime: Job['key']['runtime']) => {
      const job = { ...JOB, key: { ...JOB.key, runtime } };
      const script = `loaded({ pool: process.env.UV_THREADPOOL_SIZE }); iteration('timed', 1); done();`;
      return (await okRoundOf(script, {}, job)).options.pool;
    };
    expect(await poolOf('llama.cpp')).toBe('1');
    expect(await poolOf('onnxruntime')).toBe('7');
    expect(await poolOf('transformers.js')).toBe('7');
  });
});

describe('a worker that behaves', () => {
  it('gives a round with everything it said', async () => {
    const phases: Phase[] = [];
    const counts: number[] = [];
    const before = Date.now();
    const round = await okRoundOf(CONVERSATION, {
      onPhase: (phase) => phases.push(phase),
      onIteration: (count) => counts.push(count),
    });
    const pass = { tokenMs: [5, 6, 7], sessionMs: { prefill: 4, decode: 1.5 }, tokensHash: 'abc' };
    expect(round).toMatchObject({
      status: 'ok',
      index: 2,
      loadMs: { library: 1.235, session: 7 },
      iterations: [
        { kind: 'warmup', seed: 0, ...pass },
        { kind: 'timed', seed: 1, ...pass },
        { kind: 'timed', seed: 2, ...pass },
      ],
    });
    expect(JSON.parse(String(round.options.job))).toEqual(JOB);
    expect(round.options.gc).toBe('function');
    expect(phases).toEqual(['load', 'prefill', 'decode', 'prefill', 'decode', 'prefill', 'decode']);
    expect(counts).toEqual([1, 2, 3]);
    expect(Date.parse(round.startedAt)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(round.startedAt)).toBeLessThanOrEqual(Date.now());
  });

  it.runIf(existsSync('/proc/self/clear_refs'))('has its memory watched from outside, phase by phase', async () => {
    const { memory } = await okRoundOf(`
      readFileSync(0);
      phase('load');
      const held = Buffer.alloc(100 * 2 ** 20, 1);
      await sleep(100);
      phase('decode');
      await sleep(100);
      loaded({});
      iteration('timed', 1);
      done(held.length);
    `);
    expect(memory.method).toMatch(/^VmHWM/);
    expect(Object.keys(memory.phases)).toEqual(['start', 'load', 'decode']);
    const { start, load } = memory.phases;
    expect(load!.peakRssBytes - start!.peakRssBytes).toBeGreaterThan(80 * 2 ** 20);
    expect(memory.peakRssBytes).toBe(Math.max(...Object.values(memory.phases).map((entry) => entry.peakRssBytes)));
  });

  it('has what it says of its memory at the end of a phase stored with that phase', async () => {
    const { memory } = await okRoundOf(`
      readFileSync(0);
      const end = { rssBytes: 7, pssBytes: 5, anonymousBytes: 3, swapBytes: null };
      send({ type: 'memory', phase: 'start', peakRssBytes: 9, end });
      phase('load');
      loaded({});
      await sleep(100);
      phase('decode');
      iteration('timed', 1);
      await sleep(100);
      done();
    `);
    const { start, decode, load } = memory.phases;
    expect(start!.end).toEqual({ rssBytes: 7, pssBytes: 5, anonymousBytes: 3, swapBytes: null });
    expect([load?.end ?? null, decode?.end ?? null]).toEqual([null, null]);
  });

  it('has the condition of the machine recorded, with its own share of the processor as it says', async () => {
    const { condition } = await okRoundOf(CONVERSATION);
    expect(condition).toMatchObject({ cpuMs: { worker: 40 }, workerMajorFaults: 3, residency: null });
    expect(condition!.wallMs).toBeGreaterThan(0);
    expect(condition!.unknown.residency).toBe('the files of the weights are not there');
    // One reading of the clock for each iteration, where the system tells it.
    if (condition!.frequency !== null) expect(condition!.frequency.mhz).toHaveLength(3);
  });

  it('may print what it likes on stdout and stderr', async () => {
    const noise = `console.log('{"type":"done"}'); console.error('Error: heap out of memory');`;
    expect((await okRoundOf(`${noise}${CONVERSATION}${noise}`)).iterations).toHaveLength(3);
  });

  it('may cut a message where it likes', async () => {
    const round = await okRoundOf(`
      readFileSync(0);
      const text = Buffer.from(JSON.stringify({ type: 'loaded', options: { name: 'ü😀' }, loadMs: { library: 0, session: 0 } }) + '\\n');
      for (const byte of text) { raw(Buffer.of(byte)); await sleep(1); }
      iteration('timed', 1);
      done();
    `);
    expect(round.options.name).toBe('ü😀');
  });

  it('may send long messages', async () => {
    const round = await okRoundOf(`
      readFileSync(0);
      loaded({});
      send({ type: 'iteration', iteration: { kind: 'timed', sampleMs: Array.from({ length: 200000 }, (_, i) => i + 0.125) } });
      done();
    `);
    expect(round.iterations[0]).toMatchObject({ kind: 'timed' });
    expect('sampleMs' in round.iterations[0]! && round.iterations[0].sampleMs.at(-1)).toBe(199_999.125);
  });

  it('need not read its job', async () => {
    const job = { ...JOB, directory: 'x'.repeat(4 << 20) };
    const script = `loaded({}); iteration('timed', 7); done();`;
    expect((await okRoundOf(script, {}, job)).iterations).toMatchObject([{ seed: 7 }]);
  });

  it('has not measured anything when it is done without a word or without an iteration', async () => {
    for (const script of ['done();', 'loaded({}); done();', `iteration('timed', 1); done();`]) {
      expect(await failureIn(script)).toMatchObject({
        code: 'worker-protocol',
        message: expect.stringContaining('without a measurement'),
      });
    }
  });

  it('is not stopped by a timeout of a month', async () => {
    // Longer than a timer of Node can wait: such a timer fires at once.
    expect((await okRoundOf(`await sleep(200);${CONVERSATION}`, { timeoutSeconds: 30 * 86_400 })).status).toBe('ok');
  });
});

describe('a worker that fails in its own words', () => {
  it('has them stored as they are', async () => {
    const failure = { code: 'onnx-invalid', message: 'model.onnx is not readable', hint: 'fetch the model again' };
    expect(
      await failureIn(`readFileSync(0); phase('load'); send(${JSON.stringify({ type: 'failed', failure })});`),
    ).toEqual(failure);
  });

  it('keeps them whatever its end is', async () => {
    const failure = { code: 'runtime-failed', message: 'no kernel for this operator', hint: 'try another dtype' };
    const script = `send(${JSON.stringify({ type: 'failed', failure })}); stderr('terminate'); process.abort();`;
    expect(await failureIn(script)).toEqual(failure);
  });
});

describe('a worker that dies', () => {
  it('with an exit code: the code and what it printed', async () => {
    const failure = await failureIn(`stderr('tensor 7 has no data\\n'); process.exit(3);`);
    expect(failure.code).toBe('worker-crashed');
    expect(failure.message).toContain('exit code 3');
    expect(failure.message).toContain('tensor 7 has no data');
  });

  it('with an exception that nobody caught', async () => {
    const failure = await failureIn(`phase('load'); throw new TypeError('session is not a function');`);
    expect(failure.code).toBe('worker-crashed');
    expect(failure.message).toContain('exit code 1');
    expect(failure.message).toContain('session is not a function');
  });

  it('with exit code 0 before it was done', async () => {
    const failure = await failureIn(`readFileSync(0); phase('load'); iteration('timed', 1); process.exit(0);`);
    expect(failure.code).toBe('worker-crashed');
    expect(failure.message).toContain('exit code 0');
  });

  it('because its entry does not exist', async () => {
    const failure = await failureIn('', { entry: join(folder, 'nothing.mjs') });
    expect(failure.code).toBe('worker-crashed');
    expect(failure.message).toContain('exit code 1');
    expect(failure.message).toContain('nothing.mjs');
  });

  it('after printing a novel: its end is kept', async () => {
    const script = `for (let i = 0; i < 5000; i++) stderr('line ' + i + '\\n'); process.exit(9);`;
    const { message } = await failureIn(script);
    expect(message).toContain('line 4999');
    expect(message).not.toContain('line 4000');
    expect(message.length).toBeLessThan(2200);
  });

  it('after printing in its own language, in pieces', async () => {
    const bytes = `const text = Buffer.from('Gerät fehlt\\n');`;
    const script = `${bytes} for (const byte of text) { writeSync(2, Buffer.of(byte)); await sleep(20); } process.exit(4);`;
    expect((await failureIn(script)).message).toContain('Gerät fehlt');
  });

  it.each([
    ['process.abort();', 'SIGABRT', 'signal 6'],
    [`process.kill(process.pid, 'SIGSEGV'); await sleep(60000);`, 'SIGSEGV', 'signal 11'],
    [`process.kill(process.pid, 'SIGILL'); await sleep(60000);`, 'SIGILL', 'signal 4'],
    [`process.kill(process.pid, 'SIGTERM'); await sleep(60000);`, 'SIGTERM', 'signal 15'],
  ])('by %s', async (script, name, number) => {
    const failure = await failureIn(`phase('load'); stderr('last words\\n'); ${script}`);
    expect(failure.code).toBe('worker-crashed');
    expect(failure.message).toContain(name);
    expect(failure.message).toContain(number);
    expect(failure.message).toContain('last words');
  });

  it('killed from outside', async () => {
    const failure = await failureIn(`phase('load'); process.kill(process.pid, 'SIGKILL'); await sleep(60000);`);
    expect(failure.code).toBe('worker-killed');
    expect(failure.message).toContain('SIGKILL');
    expect(failure.hint).toContain('dmesg');
  });

  it('in the middle of a message: the death is the cause, not the half message', async () => {
    const half = `raw(Buffer.from('{"type":"iteration","iteration":{"kind":"ti'));`;
    const failure = await failureIn(`phase('decode'); ${half} stderr('bang'); process.exit(7);`);
    expect(failure.code).toBe('worker-crashed');
    expect(failure.message).toContain('exit code 7');
    expect((await failureIn(`${half} process.kill(process.pid, 'SIGKILL'); await sleep(60000);`)).code).toBe(
      'worker-killed',
    );
  });
});

describe('a worker whose own child outlives it', () => {
  it('is judged by its own death, although its pipes are still open', async () => {
    const script = `
      const { spawn } = await import('node:child_process');
      spawn(process.execPath, ['-e', 'setTimeout(() => {}, 12000)'], { stdio: ['ignore', 'ignore', 2, 3], detached: true });
      process.exit(3);`;
    const failure = await failureIn(script, { timeoutSeconds: 10 });
    expect(failure.code).toBe('worker-crashed');
    expect(failure.message).toContain('exit code 3');
  });
});

describe('a worker that runs out of memory', () => {
  it.each([
    ['of small objects', 'const held = []; for (;;) held.push({ text: [held.length, Math.random()] });'],
    [
      'deep in native code, with a long stack below the message',
      `import v8 from 'node:v8';
       const bytes = v8.serialize({ a: [1, { b: 2 }], m: new Map([[1, {}]]) });
       const held = [];
       for (;;) held.push(v8.deserialize(bytes));`,
    ],
  ])("in V8's heap, full %s", async (_, script) => {
    vi.stubEnv('NODE_OPTIONS', '--max-old-space-size=20');
    const failure = await failureIn(`phase('load'); ${script}`);
    expect(failure.code).toBe('out-of-memory');
    expect(failure.message).toContain('heap out of memory');
    expect(failure.message).not.toContain('Scavenge');
    expect(failure.hint).toContain('smaller');
  });

  it.each([
    `terminate called after throwing an instance of 'std::bad_alloc'\n  what():  std::bad_alloc\n`,
    'onnxruntime::BFCArena::AllocateRawInternal: Failed to allocate memory for requested buffer of size 544997376\n',
  ])('in native code: %j', async (text) => {
    const failure = await failureIn(`phase('load'); stderr(${JSON.stringify(text)}); process.abort();`);
    expect(failure.code).toBe('out-of-memory');
    expect(failure.message).toContain(text.split('\n')[0]);
  });
});

describe('a worker that breaks the protocol', () => {
  it.each([
    ['text that is no JSON', `raw(Buffer.from('Loading model...\\n'));`, 'Loading model'],
    ['an empty line', `raw(Buffer.from('\\n'));`, '""'],
    ['bytes that are no text', 'raw(Buffer.from([0xff, 0xfe, 0x00, 0x80, 0x0a]));', ''],
    ['a type that does not exist', `send({ type: 'progress', done: 5 });`, 'progress'],
    ['JSON that is no object', `send(17);`, '17'],
    ['a phase that does not exist', `phase('lunch');`, 'lunch'],
    ['an iteration without times', `send({ type: 'iteration', iteration: { kind: 'timed', seed: 1 } });`, 'iteration'],
    ['a time that is no number', `send({ type: 'iteration', iteration: { kind: 'timed', sampleMs: [NaN] } });`, 'null'],
    ['a field too many', `send({ type: 'phase', phase: 'load', at: 1 });`, 'phase'],
  ])('with %s', async (_, script, words) => {
    const failure = await failureIn(`phase('load'); ${script} await sleep(60000);`);
    expect(failure.code).toBe('worker-protocol');
    expect(failure.message).toContain(words);
    expect(failure.message.length).toBeLessThan(300);
  });

  it('with 20 MB and no end of line', async () => {
    const failure = await failureIn(`raw(Buffer.alloc(20e6, 'x')); await sleep(60000);`);
    expect(failure.code).toBe('worker-protocol');
    expect(failure.message.length).toBeLessThan(300);
  });

  it('after a full conversation: nothing of it is trusted', async () => {
    expect((await failureIn(`${CONVERSATION} raw(Buffer.from('bye\\n'));`)).code).toBe('worker-protocol');
  });
});

describe('a worker that hangs', () => {
  it('is stopped, and the phase is named', async () => {
    const hanging = [
      [`phase('load'); phase('prefill'); for (;;);`, 'prefill'],
      [`phase('load'); await sleep(60000);`, 'load'],
      ['await sleep(60000);', 'start'],
      [`${CONVERSATION} await sleep(60000);`, 'decode'],
    ] as const;
    // Long enough to start on a busy machine, so they hang together.
    const failures = await Promise.all(hanging.map(([script]) => failureIn(script, { timeoutSeconds: 5 })));
    failures.forEach((failure, i) => {
      expect(failure.code).toBe('worker-timeout');
      expect(failure.message).toContain('after 5 s');
      expect(failure.message).toContain(`phase: ${hanging[i]![1]}`);
      expect(failure.hint).toContain('timeoutSeconds');
    });
  });

  it('is stopped even if it ignores every signal that can be ignored', async () => {
    const script = `for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => {}); await sleep(60000);`;
    expect((await failureIn(script, { timeoutSeconds: 1 })).code).toBe('worker-timeout');
  });
});

describe('the energy of a round', () => {
  const watts = 10;
  const meter: Meter = {
    tier: 'counter',
    source: 'fake',
    updateMs: 1,
    read: monotonicMs,
    known: async () => {},
    usedBetween: (start, end) => ({ a: ((end - start) / 1000) * watts }),
    close() {},
  };

  it('is counted for load, and for prefill and decode of each iteration with their tokens', async () => {
    const { energy } = await okRoundOf(CONVERSATION, { energy: { meter, idle: { seconds: 5, watts: { a: 1 } } } });
    if (energy?.tier !== 'counter') throw new Error('it was not metered');
    const told = energy.stretches.map(({ phase, kind, tokens }) => [phase, kind, tokens]);
    const passes = ['warmup', 'timed', 'timed'].flatMap((kind) => [
      ['prefill', kind, 8],
      ['decode', kind, 2],
    ]);
    expect(told).toEqual([['load', null, null], ...passes]);
    for (const { ms, joules } of energy.stretches) expect(joules.a).toBeCloseTo((ms / 1000) * watts, 2);
    expect(energy.whole).toMatchObject({ tokens: 6 });
  });

  it('is why there is none, where a meter could not be opened; null where nobody asked', async () => {
    const source = unmetered('no counter', null);
    expect((await okRoundOf(CONVERSATION, { energy: source })).energy).toEqual(source);
    expect((await okRoundOf(CONVERSATION)).energy).toBeNull();
  });
});

describe('a sustained round', () => {
  const job: Job = {
    ...JOB,
    key: { ...JOB.key, workload: { kind: 'sustained', prompt: 8, new: 3, depth: 0, seconds: 60 } },
  };

  it('has a trace of the processor from its first pass on', async () => {
    const { trace } = await okRoundOf(CONVERSATION, {}, job);
    expect(trace!.length).toBeGreaterThanOrEqual(2);
    expect(trace![0]!.atMs).toBe(0);
    expect((await okRoundOf(CONVERSATION)).trace).toBeUndefined();
  });

  it('stops at once when it is interrupted', async () => {
    const controller = new AbortController();
    const stop = () => controller.abort(new Error('Ctrl-C'));
    const round = run(`phase('prefill'); for (;;);`, { signal: controller.signal, onPhase: stop }, job);
    await expect(round).rejects.toThrow('Ctrl-C');
    expect(children[0]!.signalCode).toBe('SIGKILL');
  });
});

describe('an interrupted round', () => {
  it('rejects with the reason, and the worker is gone', async () => {
    const controller = new AbortController();
    const reason = new Error('Ctrl-C');
    const round = run(`phase('load'); phase('decode'); for (;;);`, {
      signal: controller.signal,
      onPhase: (phase) => phase === 'decode' && controller.abort(reason),
    });
    await expect(round).rejects.toBe(reason);
    expect(children).toHaveLength(1);
    expect(children[0]!.signalCode).toBe('SIGKILL');
    expect(isAlive(children[0]!.pid!)).toBe(false);
  });

  it('starts no worker when it was interrupted before', async () => {
    await expect(run(CONVERSATION, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
    expect(children).toHaveLength(0);
  });

  it('leaves no listener on the signal after a round', async () => {
    const { signal } = new AbortController();
    const [add, remove] = [vi.spyOn(signal, 'addEventListener'), vi.spyOn(signal, 'removeEventListener')];
    await okRoundOf(CONVERSATION, { signal });
    expect(add).toHaveBeenCalledTimes(1);
    expect(remove.mock.calls.map(([, listener]) => listener)).toEqual(add.mock.calls.map(([, listener]) => listener));
  });
});

// The worker's real entry, built; it is stopped while it opens a graph that is a pipe without a writer.
const ENTRY = fileURLToPath(new URL('../../dist/worker/child.js', import.meta.url));

describe.runIf(process.platform !== 'win32' && existsSync(ENTRY))('the real entry', () => {
  it('ignores Ctrl-C, which reaches the whole process group: the parent decides', async () => {
    const graph = join(folder, 'model.onnx');
    execFileSync('mkfifo', [graph]);
    // Whoever opens the pipe to read, ONNX Runtime or the reader that says what is wrong, finds it at its end.
    const closed = setInterval(() => {
      try {
        closeSync(openSync(graph, constants.O_WRONLY | constants.O_NONBLOCK));
      } catch {}
    }, 10);
    const interrupt = () => void children.at(-1)!.kill('SIGINT');
    const options = { timeoutSeconds: 30, entry: ENTRY, onPhase: interrupt };
    const round = await runRound({ ...JOB, graph }, options).finally(() => clearInterval(closed));
    expect(round).toMatchObject({ status: 'failed', failure: { code: expect.stringMatching(/^(onnx|file)-/) } });
  });

  it('says in words that there is no such checkpoint', async () => {
    const round = await runRound(JOB, { timeoutSeconds: 30, entry: ENTRY });
    expect(round).toMatchObject({ status: 'failed', failure: { code: 'file-unreadable' } });
    expect(round.status === 'failed' && round.failure.message).toContain('/nowhere/model.onnx');
  });
});
