// The real part of the study: pairs of runs on this machine, their rounds taking turns, compared as `compare` does.
// The workers of the slowed side start with an entry of their own (slow-child.mjs).
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suiteSchema } from '../../dist/contract/suite.js';
import { resume, run } from '../../dist/run/run.js';
import { compareResults } from '../../dist/stats/compare.js';
import { localExecutor } from '../../dist/worker/local-executor.js';

/** Small, so that a round takes about a second: 135 M parameters, 64 prompt tokens, 48 new ones. */
export const SUITE = suiteSchema.parse({
  name: 'study',
  models: ['smollm2-135m'],
  workloads: [{ kind: 'generate', prompt: [64], new: [48] }],
  warmup: 1,
  iterations: 2,
  rounds: 1,
  timeoutSeconds: 60,
});

const SLOW_CHILD = fileURLToPath(new URL('./slow-child.mjs', import.meta.url));

/** @typedef {Awaited<ReturnType<ReturnType<typeof pairOf>['compareAt']>>} Comparison */

/**
 * A baseline and a candidate, measured as far as asked and compared.
 * @param {number} slowdown 1: equal runs
 */
export function pairOf(slowdown) {
  process.env.STUDY_SLOWDOWN = String(slowdown);
  const scratch = mkdtempSync(join(tmpdir(), 'edgeproof-study-'));
  const sides = [
    sideOf(join(scratch, 'baseline'), localExecutor()),
    sideOf(join(scratch, 'candidate'), localExecutor(slowdown === 1 ? {} : { entry: SLOW_CHILD })),
  ];
  let measured = 0;
  return {
    /** @param {number} rounds */
    async compareAt(rounds) {
      for (; measured < rounds; measured++) {
        for (const side of measured % 2 === 0 ? sides : sides.toReversed()) await side.measure(measured + 1);
      }
      const [baseline, candidate] = sides.map((side) => side.document());
      if (baseline === undefined || candidate === undefined) throw new Error('a pair has two sides');
      return compareResults(baseline, candidate, { across: slowdown === 1 ? [] : ['options'] });
    },
    close: () => rmSync(scratch, { recursive: true }),
  };
}

/**
 * One side of a pair: a run that goes on by one round at a time.
 * @param {string} results @param {import('../../src/worker/executor.js').Executor} executor
 */
function sideOf(results, executor) {
  const options = { executor, results, ceilings: false };
  /** @type {Awaited<ReturnType<typeof resume>> | undefined} */
  let begun;
  return {
    /** @param {number} rounds */
    async measure(rounds) {
      begun = begun === undefined ? await run(SUITE, options) : await resume(begun.path, { rounds }, options);
      const failed = begun.document.cases.flatMap((result) => result.rounds).find(({ status }) => status === 'failed');
      if (failed?.status === 'failed') throw new Error(failed.failure.message);
    },
    document: () => begun?.document,
  };
}

/** @param {Comparison} comparison */
export function changesOf({ cases }) {
  const [entry] = cases;
  if (entry?.status !== 'compared') throw new Error(`the pair was not compared: ${JSON.stringify(entry)}`);
  return entry.changes;
}
