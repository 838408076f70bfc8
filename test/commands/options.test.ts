// Options, parity and the search for threads as a user meets them: the built program on a tiny model.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readResult, saveResult } from '../../src/store/files.js';
import { TINY_CONFIG } from '../reference/tiny-model.js';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'edgeproof-options-'));
const config = join(scratch, 'config.json');
beforeAll(() => writeFileSync(config, JSON.stringify(TINY_CONFIG)));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function edgeproof(...parameters: string[]) {
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    const env = { ...process.env, EDGEPROOF_CACHE: join(scratch, 'cache') };
    const child = execFile(process.execPath, [CLI, ...parameters], { env }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode, stdout, stderr });
    });
  });
}

const run = (results: string, ...parameters: string[]) =>
  edgeproof(
    ...['run', '-m', config, '--dtype', 'fp32', '--results', join(scratch, results), '--machine', 'here'],
    ...['-p', '8', '-n', '4', '--iterations', '1', '--warmup', '0', '-r', '1', ...parameters],
  );
const stored = (results: string) => {
  const folder = join(scratch, results, 'here');
  return readdirSync(folder).map((name) => join(folder, name));
};

describe('run --option', () => {
  it('measures each set as a case, reads it back, and compares the tokens of all', async () => {
    const runtimes = ['--runtime', 'onnxruntime,transformers.js', '--layout', 'published'];
    const { code, stdout, stderr } = await run(
      'options',
      ...runtimes,
      '--option',
      'spinning=on,off',
      '--option',
      'arena=off',
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^threads=auto is \d+: \d+ p/) });
    expect(stdout).toContain('arena off');
    expect(stdout.match(/^Tokens of .*$/gm)).toEqual([
      expect.stringMatching(
        /^Tokens of \S+ published fp32 by onnxruntime spinning=off arena=off, .*: the same 32 as by onnxruntime arena=off\.$/,
      ),
    ]);
    const { cases, threads } = readResult(stored('options')[0]!);
    expect(threads).toMatchObject({ auto: { why: expect.stringContaining('core') }, searches: [] });
    const effective = cases.map(({ id, rounds: [round] }) => {
      const { spinning, arena } = round!.status === 'ok' ? round!.options : {};
      return [id.includes('option.spinning=off'), spinning, arena];
    });
    expect(effective).toEqual([
      [false, true, false],
      [true, false, false],
      [false, true, false],
      [true, false, false],
    ]);
    expect(cases.map(({ answer }) => answer?.tokens.length)).toEqual([32, 32, 32, 32]);
    expect(cases.map(({ answer }) => answer?.logits === null)).toEqual([false, false, true, true]);
  });

  it.each([
    [['--option', 'session.dynamic_block_bas=4'], 'has no config key session.dynamic_block_bas'],
    [['--option', 'spinning=of'], 'spinning=on or spinning=off'],
    [['--tune', 'threads', '-t', '2'], '--tune threads chooses the number of threads'],
  ])('%j is refused before anything is measured', async (parameters, words) => {
    const { code, stderr } = await run('refused', ...parameters);
    expect([code, stderr]).toEqual([2, expect.stringContaining(words)]);
    expect(existsSync(join(scratch, 'refused'))).toBe(false);
  });
});

describe('run --tune threads', () => {
  it('stores what it tried, and runs the suite with what it chose', async () => {
    const { code, stdout } = await run('tuned', '--tune', 'threads');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Threads of \S+ tuned fp32 onnxruntime cpu: \d+, the (best|fewest)/m);
    const { cases, threads, machine } = readResult(stored('tuned')[0]!);
    const [search] = threads!.searches;
    expect(search!.tried.map(({ threads }) => threads)).toContain(machine.usableCores);
    for (const { prefillRate, decodeRate } of search!.tried)
      expect([prefillRate.length, decodeRate.length]).toEqual([3, 3]);
    expect(cases.map(({ key }) => key.threads)).toEqual([search!.chosen]);
    expect(cases[0]!.id).toContain(`/threads=${search!.chosen}/`);
  });
});

describe('compare', () => {
  it('says faster but different, and ends with 1, where the same files gave other tokens', async () => {
    await run('pair', '-r', '6', '--budget', '0.001');
    const [path] = stored('pair');
    const [before, after] = [readResult(path!), readResult(path!)];
    const paced = (document: typeof before, ms: number) => {
      for (const [index, round] of document.cases[0]!.rounds.entries())
        if (round.status === 'ok')
          for (const iteration of round.iterations)
            if ('tokenMs' in iteration) iteration.tokenMs = [1, 2, 3, 4].map((i) => i * ms * (1 + index / 100));
    };
    paced(before, 20);
    paced(after, 10);
    const answer = after.cases[0]!.answer!;
    answer.tokens[6] = (answer.tokens[6]! + 1) % TINY_CONFIG.vocab_size;
    const [slow, fast] = [join(scratch, 'slow.json'), join(scratch, 'fast.json')];
    saveResult(slow, before);
    saveResult(fast, after);
    const { code, stdout } = await edgeproof('compare', '--grade', 'C', slow, fast);
    expect(code).toBe(1);
    expect(stdout).toMatch(/decode rate .*\+100\.0 %\s+.*faster but different \(p=/);
    expect(stdout).toMatch(/^Faster but different: 2 of 4 figures/m);
    expect(stdout).toMatch(/other than of the baseline from token 7 of 32 on, a different computation/);
  });
});
