// `results` and `results verify` as a user runs them: the list, its filters, what is wrong, exit codes.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resultsSchema, verifySchema } from '../../src/contract/views/results.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'edgeproof-verb-results-'));
const store = join(folder, 'results');
// Those that are committed; whoever runs edgeproof here has more.
beforeAll(() => {
  const filter = (path: string) => !path.endsWith('.json') || path.includes('-20261122T');
  cpSync(join(ROOT, 'results', 'intel-xeon-2c-24gb'), join(store, 'intel-xeon-2c-24gb'), { recursive: true, filter });
});
afterAll(() => rmSync(folder, { recursive: true }));

function edgeproof(...parameters: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'dist', 'cli.js'), ...parameters], {
    encoding: 'utf8',
    cwd: folder,
    env: { ...process.env, EDGEPROOF_CACHE: join(folder, 'cache') },
  });
  return { status, stdout, stderr };
}

const listed = (...filters: string[]) =>
  resultsSchema.parse(JSON.parse(edgeproof('results', '-o', 'json', ...filters).stdout)).map(({ path }) => path);

describe('the list', () => {
  it('has one line a result, the newest first', () => {
    const { status, stdout, stderr } = edgeproof('results');
    expect([status, stderr]).toEqual([0, '']);
    const lines = stdout.split('\n');
    expect(lines[0]).toBe('6 results of 1 machine in results');
    expect(lines.slice(3, 9).map((line) => line.split(/ {2,}/))).toEqual([
      [
        '2026-11-22 15:47',
        'intel-xeon-2c-24gb',
        'long',
        'a4261ad',
        'qwen2.5-0.5b',
        'synthetic',
        '6',
        '4 A 26 B',
        'long-20261122T154741Z.json',
      ],
      [
        '2026-11-22 13:21',
        'intel-xeon-2c-24gb',
        'quick',
        'a75a4e3',
        'qwen2.5-0.5b',
        'synthetic',
        '1',
        '3 A 2 B',
        'quick-20261122T132127Z.json',
      ],
      [
        '2026-11-22 10:32',
        'intel-xeon-2c-24gb',
        'quick',
        '740d033',
        'qwen2.5-0.5b',
        'synthetic',
        '1',
        '3 ungraded',
        'quick-20261122T103218Z.json',
      ],
      [
        '2026-11-22 10:23',
        'intel-xeon-2c-24gb',
        'runtimes',
        '39958f7',
        'qwen2.5-0.5b',
        'synthetic',
        '4',
        '24 ungraded',
        'runtimes-20261122T102328Z.json',
      ],
      [
        '2026-11-22 07:22',
        'intel-xeon-2c-24gb',
        'quick',
        'c9f7a17',
        'qwen2.5-0.5b',
        'synthetic',
        '1',
        '3 ungraded',
        'quick-20261122T072215Z.json',
      ],
      [
        '2026-11-22 07:12',
        'intel-xeon-2c-24gb',
        'runtimes',
        'e4e5b20',
        'qwen2.5-0.5b',
        'synthetic',
        '4',
        '20 ungraded',
        'runtimes-20261122T071215Z.json',
      ],
    ]);
  });

  it('is filtered by machine, model, suite and start, and by names', () => {
    expect(listed('--suite', 'run*')).toHaveLength(2);
    expect(listed('--since', '2026-11-22T13:00Z')).toHaveLength(2);
    expect(listed('--since', '1d')).toHaveLength(0);
    expect(listed('--machine', '*-24gb', '--model', 'qwen2.5-0.5b')).toHaveLength(6);
    expect(listed('--model', 'other')).toEqual([]);
    expect(listed('quick-2026112?T1*')).toHaveLength(2);
    const { status, stdout } = edgeproof('results', '--model', 'other');
    expect([status, stdout]).toEqual([0, 'none of 6 results in results matches the filters\n']);
  });

  it('refuses what is no date, and says where nothing is', () => {
    expect(edgeproof('results', '--since', 'yesterday')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('7d'),
    });
    const nothing = edgeproof('results', '--results', 'nowhere');
    expect(nothing).toMatchObject({ status: 2, stderr: expect.stringContaining('there are no results in nowhere') });
  });
});

describe('verify', () => {
  it('is content with what edgeproof wrote', () => {
    const { status, stdout } = edgeproof('results', 'verify');
    expect([status, stdout.split('\n')[0]]).toEqual([
      0,
      '6 results verified: each agrees with its schema, its identity and what its machine can do.',
    ]);
  });

  it('names each file that is damaged, foreign, newer, a circle of links or there twice, and exits with 1', () => {
    const broken = join(folder, 'broken');
    const machine = join(broken, 'intel-xeon-2c-24gb');
    cpSync(store, broken, { recursive: true });
    const good = readFileSync(join(machine, 'quick-20261122T132127Z.json'), 'utf8');
    const put = (name: string, text: string) => writeFileSync(join(machine, name), text);
    put('quick-20261122T132127Z-2.json', good);
    put('quick-20261201T000000Z.json', good.slice(0, 2000));
    put('quick-20261202T000000Z.json', good.replace('"schemaVersion": 1', '"schemaVersion": 99'));
    put('quick-20261203T000000Z.json', '{"llama": "bench"}');
    symlinkSync('quick-20261204T000000Z.json', join(machine, 'quick-20261204T000000Z.json'));
    const { status, stdout } = edgeproof('results', 'verify', '--results', broken, '-o', 'json');
    expect(status).toBe(1);
    const faults = verifySchema.parse(JSON.parse(stdout)).filter((result) => result.faults.length > 0);
    const found = Object.fromEntries(
      faults.map(({ path, faults: [first] }) => [path.replace(`${machine}/`, ''), first!.check]),
    );
    expect(found).toEqual({
      [broken]: 'file',
      'quick-20261122T132127Z-2.json': 'duplicate',
      'quick-20261201T000000Z.json': 'schema',
      'quick-20261202T000000Z.json': 'schema',
      'quick-20261203T000000Z.json': 'schema',
    });
    const table = edgeproof('results', 'verify', '--results', broken).stdout;
    expect(table).toContain('5 of 11 results are not what they claim to be');
    expect(table).toContain('schemaVersion 99');
  });

  it('verifies what was committed at a revision', () => {
    const git = (...parameters: string[]) =>
      execFileSync('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@b', ...parameters], {
        stdio: 'pipe',
      });
    git('init', '-q');
    git('add', 'results');
    git('commit', '-qm', 'results');
    expect(edgeproof('results', 'verify', 'HEAD:quick*')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^3 results/),
    });
  });
});
