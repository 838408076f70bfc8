// `npm run ceilings-check [-- --turns 12]`: our read bandwidth beside that of a program in C, as the ratio of their best passes,
// taken in turn. On a quiet machine they agree within 10 %. Needs `cc`.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { askKernelRates } from '../dist/worker/ask.js';

const SOURCE = fileURLToPath(new URL('../test/reference/read-bandwidth.c', import.meta.url));
const WORKING_SET = 2 ** 29;
const PASSES = 8;
const { values } = parseArgs({ options: { turns: { type: 'string', default: '12' } } });

const scratch = mkdtempSync(join(tmpdir(), 'edgeproof-ceilings-check-'));
try {
  const program = join(scratch, 'read-bandwidth');
  execFileSync('cc', ['-O3', '-march=native', '-ffast-math', '-pthread', SOURCE, '-o', program], { stdio: 'inherit' });
  for (const threads of new Set([1, availableParallelism()])) {
    let [ours, theirs] = [0, 0];
    for (let turn = 0; turn < Number(values.turns); turn++) {
      const question = { ep: /** @type {const} */ ('cpu'), threads, workingSets: [WORKING_SET], arithmetics: [] };
      const found = await askKernelRates(question, { timeoutSeconds: 60 });
      ours = Math.max(ours, ...found.map(({ value }) => value ?? 0));
      const asked = [WORKING_SET, threads, PASSES].map(String);
      theirs = Math.max(theirs, Number(execFileSync(program, asked, { encoding: 'utf8' })));
    }
    const [gb, ratio] = [[ours, theirs].map((rate) => (rate / 1e9).toFixed(1)), ours / theirs];
    const answer = Math.abs(ratio - 1) <= 0.1 ? 'within 10 %' : 'NOT within 10 %';
    console.log(`${threads} threads: edgeproof ${gb[0]} GB/s, C ${gb[1]} GB/s, ratio ${ratio.toFixed(2)}, ${answer}`);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
