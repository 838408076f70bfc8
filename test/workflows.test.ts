// The workflows of docs/ci.md: valid by the parser of their host, and their shell lines do what the page says, in a clone of
// a real git repository in which only the measuring is replaced.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { okRounds } from '../src/contract/result.js';
import { identityOf } from '../src/stats/identity.js';
import { resultPath, saveResult } from '../src/store/files.js';
import { documentOf, generateCase, steadyRound } from './fixtures/document.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PAGE = readFileSync(join(ROOT, 'docs', 'ci.md'), 'utf8');
const [GITHUB, GITLAB] = [...PAGE.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, text]) => text!) as [string, string];

/** What docs.gitlab.com/ci/yaml allows of the keywords that are used. */
const gitlabSchema = z.record(
  z.string(),
  z.strictObject({
    tags: z.array(z.string()).min(1),
    image: z.string(),
    resource_group: z.string(),
    script: z.array(z.string()).min(1),
    artifacts: z.strictObject({
      when: z.enum(['on_success', 'on_failure', 'always']),
      reports: z.strictObject({ junit: z.string() }),
    }),
  }),
);

const githubSteps = () => (parse(GITHUB).jobs.gate.steps as { name?: string; run?: string }[]).filter(({ run }) => run);
const gitlabScript = () => gitlabSchema.parse(parse(GITLAB)).gate!.script;

/** Bundled, because it imports JSON in a way that Node does not accept. */
async function workflowParser(directory: string): Promise<typeof import('@actions/workflow-parser')> {
  const outfile = join(directory, 'workflow-parser.mjs');
  const stdin = { contents: "export * from '@actions/workflow-parser';", resolveDir: ROOT };
  await build({ stdin, outfile, bundle: true, format: 'esm', platform: 'node', logLevel: 'error' });
  return import(outfile);
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'edgeproof-workflows-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('the workflow for GitHub is one by the parser of GitHub', async () => {
  const { NoOperationTraceWriter, parseWorkflow } = await workflowParser(folder);
  const faults = (content: string) =>
    parseWorkflow({ name: 'benchmarks.yml', content }, new NoOperationTraceWriter())
      .context.errors.getErrors()
      .map(({ message }) => message);

  expect(faults(GITHUB)).toEqual([]);
  expect(faults(GITHUB.replace('runs-on', 'runs'))).not.toEqual([]);
});

const git = (directory: string, ...parameters: string[]) =>
  execFileSync('git', ['-C', directory, '-c', 'user.name=a', '-c', 'user.email=a@b', ...parameters], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();

const day = (number: number) => `2026-01-${String(number).padStart(2, '0')}T00:00:00.000Z`;
function measured(factor: number, startedAt: string) {
  const rounds = Array.from({ length: 8 }, (_, i) => steadyRound(100, 20 * factor * (1 + i / 1000)));
  const document = documentOf([generateCase(rounds)], { machine: 'bench-1', startedAt });
  const [result] = document.cases;
  for (const round of okRounds(result!)) {
    round.startedAt = startedAt;
    result!.identity = identityOf(document, result!, round.options, result!.checkpoint!.files);
  }
  return document;
}

/** A repository with eight quiet sittings, a clone of it, and commands in which `run` writes a result `factor` as slow. */
function workplace(factor: number) {
  const origin = join(folder, 'origin.git');
  const clone = join(folder, 'clone');
  const commands = join(folder, 'bin');
  execFileSync('git', ['init', '-q', '--bare', '-b', 'main', origin]);
  execFileSync('git', ['clone', '-q', origin, clone], { stdio: 'ignore' });
  for (let i = 1; i <= 8; i++) {
    const document = measured(1, day(i));
    saveResult(resultPath(join(clone, 'results'), document), document);
  }
  git(clone, 'checkout', '-q', '-B', 'main');
  git(clone, 'add', '.');
  git(clone, 'commit', '-qm', 'baselines');
  git(clone, 'push', '-q', '-u', 'origin', 'main');
  const next = join(folder, 'next');
  const document = measured(factor, day(20));
  saveResult(resultPath(next, document), document);
  mkdirSync(commands);
  const command = (name: string, text: string) => {
    writeFileSync(join(commands, name), `#!/bin/bash\nset -e\n${text}\n`);
    chmodSync(join(commands, name), 0o755);
  };
  command('npm', 'test "$1" = ci');
  const cli = `exec ${JSON.stringify(process.execPath)} ${JSON.stringify(join(ROOT, 'dist', 'cli.js'))} "\${@:2}"`;
  command('npx', `test "$1" = edgeproof\nif [ "$2" = run ]; then cp -r ${next}/. results/; else ${cli}; fi`);
  const shell = (script: string, env: Record<string, string> = {}) => {
    const path = `${commands}:${process.env.PATH}`;
    const ran = spawnSync('bash', ['-e', '-o', 'pipefail', '-c', script], {
      cwd: clone,
      encoding: 'utf8',
      env: { ...process.env, PATH: path, EDGEPROOF_CACHE: join(folder, 'cache'), ...env },
    });
    return { status: ran.status, output: ran.stdout + ran.stderr };
  };
  const commits = () => git(origin, 'log', '--format=%s', 'main').split('\n');
  return { origin, clone, shell, commits };
}

describe('the shell lines', () => {
  it.each([
    ['passes', 1, 0],
    ['is slower', 1.2, 1],
  ])('for GitHub: a commit that %s is measured, judged, and its result pushed once', (_, factor, verdict) => {
    const { shell, commits, origin, clone } = workplace(factor);
    // Somebody pushes meanwhile.
    const other = join(folder, 'other');
    execFileSync('git', ['clone', '-q', origin, other], { stdio: 'ignore' });
    writeFileSync(join(other, 'README.md'), 'new');
    git(other, 'add', '.');
    git(other, 'commit', '-qm', 'meanwhile');
    git(other, 'push', '-q');
    const summary = join(folder, 'summary.md');
    const steps = githubSteps().map(({ name, run }) => {
      const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary };
      return { name, ...shell(run!, env) };
    });
    expect(steps.map(({ name, status }) => [name, status])).toEqual([
      [undefined, 0],
      ['Measure', 0],
      ['Gate', verdict],
      ['Commit the result', 0],
    ]);
    const annotations = steps[2]!.output.match(/^::\w+ .*$/gm);
    expect(annotations).toEqual([
      expect.stringMatching(verdict === 0 ? /^::notice .*::Pass: / : /^::error .*::Worse: decode/),
    ]);
    expect(readFileSync(summary, 'utf8')).toMatch(verdict === 0 ? /^### Pass: / : /^### Worse: /);
    expect(commits()).toEqual(['results: bench-1 [skip ci]', 'meanwhile', 'baselines']);
    expect(git(clone, 'status', '--porcelain')).toBe('');
  });

  it.each([
    ['the default branch', 'main', 1.2, 1, 2],
    ['the default branch', 'main', 1, 0, 2],
    ['a merge request', 'topic', 1.2, 1, 1],
  ])('for GitLab: on %s (%s), factor %d, exit code %i', (_, branch, factor, verdict, count) => {
    const { shell, commits, origin, clone } = workplace(factor);
    const env = {
      CI_COMMIT_BRANCH: branch,
      CI_DEFAULT_BRANCH: 'main',
      CI_SERVER_HOST: 'h',
      CI_PROJECT_PATH: 'p',
      PUSH_TOKEN: 't',
    };
    git(clone, 'config', `url.${origin}.insteadOf`, 'https://benchmarks:t@h/p.git');
    // GitLab runs a job on a detached commit.
    git(clone, 'checkout', '-q', '--detach');
    const { status, output } = shell(gitlabScript().join('\n'), env);
    expect([status, output.match(/^(Pass|Worse): /m)?.[1]]).toEqual([verdict, verdict === 0 ? 'Pass' : 'Worse']);
    expect(existsSync(join(clone, 'regress.xml'))).toBe(true);
    expect(commits()).toHaveLength(count);
    expect(readdirSync(join(clone, 'results', 'bench-1'))).toHaveLength(9);
  });
});
