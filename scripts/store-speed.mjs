// `npm run store-speed [-- --results 10000]`: how long verbs that read many results take over a generated store, and how much
// memory: the first time, when each file is read, and again, from the index.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { generateStore } from './generated-store.mjs';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const { values } = parseArgs({ options: { results: { type: 'string', default: '10000' } } });
const folder = mkdtempSync(join(tmpdir(), 'edgeproof-store-speed-'));
const store = join(folder, 'results');
/** Preloaded: the last line on stderr is the highest resident size in kB. */
const TELL_MEMORY = `data:text/javascript,process.on('exit', () => process.stderr.write('\\n' + process.resourceUsage().maxRSS))`;
const VERBS = [
  ['results', '-o', 'csv'],
  ['report', '--to', join(folder, 'report.html')],
  ['history', '-o', 'csv'],
];

try {
  generateStore(store, Number(values.results), join(ROOT, 'results', 'intel-xeon-2c-24gb'));
  for (const verb of VERBS) {
    rmSync(join(folder, 'cache'), { recursive: true, force: true });
    for (const pass of ['first', 'again']) {
      const { seconds, megabytes } = timed([...verb, '--results', store]);
      console.log(`${verb.join(' ')}, ${pass}: ${seconds.toFixed(1)} s, ${megabytes} MB`);
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}

/** Wall seconds and the highest resident size of edgeproof with these parameters. @param {string[]} parameters */
function timed(parameters) {
  const start = performance.now();
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--import', TELL_MEMORY, join(ROOT, 'dist', 'cli.js'), ...parameters],
    { encoding: 'utf8', maxBuffer: 2 ** 30, env: { ...process.env, EDGEPROOF_CACHE: join(folder, 'cache') } },
  );
  if (status !== 0) throw new Error(`${parameters.join(' ')}: ${stderr}`);
  return {
    seconds: (performance.now() - start) / 1000,
    megabytes: Math.round(Number(stderr.trim().split('\n').at(-1)) / 1000),
  };
}
