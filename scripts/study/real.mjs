// The real part of the study: pairs of runs on this machine, their rounds taking turns, compared as `compare` does.
// The slowed side runs under EDGEPROOF_STUDY_SLOWDOWN, which its worker stores with the options of the round.

import { suiteSchema } from '../../dist/contract/suite.js';
import { measureClock } from '../../dist/machine/clock.js';
import { describeMachine } from '../../dist/machine/describe.js';
import { automaticThreads } from '../../dist/machine/threads.js';
import { beginDocument, recordRound } from '../../dist/run/document.js';
import { findSource, prepareCheckpoint, traitsOf } from '../../dist/run/prepare.js';
import { describeTool, describeVersions } from '../../dist/run/provenance.js';
import { compareResults } from '../../dist/stats/compare.js';
import { planCases } from '../../dist/suite/plan.js';
import { runRound } from '../../dist/worker/parent.js';

/** Small, so that a round takes about a second: 135 M parameters, 64 prompt tokens, 48 new ones. */
const SUITE = suiteSchema.parse({
  name: 'study',
  models: ['smollm2-135m'],
  workloads: [{ kind: 'generate', prompt: [64], new: [48] }],
  warmup: 1,
  iterations: 2,
});

/** Everything that a pair of runs needs, prepared once. */
export async function openCase() {
  const machine = { ...describeMachine(), clock: measureClock() };
  const versions = describeVersions();
  const about = { startedAt: new Date().toISOString(), tool: describeTool(), machine, versions };
  const auto = automaticThreads(machine);
  const cases = planCases(SUITE, auto.threads, traitsOf);
  const [planned] = cases;
  if (planned === undefined) throw new Error('the suite of the study has no case');
  const { key } = planned;
  const { signal } = new AbortController();
  const prepared = await prepareCheckpoint({ ...key, seed: SUITE.seed, tokens: 112 }, signal);
  const { directory, graph } = prepared.checkpoint;
  const vocabSize = findSource(key).facts.vocab;
  if (vocabSize === null) throw new Error('the vocabulary of the study model is not known');
  const { seed, iterations, warmup } = SUITE;
  const job = { key, directory, graph, vocabSize, seed, iterations, warmup };
  return { about, suite: SUITE, newRun: () => beginDocument(SUITE, structuredClone(cases), about), job, prepared };
}

/** @typedef {Awaited<ReturnType<typeof openCase>>} Opened */

/**
 * A baseline and a candidate, measured as far as asked and compared.
 * @param {Opened} opened @param {number} slowdown 1: equal runs
 */
export function pairOf({ newRun, job, prepared }, slowdown) {
  const sides = [
    { document: newRun(), slowdown: 1 },
    { document: newRun(), slowdown },
  ];
  let measured = 0;
  /** @param {typeof sides[number]} side @param {number} round */
  const measure = async ({ document, slowdown }, round) => {
    if (slowdown !== 1) process.env.EDGEPROOF_STUDY_SLOWDOWN = String(slowdown);
    const outcome = await runRound({ ...job, round }, { timeoutSeconds: 60 });
    delete process.env.EDGEPROOF_STUDY_SLOWDOWN;
    if (outcome.status === 'failed') throw new Error(outcome.failure.message);
    const [result] = document.cases;
    if (result !== undefined) recordRound(document, result, outcome, prepared);
  };
  return {
    /** @param {number} rounds */
    async compareAt(rounds) {
      for (; measured < rounds; measured++) {
        for (const side of measured % 2 === 0 ? sides : sides.toReversed()) await measure(side, measured);
      }
      const [baseline, candidate] = sides;
      if (baseline === undefined || candidate === undefined) throw new Error('a pair has two sides');
      return compareResults(baseline.document, candidate.document, { across: slowdown === 1 ? [] : ['options'] });
    },
  };
}

/** @param {import('../../src/stats/compare.js').Comparison} comparison */
export function changesOf({ cases }) {
  const [entry] = cases;
  if (entry?.status !== 'compared') throw new Error(`the pair was not compared: ${JSON.stringify(entry)}`);
  return entry.changes;
}
