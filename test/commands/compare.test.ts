// `compare` and `regress` as a user meets them, on stored documents: which are chosen, what is a no, and what is refused.
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pair } from '../../src/commands/cli-options.js';
import type { CaseResult } from '../../src/contract/result.js';
import { resultPath, saveResult } from '../../src/store/files.js';
import { documentOf, type FakeDocument, type FakeRound, generateCase, steadyRound } from '../fixtures/document.js';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'edgeproof-compare-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function edgeproof(...parameters: string[]) {
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    const child = execFile(process.execPath, [CLI, ...parameters, '--results', folder], (_error, stdout, stderr) => {
      resolve({ code: child.exitCode, stdout, stderr });
    });
  });
}

function put(day: number, cases: CaseResult[], options: FakeDocument = {}): string {
  const document = documentOf(cases, { startedAt: `2025-01-0${day}T00:00:00.000Z`, ...options });
  const path = resultPath(folder, document);
  saveResult(path, document);
  return path;
}
const KEY = generateCase([steadyRound(100, 10)]).key;
const caseOf = (ok: number, failed = 0, threads = 2) =>
  generateCase(
    [
      ...Array.from({ length: ok }, (_, i): FakeRound => steadyRound(100 + i / 100, 10)),
      ...Array.from({ length: failed }, () => 'failed' as const),
    ],
    { key: { threads, workload: KEY.workload } },
  );

describe('compare', () => {
  it('says no to a case that is missing, unless that is allowed', async () => {
    put(1, [caseOf(8), caseOf(8, 0, 4)]);
    put(2, [caseOf(8)]);
    const { code, stdout } = await edgeproof('compare', 'previous', 'latest');
    expect({ code, stdout }).toEqual({
      code: 1,
      stdout: expect.stringContaining('missing, only in the baseline: 4 threads'),
    });
    expect((await edgeproof('compare', 'previous', 'latest', '--allow-missing')).code).toBe(0);
  });

  it('says no to new failures, whatever is allowed, and knows the history', async () => {
    for (const day of [1, 2, 3]) put(day, [caseOf(5)]);
    put(4, [caseOf(5)]);
    put(5, [caseOf(8, 2)]);
    put(6, [caseOf(0, 5)], { suite: 'later' });
    const { code, stdout } = await edgeproof('compare', '20250104', '20250105', '--allow-missing', '-o', 'json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout).failures).toMatchObject([
      { candidate: { failed: 2, of: 10 }, baseline: { failed: 0, of: 5 }, history: { failed: 0, of: 15 }, isNew: true },
    ]);
  });

  it('refuses to choose between pairs, and takes the one that --pair names', async () => {
    const path = put(1, [caseOf(6, 0, 1), caseOf(6, 0, 4)]);
    const other = put(2, [caseOf(6, 0, 8)]);
    const refused = await edgeproof('compare', path, other, '--across', 'threads');
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain('threads=4 → threads=8: --pair threads=4:8');
    const { code, stdout } = await edgeproof('compare', path, other, '--pair', 'threads=4:8');
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('across threads (4 → 8): pp512 tg5') });
  });
});

describe('compare with several candidates', () => {
  const slow = () =>
    generateCase(
      Array.from({ length: 8 }, (_, i) => steadyRound(200 + i / 100, 20)),
      { key: KEY },
    );
  const history = () => {
    const first = put(1, [caseOf(8)]);
    return [first, put(2, [caseOf(8)]), put(3, [slow()])] as const;
  };

  it('has a column for each and says no where one is worse', async () => {
    const [a, b, c] = history();
    const { code, stdout } = await edgeproof('compare', a, b, c);
    expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringMatching(/baseline +2025-01-02 +2025-01-03/) });
    expect((await edgeproof('compare', a, b, b)).code).toBe(0);
  });

  it('takes two revisions, each with its newest result', async () => {
    const git = (...parameters: string[]) =>
      execFileSync('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@b', ...parameters], {
        stdio: 'ignore',
      });
    put(1, [caseOf(8)]);
    git('init');
    for (const day of [2, 3]) {
      put(day, [day === 2 ? caseOf(8) : slow()]);
      git('add', '.');
      git('commit', '-m', `${day}`);
    }
    const { code, stdout } = await edgeproof('compare', 'HEAD~1..HEAD', '-o', 'json');
    const { baseline, candidate } = JSON.parse(stdout);
    expect(code).toBe(1);
    expect(baseline).toMatch(/^HEAD~1:.*20250102/);
    expect(candidate).toMatch(/^HEAD:.*20250103/);
  });

  it('asks for a candidate', async () => {
    const { code, stderr } = await edgeproof('compare', history()[0]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('there is no candidate') });
  });
});

describe('regress', () => {
  it('takes the newest earlier result of the same plan, machine and cases, and names what it passes over', async () => {
    const wanted = put(1, [caseOf(6)], { suite: 'renamed' });
    put(2, [caseOf(6)], { machine: 'another' });
    const nothing = put(4, [caseOf(0, 6)]);
    put(3, [caseOf(6)]);
    const { code, stdout, stderr } = await edgeproof('regress');
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining(`baseline   ${wanted} ·`) });
    expect(stderr).toBe(`passed over: ${nothing}: no round in it succeeded\n`);
  });
});

describe('a result that cannot be read', () => {
  it('ends a comparison that would take another one in its place; named results are compared', async () => {
    const [before, after] = [put(1, [caseOf(6)]), put(2, [caseOf(6)])];
    const broken = join(dirname(after), 'quick-20250103T000000Z.json');
    writeFileSync(broken, '{');
    for (const verb of [['regress'], ['compare', 'previous', 'latest']]) {
      const { code, stdout, stderr } = await edgeproof(...verb);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(broken);
      expect(stderr).toContain('restore or remove it');
    }
    expect((await edgeproof('compare', before, after)).code).toBe(0);
    expect((await edgeproof('show')).code).toBe(0);
  });
});

describe('--pair', () => {
  it.each([
    ['threads=1:4', ['threads', '1', '4']],
    ['option.spinning=on:off', ['option.spinning', 'on', 'off']],
    ['model=C:\\a.onnx:D:\\b.onnx', ['model', 'C:\\a.onnx', 'D:\\b.onnx']],
    ['model=https://hub/a:b', ['model', 'https://hub/a', 'b']],
  ])('%s', (text, [dimension, baseline, candidate]) => {
    expect(pair(text)).toEqual([{ dimension, baseline, candidate }]);
  });

  it.each(['threads', 'threads=1', 'threads=1:', 'threads=:4', '=1:4'])('refuses %s', (text) => {
    expect(() => pair(text)).toThrow('such as threads=1:4');
  });
});
