// What people may call a result, on disk and in git.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CaseResult } from '../../src/contract/result.js';
import { readResult, resultPath, saveResult } from '../../src/store/files.js';
import { namedResults, openResult, rangeOf } from '../../src/store/names.js';
import { documentOf, type FakeDocument, generateCase, steadyRound } from '../fixtures/document.js';
import { thrownBy } from '../fixtures/thrown.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'edgeproof-results-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function save(options: FakeDocument = {}): string {
  const document = documentOf([generateCase([steadyRound(100, 10)])], options);
  const path = resultPath(folder, document);
  saveResult(path, document);
  return path;
}

const find = (...question: Parameters<typeof openResult>) => openResult(...question).path;

describe('one result', () => {
  it('finds by path, by latest and previous, and by part of the file name the newest', () => {
    const old = save({ startedAt: '2025-01-01T00:00:00.000Z', machine: 'b', suite: 'quick' });
    const middle = save({ startedAt: '2025-01-02T00:00:00.000Z', machine: 'a', suite: 'quick' });
    const newest = save({ startedAt: '2025-01-03T00:00:00.000Z', machine: 'a', suite: 'edge' });
    expect(find(folder, old)).toBe(old);
    expect(find(folder, 'latest')).toBe(newest);
    expect(find(folder, 'previous')).toBe(middle);
    expect(find(folder, 'quick')).toBe(middle);
    expect(find(folder, '20250101')).toBe(old);
    expect(find(folder, 'edge-20250103T000000Z.json')).toBe(newest);
  });

  const put = (day: number, cases: CaseResult[], options: FakeDocument = {}) => {
    const stored = documentOf(cases, { startedAt: `2025-01-0${day}T00:00:00.000Z`, ...options });
    const path = resultPath(folder, stored);
    saveResult(path, stored);
    return path;
  };
  const measured = (threads = 2) => generateCase([steadyRound(100, 10)], { key: { threads } });
  const failed = () => generateCase(['failed'], { key: { workload: measured().key.workload } });

  it('takes as previous the newest before that shares a case, whatever its suite is called', () => {
    const wanted = put(1, [measured(4), measured(2)], { suite: 'edge' });
    put(2, [measured(8)]);
    put(3, [measured(2)], { machine: 'another' });
    put(4, [failed(), measured(8)]);
    const latest = put(5, [measured(2), measured(1)]);
    expect(find(folder, 'latest')).toBe(latest);
    expect(find(folder, 'previous')).toBe(wanted);
  });

  it('tells machines of one slug by their hardware', () => {
    const wanted = put(1, [measured()]);
    const amx = put(2, [measured()]);
    const stored = readResult(amx);
    saveResult(amx, { ...stored, machine: { ...stored.machine, instructionSets: ['avx2', 'amx_tile'] } });
    put(3, [measured()]);
    expect(find(folder, 'previous')).toBe(wanted);
  });

  it('takes whatever ran before where no case is shared, of the same machine if there is any', () => {
    const other = put(1, [measured(8)]);
    const elsewhere = put(2, [measured()], { machine: 'another' });
    put(3, [measured()]);
    expect(find(folder, 'previous')).toBe(other);
    rmSync(other);
    expect(find(folder, 'previous')).toBe(elsewhere);
  });

  it('passes over results in which nothing succeeded, says so, and still finds them by name', () => {
    const wanted = put(1, [measured()]);
    const nothing = [
      put(2, [failed()]),
      put(4, [failed()]),
      put(5, [{ ...measured(), status: 'skipped', rounds: [] }]),
    ];
    const latest = put(3, [measured()]);
    const said: string[] = [];
    expect(find(folder, 'latest', ({ message }) => said.push(message))).toBe(latest);
    expect(said).toEqual([nothing[2], nothing[1]].map((path) => `${path}: no round in it succeeded`));
    expect(find(folder, 'previous')).toBe(wanted);
    expect(find(folder, '20250105')).toBe(nothing[2]);
  });

  it('passes over what cannot be read, and says so', () => {
    const latest = put(1, [measured()]);
    writeFileSync(join(dirname(latest), 'quick-20250109T000000Z.json'), '{');
    const said: string[] = [];
    expect(find(folder, 'latest', ({ code }) => said.push(code))).toBe(latest);
    expect(said).toEqual(['json-broken']);
  });

  it('says that there is no file where a path is named', () => {
    expect(thrownBy(() => find(folder, 'no/such/file.json'))).toMatchObject({
      code: 'result-unknown',
      message: 'there is no file no/such/file.json',
    });
  });

  it.each(['unknown', 'latest', 'previous'])('says what to do where there is no %s', (name) => {
    if (name === 'previous') save();
    const error = thrownBy(() => find(folder, name));
    expect(error.code).toBe('result-unknown');
    expect(error.message).toContain(name);
    expect(error.message).toContain(folder);
    expect(error.hint).toContain('latest');
  });

  it.each(['x'.repeat(300), `./${'x'.repeat(300)}`, 'a\0b'])(
    'knows no result of a name that no file can have',
    (name) => {
      expect(thrownBy(() => find(folder, name)).code).toBe('result-unknown');
    },
  );

  it('takes the newest of a folder, of a machine and of a pattern', () => {
    const a = put(1, [measured()], { machine: 'a' });
    const b = put(2, [measured()], { machine: 'b' });
    put(3, [failed()], { machine: 'b' });
    expect([folder, dirname(a), 'a', '*/quick-*', 'quick-2025*'].map((name) => find(folder, name))).toEqual([
      b,
      a,
      a,
      b,
      b,
    ]);
  });
});

describe('several results', () => {
  it('are all of a folder, a machine or a pattern, each once and the oldest first; a keyword is one', () => {
    const first = save({ startedAt: '2025-01-01T00:00:00.000Z', machine: 'b' });
    const second = save({ startedAt: '2025-01-02T00:00:00.000Z', machine: 'a' });
    const third = save({ startedAt: '2025-01-03T00:00:00.000Z', machine: 'b', suite: 'edge' });
    const paths = (...names: string[]) => namedResults(folder, names).map(({ path }) => path);
    expect(paths(folder)).toEqual([first, second, third]);
    expect(paths('b')).toEqual([first, third]);
    expect(paths('b', 'quick', first)).toEqual([first, second, third]);
    expect(paths('latest', 'previous')).toEqual([first, third]);
    expect(thrownBy(() => paths('a', 'nowhere*')).code).toBe('result-unknown');
  });
});

describe('results at a git revision', () => {
  const git = (...parameters: string[]) =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@b', ...parameters], { stdio: 'pipe' });
  const commit = () => {
    git('add', '.');
    git('commit', '-qm', 'results');
  };
  const store = () => join(folder, 'results');
  const keep = (options: FakeDocument) => {
    const document = documentOf([generateCase([steadyRound(100, 10)])], options);
    saveResult(resultPath(store(), document), document);
    return document;
  };

  it('are those that were committed then, read from git although the folder has changed', () => {
    git('init', '-q', '-b', 'main');
    const old = keep({ startedAt: '2025-01-01T00:00:00.000Z' });
    commit();
    const newer = keep({ startedAt: '2025-01-02T00:00:00.000Z', suite: 'edge' });
    commit();
    rmSync(store(), { recursive: true });
    const open = (name: string) => openResult(store(), name);
    expect(open('HEAD~1:latest').document).toEqual(old);
    expect(open('HEAD:').document).toEqual(newer);
    expect(open('main:previous').document).toEqual(old);
    expect(open('main:quick').document).toEqual(old);
    expect(open('main:*/quick-*').document).toEqual(old);
    expect(open('main:testbox-2c-8gb').document).toEqual(newer);
    expect(open('HEAD~1:latest').path).toBe(`HEAD~1:${join(store(), 'testbox-2c-8gb', 'quick-20250101T000000Z.json')}`);
    expect(namedResults(store(), ['main:testbox-2c-8gb'])).toHaveLength(2);
    expect(rangeOf('HEAD~1..HEAD')!.map((name) => open(name).document)).toEqual([old, newer]);
    for (const name of ['HEAD~9:latest', '--help:latest', 'HEAD~1:edge'])
      expect(thrownBy(() => open(name)).code).toBe('result-unknown');
  });

  it('that is damaged is named with its revision', () => {
    git('init', '-q', '-b', 'main');
    keep({});
    writeFileSync(join(store(), 'testbox-2c-8gb', 'quick-20260101T000000Z.json'), '{');
    commit();
    const error = thrownBy(() => openResult(store(), 'main:quick'));
    expect(error).toMatchObject({ code: 'json-broken', message: expect.stringContaining('main:') });
    expect(openResult(store(), 'main:latest').document.startedAt).toBe('2025-01-01T12:00:00.000Z');
  });
});

describe('a range', () => {
  it('is two revisions; paths and half ranges are none', () => {
    expect(rangeOf('main..HEAD')).toEqual(['main:latest', 'HEAD:latest']);
    expect([rangeOf('../results/a.json'), rangeOf('latest'), rangeOf('main..'), rangeOf('a...b')]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
});
