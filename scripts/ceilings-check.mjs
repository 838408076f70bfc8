// `npm run ceilings-check [-- --turns 12]`: our two measurements of the read bandwidth, and our matrix products without ONNX
// Runtime, beside programs in C, as ratios of their best passes, taken in turn. Needs `cc`. On a quiet machine the
// bandwidths agree within 10 %; the products are computed in the same vectors, so that only compilers differ.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { PRODUCT_PROBES } from '../dist/contract/ceilings.js';
import { productProbe } from '../dist/machine/ceilings/product-probe.js';
import { askKernelRates } from '../dist/worker/ask.js';

const WORKING_SET = 2 ** 29;
const PASSES = 8;
const { values } = parseArgs({ options: { turns: { type: 'string', default: '12' } } });

const scratch = mkdtempSync(join(tmpdir(), 'edgeproof-ceilings-check-'));
try {
  const program = compiled('read-bandwidth', '-march=native', '-ffast-math');
  // Vectors of 128 bits, a multiplication and then an addition: what WebAssembly has.
  const multiplier = compiled('matrix-products', '-ffp-contract=off');
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
    compareProducts(multiplier, threads);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/**
 * @param {string} program
 * @param {number} threads
 */
function compareProducts(program, threads) {
  const arithmetics = /** @type {const} */ (['fp32', 'int8']);
  const ours = [0, 0];
  const theirs = [0, 0];
  for (let turn = 0; turn < Number(values.turns); turn++) {
    for (const [i, { value }] of productProbe({ threads, arithmetics }).entries())
      ours[i] = Math.max(ours[i] ?? 0, value ?? 0);
    const printed = execFileSync(program, [threads, PASSES].map(String), { encoding: 'utf8' });
    for (const [i, rate] of printed.split(' ').entries()) theirs[i] = Math.max(theirs[i] ?? 0, Number(rate));
  }
  for (const [i, arithmetic] of arithmetics.entries()) {
    const [own, other] = [ours[i] ?? 0, theirs[i] ?? 0];
    const ratio = other === 0 ? 'no program in C for this processor' : `ratio ${(own / other).toFixed(2)}`;
    console.log(
      `  ${PRODUCT_PROBES[arithmetic]} ${(own / 1e9).toFixed(1)} Gop/s, C ${(other / 1e9).toFixed(1)}, ${ratio}`,
    );
  }
}

/**
 * @param {string} name
 * @param {string[]} flags
 */
function compiled(name, ...flags) {
  const source = fileURLToPath(new URL(`../test/reference/${name}.c`, import.meta.url));
  const program = join(scratch, name);
  execFileSync('cc', ['-O3', ...flags, '-pthread', source, '-o', program], { stdio: 'inherit' });
  return program;
}
