// `npm run show-speed [-- --cases 3000]`: how long `show` takes, as a whole process, of the ordinary results in results/
// and of one with thousands of cases, which is made here by repeating the cases of a committed result.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const RUNS = 9;
const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '3000' },
    /** Another build to measure, such as that of an earlier commit. */
    cli: { type: 'string', default: join(ROOT, 'dist', 'cli.js') },
  },
});
const ordinary = readdirSync(join(ROOT, 'results'), { recursive: true, encoding: 'utf8' })
  .filter((path) => /-\d{8}T\d{6}Z\.json$/.test(path) && !path.startsWith('study'))
  .map((path) => join(ROOT, 'results', path));

/** Median wall milliseconds of `show`. @param {string} path @param {number} runs @param {string[]} [options] */
function timeShow(path, runs, options = []) {
  const times = Array.from({ length: runs }, () => {
    const start = performance.now();
    execFileSync(process.execPath, [values.cli, 'show', path, ...options], { stdio: 'ignore' });
    return performance.now() - start;
  });
  return times.toSorted((a, b) => a - b)[Math.floor(runs / 2)] ?? Number.NaN;
}

/** The document, its cases repeated with other thread counts until there are `count`. @param {string} path @param {number} count */
function enlarged(path, count) {
  const document = JSON.parse(readFileSync(path, 'utf8'));
  const cases = Array.from({ length: count }, (_, i) => {
    const result = document.cases[i % document.cases.length];
    const threads = 1 + Math.floor(i / document.cases.length);
    return { ...result, id: result.id.replace(/threads=\d+/, `threads=${threads}`), key: { ...result.key, threads } };
  });
  return { ...document, cases };
}

const scratch = mkdtempSync(join(tmpdir(), 'edgeproof-show-speed-'));
try {
  for (const path of ordinary)
    console.log(`${timeShow(path, RUNS).toFixed(0).padStart(7)} ms  ${path.slice(ROOT.length)}`);
  const largest = ordinary.find((path) => path.includes('runtimes-')) ?? '';
  const path = join(scratch, 'large.json');
  writeFileSync(path, JSON.stringify(enlarged(largest, Number(values.cases))));
  for (const options of [[], ['--memory'], ['-o', 'json']])
    console.log(`${timeShow(path, 1, options).toFixed(0).padStart(7)} ms  ${values.cases} cases ${options.join(' ')}`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
