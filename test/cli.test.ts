// The door, as a user meets it: the built program in its own process, on the full-size model with few tokens.
import { execFile, execFileSync, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { Ceiling } from '../src/contract/ceilings.js';
import { readResult } from '../src/store/files.js';

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'edgeproof-cli-'));
const cache = process.env.EDGEPROOF_CACHE ?? join(scratch, 'cache');
const results = join(scratch, 'results');
const BARE = ['run', '-m', 'smollm2-135m', '-p', '24', '-n', '4', '--iterations', '1', '--warmup', '0'].concat(
  '--machine',
  'test-bench',
);
const SMALL = [...BARE, '--no-ceilings'];

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

function edgeproof(parameters: string[], env: Record<string, string> = {}, flags: string[] = []): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, EDGEPROOF_CACHE: cache, ...env }, maxBuffer: 1 << 26 };
    const child = execFile(process.execPath, [...flags, CLI, ...parameters], options, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode, stdout, stderr });
    });
  });
}

/** Whoever runs the tests may use the machine for other things meanwhile. */
const ANY_GRADE = ['--grade', 'C'];
/** No rounds in place of those of condition C. */
const NO_MORE = ['--budget', '0.001'];

const files = (directory: string) => readdirSync(join(directory, 'test-bench')).sort();

describe('run, show, compare, regress', () => {
  it('measures, stores and prints; stdout holds the answer and nothing else', async () => {
    const { code, stdout, stderr } = await edgeproof([
      ...SMALL,
      '-r',
      '2',
      ...NO_MORE,
      '--results',
      results,
      '-o',
      'json',
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('round 2 of 2') });
    const answer = JSON.parse(stdout);
    const [name] = files(results);
    const document = readResult(join(results, 'test-bench', name!));
    expect(document.cases).toHaveLength(1);
    const rounds = document.cases[0]!.rounds;
    expect(rounds.map((round) => round.status)).toEqual(['ok', 'ok']);
    for (const round of rounds) {
      if (round.status !== 'ok') throw new Error('not reached');
      const [iteration] = round.iterations;
      if (iteration === undefined || !('tokenMs' in iteration)) throw new Error('a generate iteration was expected');
      expect(iteration.tokenMs).toHaveLength(4);
      expect(iteration.tokenMs).toEqual(iteration.tokenMs.toSorted((a, b) => a - b));
      expect(Object.keys(round.memory.phases)).toEqual(['start', 'load', 'prefill', 'decode']);
      const { start, load, decode } = round.memory.phases;
      const onLinux = process.platform === 'linux';
      for (const phase of [start, load, decode]) expect((phase!.end?.pssBytes ?? 0) > 0).toBe(onLinux);
      expect(round.condition!.cpuMs.worker).toBeGreaterThan(0);
      // Half a byte a weight; the process cannot be smaller.
      expect(round.memory.peakRssBytes).toBeGreaterThan(134_515_008 / 2);
    }
    expect(document.cases[0]!.checkpoint?.parameters).toBe(134_515_008);
    expect(document.ceilings).toBeNull();
    expect(answer.cases[0].ofCeiling).toEqual({ prefill: null, decode: null });
    expect(answer.cases[0].metrics.decodeRate.rounds).toBe(2);
    expect(readFileSync(join(results, 'test-bench', name!), 'utf8')).not.toContain('mean');
  });

  it('shows a stored result in every format, without loading any native library', async () => {
    const guard = join(scratch, 'guard.cjs');
    writeFileSync(guard, `process.dlopen = () => { throw new Error('a native library was loaded'); };`);
    const show = (format: string) => edgeproof(['show', '--results', results, '-o', format], {}, ['--require', guard]);
    const table = await show('table');
    expect(table.code).toBe(0);
    expect(table.stdout).toContain('pp24 tg4');
    expect(table.stdout).toContain('tokens a second');
    expect(table.stdout).not.toContain('\x1b[');
    expect(table.stdout).toContain('grade');
    const memory = await edgeproof(['show', '--memory', '--results', results], {}, ['--require', guard]);
    expect(memory.stdout).toMatch(/before loading .*\n +load /);
    expect(memory.stdout).toContain('KV cache of 28 tokens:');
    expect((await show('md')).stdout).toMatch(/\| workload \| TTFT \(ms\) \|/);
    const [header, row] = (await show('csv')).stdout.trim().split('\n');
    expect(row!.split(',')).toHaveLength(header!.split(',').length);
    expect(JSON.parse((await show('jsonl')).stdout)).toMatchObject({ prompt: 24, new: 4, rounds: 2, status: 'ok' });
    expect((await edgeproof(['--help'], {}, ['--require', guard])).code).toBe(0);
    expect((await edgeproof(['run', '--help'], {}, ['--require', guard])).stdout).toContain('--prompt <ranges>');
  });

  it('adds rounds with --resume, then compares the result with a copy of itself', async () => {
    const resumed = await edgeproof([
      'run',
      '--resume',
      'latest',
      '-r',
      '5',
      ...NO_MORE,
      '--machine',
      'test-bench',
      '--results',
      results,
    ]);
    expect({ code: resumed.code, stderr: resumed.stderr }).toEqual({
      code: 0,
      stderr: expect.stringContaining('round 5 of 5'),
    });
    const [name] = files(results);
    const path = join(results, 'test-bench', name!);
    const document = readResult(path);
    expect(document.cases[0]!.rounds.map((round) => round.index)).toEqual([0, 1, 2, 3, 4]);

    const itself = await edgeproof(['compare', path, path, ...ANY_GRADE]);
    expect({ code: itself.code, err: itself.stderr }).toEqual({
      code: 2,
      err: expect.stringContaining('are the same measurement'),
    });
    const later = join(scratch, 'later.json');
    writeFileSync(later, JSON.stringify({ ...document, startedAt: '2026-01-01T00:00:00.000Z' }));
    const same = await edgeproof(['compare', path, later, ...ANY_GRADE]);
    expect({ code: same.code, out: same.stdout }).toEqual({
      code: 0,
      out: expect.stringContaining('No difference is shown.'),
    });

    // Rounds of a busy machine may differ by anything; these differ by what is asked for.
    const first = document.cases[0]!.rounds.find((round) => round.status === 'ok')!;
    const paced = (factor: number) => {
      const copy = structuredClone(document);
      copy.cases[0]!.rounds = document.cases[0]!.rounds.map((_, index) => {
        const round = { ...structuredClone(first), index };
        for (const iteration of round.iterations) {
          if ('tokenMs' in iteration)
            iteration.tokenMs = iteration.tokenMs.map((ms) => ms * factor * (1 + index / 100));
        }
        return round;
      });
      return copy;
    };
    writeFileSync(path, JSON.stringify(paced(1)));
    const slower = paced(3);
    slower.startedAt = new Date(Date.parse(document.startedAt) + 1000).toISOString();
    const slowerPath = join(results, 'test-bench', 'quick-29991231T000000Z.json');
    writeFileSync(slowerPath, JSON.stringify(slower));
    const gate = await edgeproof(['regress', '--results', results, ...ANY_GRADE]);
    expect({ code: gate.code, out: gate.stdout }).toEqual({
      code: 1,
      out: expect.stringMatching(/decode rate .* −6\d\.\d %\s+worse/),
    });

    slower.machine.id = 'another';
    writeFileSync(slowerPath, JSON.stringify(slower));
    const elsewhere = await edgeproof(['compare', path, slowerPath, ...ANY_GRADE]);
    expect(elsewhere.code).toBe(2);
    expect(elsewhere.stdout).toContain('machine (test-bench → another)');
    expect((await edgeproof(['compare', path, slowerPath, ...ANY_GRADE, '--across', 'machine'])).code).toBe(1);
    rmSync(slowerPath);
  });

  it('saves what is done on Ctrl-C, leaves no worker, and says how to go on', async () => {
    const directory = join(scratch, 'interrupted');
    const child = spawn(process.execPath, [CLI, ...SMALL, '-r', '50', '--results', directory], {
      env: { ...process.env, EDGEPROOF_CACHE: cache },
    });
    let stderr = '';
    for await (const chunk of child.stderr) {
      stderr += chunk;
      if (stderr.includes('round 3 of 50') && !child.killed) child.kill('SIGINT');
    }
    if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve));
    expect(child.exitCode).toBe(130);
    const [name] = files(directory);
    expect(stderr).toContain(`edgeproof run --resume ${join(directory, 'test-bench', name!)}`);
    const document = readResult(join(directory, 'test-bench', name!));
    expect(document.cases[0]!.rounds.length).toBeGreaterThanOrEqual(2);
    expect(files(directory)).toHaveLength(1);
    if (existsSync('/proc')) expect(workersOf(child.pid!)).toEqual([]);
  });

  it('records a failing case, keeps the others, and exits with 1', async () => {
    const directory = join(scratch, 'failed');
    const fine = await edgeproof(
      [...SMALL, '-r', '1', '--layout', 'tuned', '--timeout', '0.05', '--results', directory],
      {},
    );
    expect(fine.code).toBe(1);
    expect(fine.stdout).toContain('stopped after 0.05 s');
    const document = readResult(join(directory, 'test-bench', files(directory)[0]!));
    expect(document.cases[0]).toMatchObject({
      status: 'failed',
      rounds: [{ status: 'failed', failure: { code: 'worker-timeout' } }],
    });
  });
});

describe('ceilings', () => {
  const directory = join(scratch, 'ceilings');
  const answerOf = async (parameters: string[]) => {
    const { code, stdout } = await edgeproof([...parameters, '--results', directory, '-o', 'json']);
    return { code, answer: JSON.parse(stdout) as { ceilings: Ceiling[] | null; cases: Record<string, unknown>[] } };
  };

  it('are measured before the first round and after the last; rates are held against them', async () => {
    const { code, answer } = await answerOf([...BARE, '-r', '1']);
    expect(code).toBe(0);
    const document = readResult(join(directory, 'test-bench', files(directory)[0]!));
    const [round] = document.cases[0]!.rounds;
    const times = document.ceilings!.map(({ measuredAt }) => measuredAt);
    expect(times.filter((time) => time < round!.startedAt).length).toBeGreaterThan(0);
    expect(times.filter((time) => time > round!.startedAt).length).toBeGreaterThan(0);
    expect(new Set(document.ceilings!.map(({ kind }) => kind))).toEqual(
      new Set(['read-bandwidth', 'matmul-fp32', 'matmul-int8']),
    );
    expect(answer.ceilings).toEqual(document.ceilings);
    const share = { share: expect.any(Number), impossible: false };
    expect(answer.cases[0]!.ofCeiling).toMatchObject({ prefill: share, decode: share });
  });

  it('that are passed make a case impossible and a run fail', async () => {
    const path = join(directory, 'test-bench', files(directory)[0]!);
    const document = readResult(path);
    const slow = document.ceilings!.map((ceiling) =>
      ceiling.kind === 'read-bandwidth' ? { ...ceiling, value: 1e6, low: 1e6, high: 1.05e6 } : ceiling,
    );
    writeFileSync(path, JSON.stringify({ ...document, ceilings: slow }));
    const { stdout } = await edgeproof(['show', '--results', directory]);
    expect(stdout).toMatch(/impossible: decode of pp24 tg4: [\d,.]+ tok\/s, but reading \d+ MB a token at/);
    // Nothing is left to measure, so the ceilings stay as they are.
    expect((await edgeproof(['run', '--resume', path, '--machine', 'test-bench', '--results', directory])).code).toBe(
      1,
    );
  });
});

describe('models and machine', () => {
  it('inspects a graph, and refuses a truncated or foreign one', async () => {
    const synthesized = await edgeproof(['models', 'synthesize', 'qwen2.5-0.5b']);
    expect(synthesized.code).toBe(0);
    const folder = synthesized.stdout.trim();
    const facts = JSON.parse((await edgeproof(['models', 'inspect', 'qwen2.5-0.5b', '-o', 'json'])).stdout);
    expect(facts).toMatchObject({
      parameters: 494_032_768,
      head: { quantized: true, bits: 4 },
      kv: { shareable: true },
    });

    const copy = join(scratch, 'copy.onnx');
    cpSync(join(folder, 'onnx', 'model_q4.onnx'), copy);
    expect((await edgeproof(['models', 'inspect', copy])).stdout).toContain('494,032,768');
    truncateSync(copy, 1000);
    const cut = await edgeproof(['models', 'inspect', copy]);
    expect({ code: cut.code, stderr: cut.stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('is not a readable ONNX model'),
    });
    writeFileSync(copy, 'GGUF and more');
    expect((await edgeproof(['models', 'inspect', copy])).code).toBe(2);
  });

  it('lists models and describes the machine without its host name', async () => {
    const listed = JSON.parse((await edgeproof(['models', 'list', '-o', 'json'])).stdout);
    expect(listed[0]).toMatchObject({ model: 'qwen2.5-0.5b', parameters: 494_032_768, license: 'apache-2.0' });
    const { stdout } = await edgeproof(['machine', '-o', 'json']);
    expect(JSON.parse(stdout).physicalCores).toBeGreaterThanOrEqual(1);
    expect(JSON.parse(stdout).id).toMatch(/^[a-z0-9-]+-\d+c-\d+gb$/);
    const { ceilings } = JSON.parse(stdout) as { ceilings: Ceiling[] };
    const kinds = ceilings.filter(({ ep }) => ep !== 'webgpu').map(({ kind }) => kind);
    expect(new Set(kinds)).toEqual(new Set(['read-bandwidth', 'matmul-fp32', 'matmul-int8', 'storage-read']));
    const { executionProviders } = JSON.parse(stdout) as { executionProviders: { ep: string; failure: unknown }[] };
    expect(executionProviders.map(({ ep }) => ep)).toEqual(expect.arrayContaining(['cpu', 'webgpu', 'cuda']));
    for (const { ep, failure } of executionProviders) {
      if (ep === 'cpu') expect(failure).toBeNull();
      else if (failure !== null) expect(failure).toMatchObject({ code: 'ep-unavailable', hint: expect.any(String) });
    }
  });
});

describe('bad input: one clear error, exit code 2, nothing left behind', () => {
  const directory = join(scratch, 'bad');
  const suite = (content: string) => {
    const path = join(scratch, `suite-${Math.random().toString(36).slice(2)}.json`);
    writeFileSync(path, content);
    return path;
  };
  const LONG = 'x'.repeat(300);
  const pipe = join(scratch, 'pipe.json');
  if (process.platform !== 'win32') execFileSync('mkfifo', [pipe]);
  const blocked = join(scratch, 'a-file');
  writeFileSync(blocked, '');
  const cases: [string, string[], RegExp, Record<string, string>?][] = [
    ['unknown suite', ['run', 'nosuch'], /no suite "nosuch"[\s\S]*quick/],
    ['unknown model', ['run', '-m', 'gpt-9'], /no model "gpt-9"[\s\S]*models list/],
    ['unknown dtype', ['run', '--dtype', 'q5'], /dtypes\[0\][\s\S]*"q4"/],
    ['unknown runtime', ['run', '--runtime', 'tensorflow'], /runtimes\[0\][\s\S]*"onnxruntime"/],
    ['unknown option', ['run', '--fast'], /unknown option '--fast'/],
    ['unknown verb', ['benchmark'], /unknown command 'benchmark'/],
    ['prompt beyond the context', ['run', '-p', '40000'], /40128 positions[\s\S]*32768[\s\S]*--prompt/],
    ['zero prompt', ['run', '-p', '0'], /--prompt[\s\S]*from 1 to/],
    ['negative count', ['run', '-n', '-3'], /--new/],
    ['zero rounds', ['run', '-r', '0'], /--rounds/],
    [
      'a wrong field',
      ['run', suite('{"name":"x","models":["m"],"workloads":[{"kind":"generate","promt":[1]}]}')],
      /workloads\[0\]/,
    ],
    ['a suite that is a folder', ['run', `${scratch}/`], /cannot be read: it is a directory/],
    ['a suite that is a pipe', ['run', pipe], /cannot be read: it is a pipe/],
    [
      'a NUL in a name',
      ['run', suite('{"name":"x","models":["a\\u0000b"],"workloads":[{"kind":"generate","prompt":[8],"new":[4]}]}')],
      /models\[0\]: a name or a path without control characters/,
    ],
    ['a name too long', ['show', LONG], /no result "x+"/],
    ['a folder of results too long', ['show', '--results', LONG], /x+: (cannot be read: )?ENAMETOOLONG/],
    ['a machine too long', ['run', '--machine', LONG], /100 at most/],
    ['a limit too large', ['run', '--memory-limit', `${'9'.repeat(400)}GB`], /1 PiB at most/],
    ['too many cases', ['run', '-p', '1-1000', '-n', '1-1000'], /1000000 cases: 1000 × prompt, 1000 × new/],
    ['a cut suite', ['run', suite('{"name":')], /is not JSON/],
    ['unwritable results', ['run', '--results', join(blocked, 'x')], /cannot write results[\s\S]*--results/],
    [
      'unwritable cache',
      ['run', '--results', directory],
      /cannot write checkpoints[\s\S]*EDGEPROOF_CACHE/,
      { EDGEPROOF_CACHE: join(blocked, 'x') },
    ],
    ['no results', ['show', '--results', directory], /no result "latest"/],
    ['a cut result', ['show', suite('{"schemaVersion": 1, "startedAt"')], /is not JSON/],
    ['a newer result', ['show', suite('{"schemaVersion": 99}')], /schemaVersion 99[\s\S]*update/],
    ['an unknown format', ['show', '-o', 'xml'], /--output xml[\s\S]*jsonl/],
  ];
  it.each(cases)('%s', async (_name, parameters, message, env) => {
    const before = existsSync(directory)
      ? readdirSync(directory, { recursive: true }).filter((name) => String(name).endsWith('.json'))
      : [];
    const { code, stdout, stderr } = await edgeproof(parameters, env ?? {});
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('    at ');
    const after = existsSync(directory)
      ? readdirSync(directory, { recursive: true }).filter((name) => String(name).endsWith('.json'))
      : [];
    expect(after).toEqual(before);
  });
});

/** Command lines of processes whose parent is `pid`. */
function workersOf(pid: number): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
        return parent === pid ? [stat] : [];
      } catch {
        return [];
      }
    });
}
