// A cold round through the real worker, which looks at the files of the checkpoint when it is about to open them: nothing
// between the eviction and that moment may have read them back.
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { okRounds } from '../../src/contract/result.js';
import { run } from '../../src/run/run.js';
import { askEviction } from '../../src/worker/ask.js';
import { runRound } from '../../src/worker/parent.js';
import { fakeExecutor, STEADY } from '../fixtures/fake-executor.js';
import { tinyWorkplace } from '../fixtures/tiny-suite.js';

const { suite, results } = tinyWorkplace();
const dist = (path: string) => new URL(`../../dist/${path}`, import.meta.url);
const runs =
  process.platform === 'linux' &&
  existsSync(dist('worker/child.js')) &&
  spawnSync('fincore', ['--version']).status === 0;

const LOOKS = `
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { importRuntime } from ${JSON.stringify(dist('worker/runtimes/runtime.js').href)};
import { serveRound } from ${JSON.stringify(dist('worker/serve-round.js').href)};
// Without our own note beside the checkpoint, which no runtime reads.
const residentBytes = (folder) => {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && entry.name !== 'edgeproof.json');
  const paths = files.map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  const parameters = ['--bytes', '--noheadings', '--raw', '--output', 'RES', ...paths];
  return execFileSync('fincore', parameters, { encoding: 'utf8' }).split('\\n').reduce((sum, line) => sum + Number(line), 0);
};
await serveRound(async (name) => {
  const open = await importRuntime(name);
  return async (options) => {
    const before = residentBytes(options.directory);
    const runtime = await open(options);
    return { ...runtime, options: { ...runtime.options, before, after: residentBytes(options.directory) } };
  };
});
`;

describe.runIf(runs)('a cold round', () => {
  it('opens files of which nothing is in memory', async () => {
    const entry = join(results, 'looks.mjs');
    writeFileSync(entry, LOOKS);
    const answer = fileURLToPath(dist('worker/answer.js'));
    const executor = fakeExecutor(STEADY, {
      round: (job, options) => runRound(job, { ...options, entry }),
      evict: (files, options) => askEviction(files, { ...options, entry: answer }),
    });
    const { document } = await run(suite({ cold: true, rounds: 1 }), { executor, results: null, ceilings: false });
    const rounds = okRounds(document.cases[0]!);
    expect(rounds).toHaveLength(1);
    for (const { pageCache, options } of rounds) {
      // A file system in memory keeps its pages, and then the round says so.
      if (pageCache?.evicted !== true) continue;
      expect(options.before).toBe(0);
      expect(options.after).toBeGreaterThan(0);
    }
  });
});
