// `npm run ratios [-- --rounds 9]`: checks what edgeproof promises about its own speed, as ratios of interleaved runs. Absolute
// times depend on the machine and its load; these ratios should not. Nothing else may run meanwhile.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'edgeproof-ratios-'));
/** A folder named by the caller is kept. */
const results = process.env.EDGEPROOF_RATIOS_RESULTS ?? join(scratch, 'results');

/** @param {string[]} parameters @param {Record<string, string>} [env] */
const edgeproof = (parameters, env = {}) =>
  execFileSync(process.execPath, [CLI, ...parameters], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
    maxBuffer: 1 << 28,
  });

/** @param {number[]} values */
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Wall milliseconds of a process. @param {() => unknown} run */
const time = (run) => {
  const start = performance.now();
  run();
  return performance.now() - start;
};

/** @type {string[][]} */
const rows = [];
/** @param {string} what @param {number} value @param {string} unit @param {string} target @param {boolean} holds */
const row = (what, value, unit, target, holds) =>
  rows.push([what, `${value.toFixed(value < 10 ? 2 : 0)}${unit}`, target, holds ? 'yes' : 'NO']);

try {
  runtimes(process.argv.slice(2));
  startup();
  creation();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
const widths = [0, 1, 2].map((column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
for (const cells of rows) console.log(cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('   '));

/** @param {string[]} options */
function runtimes(options) {
  const { cases } = JSON.parse(edgeproof(['run', 'runtimes', '--results', results, '-o', 'json', ...options]));
  /** @param {string} layout @param {string} runtime */
  const find = (layout, runtime) =>
    cases.find((/** @type {any} */ c) => c.key.layout === layout && c.key.runtime === runtime);
  const ours = find('published', 'onnxruntime');
  const tuned = find('tuned', 'onnxruntime');
  const theirs = find('published', 'transformers.js');
  /** @param {any} a @param {any} b @param {string} metric */
  const ratio = (a, b, metric) => a.metrics[metric].median / b.metrics[metric].median;
  const pairs = [
    ['decode at depth 512, published q4: ours / transformers.js', ratio(ours, theirs, 'decodeRate'), 1.2],
    ['decode: our tuned q4 / transformers.js on published q4', ratio(tuned, theirs, 'decodeRate'), 2],
    ['prefill of 512: our tuned q4 / transformers.js on published q4', ratio(tuned, theirs, 'prefillRate'), 2],
  ];
  for (const [what, value, target] of /** @type {[string, number, number][]} */ (pairs)) {
    row(what, value, ' ×', `≥ ${target} ×`, value >= target);
  }
  const memory = ratio(tuned, theirs, 'peakRssBytes');
  row('peak memory: our tuned q4 / transformers.js on published q4', memory, ' ×', '≤ 0.6 ×', memory <= 0.6);
  for (const [layout, result] of /** @type {const} */ ([
    ['tuned', tuned],
    ['published', ours],
  ])) {
    const share = result.loopShare * 100;
    row(`share of a decode step outside session.run, ${layout} q4`, share, ' %', '< 2 %', share < 2);
  }
}

/** Interleaved with an empty Node process, which is the floor. */
function startup() {
  const runs = Array.from({ length: 15 }, () => ({
    node: time(() => execFileSync(process.execPath, ['-e', '0'])),
    help: time(() => edgeproof(['--help'])),
    show: time(() => edgeproof(['show', '--results', results])),
  }));
  const node = median(runs.map((run) => run.node));
  for (const [what, limit] of /** @type {const} */ ([
    ['help', 150],
    ['show', 300],
  ])) {
    const ms = median(runs.map((run) => run[what]));
    row(
      `edgeproof ${what === 'help' ? '--help' : what} (${(ms / node).toFixed(1)} × an empty node)`,
      ms,
      ' ms',
      `< ${limit} ms`,
      ms < limit,
    );
  }
}

function creation() {
  const bytes = 272e6;
  const rates = Array.from({ length: 3 }, (_, i) => {
    const cache = join(scratch, `cache-${i}`);
    const ms = time(() => edgeproof(['models', 'synthesize', 'qwen2.5-0.5b'], { EDGEPROOF_CACHE: cache }));
    rmSync(cache, { recursive: true, force: true });
    return bytes / 1e6 / (ms / 1000);
  });
  row('0.5B q4 checkpoint created, process start included', median(rates), ' MB/s', '≥ 200 MB/s', median(rates) >= 200);
}
