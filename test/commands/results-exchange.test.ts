// `results import` and `results export` as a user runs them: paths on stdout, what happened on stderr, exit codes.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportRowSchema } from '../../src/contract/views/export.js';
import { saveResult } from '../../src/store/files.js';
import { documentOf, generateCase, steadyRound } from '../fixtures/document.js';
import { asJson, asLines, generationEntry, promptEntry } from '../fixtures/llama-bench.js';
import { readOpenMetrics } from '../fixtures/openmetrics.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'edgeproof-exchange-'));
  mkdirSync(join(folder, 'results'));
  writeFileSync(join(folder, 'bench.json'), asJson([promptEntry(), generationEntry(), promptEntry({ n_gen: 1 })]));
});
afterAll(() => rmSync(folder, { recursive: true }));

function edgeproof(...parameters: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'dist', 'cli.js'), ...parameters], {
    encoding: 'utf8',
    cwd: folder,
    // The name of this machine is not that of the machine in the file.
    env: { ...process.env, EDGEPROOF_CACHE: join(folder, 'cache'), EDGEPROOF_MACHINE: 'here' },
  });
  return { status, stdout, stderr };
}

const PATH = join('results', 'test-x1', 'llama-bench-20260102T030405Z.json');

describe('results import', () => {
  it('stores a file, prints the path, and names what it leaves out', () => {
    expect(edgeproof('results', 'import', 'bench.json')).toEqual({
      status: 0,
      stdout: `${PATH}\n`,
      stderr: [
        'left out: bench.json, test 3: pp512+tg1: one time for the prompt and generation together',
        'bench.json: 2 cases, 2 rounds of llama-bench b5163 (8cf427ff): stored',
        '',
      ].join('\n'),
    });
  });

  it('does not store it twice', () => {
    const { status, stdout, stderr } = edgeproof('results', 'import', 'bench.json');
    expect([status, stdout]).toEqual([0, `${PATH}\n`]);
    expect(stderr).toContain('already there, so nothing was stored');
    expect(readdirSync(join(folder, 'results', 'test-x1'))).toHaveLength(1);
  });

  it('is listed as foreign, shown, and agrees with itself', () => {
    expect(edgeproof('results').stdout).toMatch(/test-x1 +llama-bench +foreign +Tiny-Q4_K_M/);
    expect(edgeproof('show', 'llama-bench').stdout).toContain('Foreign: measured by llama-bench b5163 (8cf427ff)');
    expect(edgeproof('results', 'verify').status).toBe(0);
  });

  it('stores nothing where one of several files is wrong', () => {
    writeFileSync(join(folder, 'good.jsonl'), asLines([promptEntry({ cpu_info: 'Other X2' })]));
    writeFileSync(join(folder, 'bad.json'), asJson([promptEntry({ samples_ns: [-1] })]));
    const { status, stdout, stderr } = edgeproof('results', 'import', 'good.jsonl', 'bad.json');
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('bad.json is not valid:\n  [0].samples_ns[0]');
    expect(readdirSync(join(folder, 'results'))).toEqual(['test-x1']);
  });

  it('refuses text of the file that would be obeyed, and a name that is no folder', () => {
    writeFileSync(join(folder, 'evil.json'), asJson([promptEntry({ model_filename: 'a\u001b[31m.gguf' })]));
    const { status, stderr } = edgeproof('results', 'import', 'evil.json');
    expect(status).toBe(2);
    expect(stderr).not.toContain('\u001b');
    expect(edgeproof('results', 'import', 'bench.json', '--machine', '../up').status).toBe(2);
  });
});

describe('results export', () => {
  beforeAll(() => {
    const rounds = [steadyRound(100, 5), steadyRound(110, 5)];
    const own = (startedAt: string) => documentOf([generateCase(rounds)], { machine: 'own', startedAt });
    for (const day of ['02', '03'])
      saveResult(
        join(folder, 'results', 'own', `quick-202602${day}T000000Z.json`),
        own(`2026-02-${day}T00:00:00.000Z`),
      );
  });

  it('prints the newest result as rows, or those that are named', () => {
    const lines = (...names: string[]) =>
      edgeproof('results', 'export', ...names)
        .stdout.trimEnd()
        .split('\n')
        .map((line) => exportRowSchema.parse(JSON.parse(line)));
    expect(new Set(lines().map(({ result }) => result))).toEqual(
      new Set([join('results', 'own', 'quick-20260203T000000Z.json')]),
    );
    const all = lines('results');
    expect(new Set(all.map(({ result }) => result)).size).toBe(3);
    expect(all.filter(({ foreign }) => foreign).map(({ metric, value }) => [metric, value])).toEqual([
      ['prefillRate', 8000],
      ['decodeRate', 128],
      ['tpotMs', 7.8125],
    ]);
  });

  it('prints one value of each case, and counts what it leaves out', () => {
    const { status, stdout, stderr } = edgeproof('results', 'export', 'results', '--format', 'openmetrics');
    expect([status, stderr]).toEqual([0, 'left out: 1 case that a newer result measured again\n']);
    const rates = readOpenMetrics(stdout).filter(({ name }) => name.includes('decode_rate'));
    expect(rates.map(({ labels, value }) => [labels.machine, labels.runtime, value])).toEqual([
      ['test-x1', 'foreign-llama-bench', 128],
      ['own', 'onnxruntime', 200],
    ]);
  });

  it('asks for a direction where a format needs one, and for no other', () => {
    const exported = (...parameters: string[]) => edgeproof('results', 'export', 'own', ...parameters);
    const github = ['--format', 'github-action-benchmark'];
    expect(exported(...github)).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('--better') });
    expect(exported('--format', 'csv', '--better', 'lower')).toMatchObject({ status: 2, stdout: '' });
    expect(
      JSON.parse(exported(...github, '--better', 'lower').stdout).map(({ unit }: { unit: string }) => unit),
    ).toEqual(['ms', 'bytes']);
    expect(exported('--format', 'xml').status).toBe(2);
  });

  it('names a result that cannot be read, prints the others, and fails', () => {
    const broken = join(folder, 'results', 'own', 'broken-20260101T000000Z.json');
    writeFileSync(broken, readFileSync(join(folder, PATH)).subarray(0, 300));
    const { status, stdout, stderr } = edgeproof('results', 'export', 'own', '--format', 'bencher');
    expect([status, Object.keys(JSON.parse(stdout)).length]).toEqual([2, 1]);
    expect(stderr).toContain('broken-20260101T000000Z.json is not JSON');
    rmSync(broken);
  });
});
