// The other door, as another project meets it: the packed package, installed, with the README's example as written.
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const project = mkdtempSync(join(tmpdir(), 'edgeproof-project-'));
const shell = promisify(execFile);
const [example] = /(?<=```js\n)import[\s\S]*?(?=```)/.exec(readFileSync(join(ROOT, 'README.md'), 'utf8'))!;

afterAll(() => rmSync(project, { recursive: true, force: true }));

it('is built in a checkout of which npm has nothing to warn', async () => {
  const { stderr } = await shell('npm', ['prefix'], { cwd: ROOT });
  expect(stderr).toBe('');
});

describe('the installed package', () => {
  beforeAll(async () => {
    await shell('npm', ['pack', '--ignore-scripts', '--pack-destination', project], { cwd: ROOT });
    const tarball = readdirSync(project).find((name) => name.endsWith('.tgz'))!;
    writeFileSync(join(project, 'package.json'), '{ "name": "project", "type": "module", "private": true }');
    const quietly = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
    await shell('npm', ['install', ...quietly, `./${tarball}`], { cwd: project });
  }, 180_000);

  it('runs the example of the README', async () => {
    writeFileSync(join(project, 'example.js'), example);
    const { stdout, stderr } = await shell(process.execPath, ['example.js'], { cwd: project, maxBuffer: 1 << 24 });
    const [comparison] = JSON.parse(stdout).cases;
    expect(comparison).toMatchObject({ status: 'compared', across: expect.any(Array) });
    expect(comparison.changes.map((change: { metric: string }) => change.metric)).toContain('decodeRate');
    expect(stderr.split('\n')).toContain('round-started');
  }, 180_000);

  it('brings types that the compiler checks', async () => {
    const wrong = "await run('quick', { ceilings: 'no' });\nawait run({ name: 'mine' });\n";
    writeFileSync(join(project, 'right.mts'), example);
    writeFileSync(join(project, 'wrong.mts'), `import { run } from 'edgeproof';\n${wrong}`);
    const options = {
      target: 'es2023',
      module: 'nodenext',
      strict: true,
      noEmit: true,
      types: ['node'],
      typeRoots: [join(ROOT, 'node_modules', '@types')],
    };
    const files = ['right.mts', 'wrong.mts'];
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files }));
    const tsc = join(ROOT, 'node_modules', '.bin', 'tsc');
    const failed = await shell(tsc, ['-p', project], { cwd: project }).catch((error) => error);
    const complaints = String(failed.stdout)
      .split('\n')
      .filter((line) => line.includes('error'));
    expect(complaints.map((line) => line.replace(/:.*/, ''))).toEqual(['wrong.mts(2,22)', 'wrong.mts(3,11)']);
  }, 120_000);

  it('ships suites, registry, schemas and user pages, but no laboratory notes and no tools of its developers', () => {
    const shipped = readdirSync(join(project, 'node_modules', 'edgeproof'));
    expect(shipped.sort()).toEqual(expect.arrayContaining(['README.md', 'benchmarks', 'dist', 'docs', 'models.json']));
    expect(shipped).not.toContain('scripts');
    expect(readdirSync(join(project, 'node_modules', 'edgeproof', 'docs'))).not.toContain('research');
    const data = readdirSync(join(project, 'node_modules', 'edgeproof', 'benchmarks'));
    expect(data.filter((name) => !name.endsWith('.json'))).toEqual(['devices', 'published', 'uses']);
  });
});
