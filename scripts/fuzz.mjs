// `npm run fuzz [-- --cases 10000 --target onnx --first 1]`: damaged files for the readers of ONNX and GGUF files, result
// documents and configurations. Ends with 1 where one of them crashes, hangs, grows or answers nonsense; the seed shows it
// again with `--target <name> --first <seed> --cases 1`.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { EdgeproofError } from '../dist/errors.js';
import { uniform } from '../dist/stats/random.js';
import { fuzz } from './fuzz/fuzz.mjs';
import { targetsOf } from './fuzz/targets.mjs';

const { values } = parseArgs({
  options: {
    /** Of each target. */
    cases: { type: 'string', default: '10000' },
    target: { type: 'string' },
    first: { type: 'string', default: '1' },
  },
});
const root = fileURLToPath(new URL('../', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'edgeproof-fuzz-'));
const isKnown = (/** @type {unknown} */ error) => error instanceof EdgeproofError;
const options = { first: Number(values.first), cases: Number(values.cases), uniform, isKnown };

try {
  const all = await targetsOf((module) => import(`../dist/${module}.js`), scratch, root);
  for (const target of all.filter(({ name }) => values.target === undefined || name === values.target)) {
    const started = performance.now();
    const { read, refused, slowestMs, findings } = fuzz(target, options);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const codes = Object.entries(refused).map(([code, count]) => `${code} ${count}`);
    console.log(
      `${target.name}: ${options.cases} files in ${seconds} s, slowest ${Math.round(slowestMs)} ms; ${read} answered; refused: ${codes.join(', ')}`,
    );
    for (const { seed, reason, error } of findings.slice(0, 10))
      console.log(
        `  seed ${seed}: ${error instanceof Error ? error.stack?.split('\n').slice(0, 4).join('\n') : reason}`,
      );
    if (findings.length > 0) console.log(`  ${findings.length} findings`);
    process.exitCode ||= findings.length > 0 ? 1 : 0;
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
