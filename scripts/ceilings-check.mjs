// `npm run ceilings-check [-- --turns 12]`: our two measurements of the read bandwidth beside a program in C, as ratios of their best
// passes, taken in turn. On a quiet machine they agree within 10 %. Needs `cc`.
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
    /** @type {Map<string | null, number>} */
    const ours = new Map();
    let theirs = 0;
    for (let turn = 0; turn < Number(values.turns); turn++) {
      const question = { ep: /** @type {const} */ ('cpu'), threads, workingSets: [WORKING_SET], arithmetics: [] };
      for (const { operator, value } of await askKernelRates(question, { timeoutSeconds: 60 }))
        ours.set(operator, Math.max(ours.get(operator) ?? 0, value ?? 0));
      const asked = [WORKING_SET, threads, PASSES].map(String);
      theirs = Math.max(theirs, Number(execFileSync(program, asked, { encoding: 'utf8' })));
    }
    console.log(`${threads} threads: C ${(theirs / 1e9).toFixed(1)} GB/s`);
    for (const [operator, rate] of ours) {
      const answer = Math.abs(rate / theirs - 1) <= 0.1 ? 'within 10 %' : 'NOT within 10 %';
      console.log(`  ${operator} ${(rate / 1e9).toFixed(1)} GB/s, ratio ${(rate / theirs).toFixed(2)}, ${answer}`);
    }
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
