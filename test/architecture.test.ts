// The house (CONTRIBUTING.md): which room may import which, native packages behind their wall, the shape of files. The
// rules are tried on small fake sources first, so that their silence means something.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cruise, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser';
import { afterAll, describe, expect, it } from 'vitest';
import walls from '../.dependency-cruiser.mjs';
import { median } from '../src/stats/summary.js';
import { brokenRules } from './fixtures/house.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SRC = join(ROOT, 'src');
const FILES = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts'));
const fakes = mkdtempSync(join(tmpdir(), 'edgeproof-walls-'));

afterAll(() => rmSync(fakes, { recursive: true, force: true }));

async function violations(baseDir: string): Promise<string[]> {
  const { options, forbidden } = walls;
  const settings = { ...options, baseDir, validate: true, ruleSet: { forbidden } } as ICruiseOptions;
  const { output } = await cruise(['src'], settings);
  return (output as ICruiseResult).summary.violations.map(({ from, to, rule }) => `${from} → ${to}: ${rule.name}`);
}

describe('src/', () => {
  it('keeps its walls and has no import circles', async () => {
    expect(await violations(ROOT)).toEqual([]);
  }, 120_000);

  it('has files of the shape that CONTRIBUTING.md asks for', () => {
    expect(FILES.flatMap((path) => brokenRules(path, readFileSync(join(SRC, path), 'utf8')))).toEqual([]);
  });

  it('has files of a median under 100 lines and none over 300', () => {
    const lines = FILES.map((path) => [path, readFileSync(join(SRC, path), 'utf8').split('\n').length - 1] as const);
    expect(lines.filter(([, count]) => count > 300)).toEqual([]);
    expect(median(lines.map(([, count]) => count))).toBeLessThan(100);
  });

  it('holds nothing but TypeScript', () => {
    const others = readdirSync(SRC, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.ts'))
      .map((entry) => entry.name);
    expect(others).toEqual([]);
  });
});

describe('the walls', () => {
  it.each([
    ['a room imports one below it', 'src/stats/a.ts', 'src/report/b.ts', 'stats imports nothing below it'],
    ['also as a type', 'src/formats/a.ts', 'src/models/b.ts', 'formats imports nothing below it', 'import type'],
    [
      'contract imports another room',
      'src/contract/a.ts',
      'src/formats/b.ts',
      'contract imports errors.ts and nothing else',
    ],
    [
      'a verb starts a worker itself',
      'src/commands/a.ts',
      'src/worker/parent.ts',
      'workers are started through an executor',
    ],
    [
      'the engine starts a worker itself',
      'src/run/a.ts',
      'src/worker/ask.ts',
      'workers are started through an executor',
    ],
    [
      'statistics know a worker',
      'src/stats/a.ts',
      'src/worker/b.ts',
      'stats, verdict and report know no worker',
      'import type',
    ],
    ['a room imports the door', 'src/report/a.ts', 'src/cli.ts', 'report imports nothing below it'],
    ['a room reads the catalogue', 'src/run/a.ts', 'src/problems.ts', 'problems.ts is read by errors.ts alone'],
    [
      'errors.ts imports a file',
      'src/errors.ts',
      'src/contract/a.ts',
      'errors.ts imports its catalogue and nothing else',
    ],
  ])('are broken when %s', async (_, from, to, rule, keyword = 'import') => {
    const name = rule.replaceAll(/\W+/g, '-') + keyword.length;
    const base = join(fakes, name);
    put(base, from, `${keyword} { x } from '${relative(from, to)}';\nexport const y: typeof x | 0 = 0;\n`);
    put(base, to, 'export const x = 1;\n');
    expect(await violations(base)).toContain(`${from} → ${to}: ${rule}`);
  });

  it('are broken by two files that import each other', async () => {
    const base = join(fakes, 'circle');
    put(base, 'src/stats/a.ts', "import { b } from './b.js';\nexport const a = () => b;\n");
    put(base, 'src/stats/b.ts', "import type { a } from './a.js';\nexport const b: typeof a | 0 = 0;\n");
    expect(await violations(base)).toContainEqual(expect.stringContaining('no circles'));
  });

  it.each([
    ['onnxruntime-node', 'src/worker/parent.ts', 'native packages are loaded in worker/runtimes/ only'],
    ['node-llama-cpp', 'src/run/a.ts', 'native packages are loaded in worker/runtimes/ only'],
    ['koffi', 'src/machine/describe.ts', 'koffi calls the C library and drivers from two more files'],
    ['node:fs', 'src/stats/a.ts', 'pure rooms have no file system, clock or process'],
    ['node:process', 'src/report/a.ts', 'pure rooms have no file system, clock or process'],
  ])('are broken by %s in %s', async (name, from, rule) => {
    const base = join(fakes, `package-${name.replace(/\W/g, '-')}`);
    put(base, from, `import x from '${name}';\nexport const y = x;\n`);
    if (!name.startsWith('node:')) {
      put(base, `node_modules/${name}/package.json`, `{ "name": "${name}", "main": "index.js" }`);
      put(base, `node_modules/${name}/index.js`, 'module.exports = 1;\n');
    }
    expect((await violations(base)).filter((violation) => violation.endsWith(rule))).toHaveLength(1);
  });

  it('stand where rooms import upward, and workers through an executor', async () => {
    const base = join(fakes, 'right');
    put(base, 'src/run/a.ts', "import type { x } from '../worker/executor.js';\nexport const y: typeof x | 0 = 0;\n");
    put(base, 'src/worker/executor.ts', 'export const x = 1;\n');
    put(base, 'src/commands/b.ts', "import { e } from '../worker/local-executor.js';\nexport const f = e;\n");
    put(base, 'src/worker/local-executor.ts', 'export const e = 1;\n');
    expect(await violations(base)).toEqual([]);
  });
});

describe('the shape of a file', () => {
  it.each([
    ['suite/a.ts', 'export const x = 1;', 'does not start with a comment'],
    ['suite/helpers.ts', '// A drawer.', 'is named like a drawer'],
    ['loose.ts', '// No room.', 'stands outside the rooms'],
    ['worker/a.ts', "// Prints.\nprocess.stderr.write('x');", 'prints'],
    ['stats/a.ts', '// Looks at the clock.\nexport const at = Date.now();', 'asks the clock in a pure room'],
    ['report/a.ts', '// Looks at the clock.\nexport const at = new Date();', 'asks the clock in a pure room'],
    ['suite/a.ts', '// A class.\nexport class Suite {}', 'has a class'],
  ])('%s: %s', (path, source, rule) => {
    expect(brokenRules(path, source)).toEqual([`${path}: ${rule}`]);
  });

  it.each([
    ['cli.ts', "#!/usr/bin/env node\n// The door.\nprocess.stdout.write('x');"],
    [
      'report/a.ts',
      "// Names.\nexport const day = new Date('2025-01-01'); // Date.now()\nconst text = 'new Date() class {';",
    ],
    ['worker/runtimes/a.ts', '// A class of a library.\nclass Streamer extends Base {}'],
  ])('accepts %s', (path, source) => {
    expect(brokenRules(path, source)).toEqual([]);
  });
});

function put(base: string, path: string, content: string): void {
  mkdirSync(dirname(join(base, path)), { recursive: true });
  writeFileSync(join(base, path), content);
}

function relative(from: string, to: string): string {
  const up = '../'.repeat(from.split('/').length - 1);
  return `${up === '' ? './' : up}${to}`.replace(/\.ts$/, '.js');
}
