// Sittings of equals on this machine: the same run again and again, each a result of its own, compared in all pairs as
// `compare` does, and each with the one before it and the history, as `regress` does.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../dist/run/run.js';
import { compareResults } from '../../dist/stats/compare.js';
import { digestOf } from '../../dist/stats/digest.js';
import { localExecutor } from '../../dist/worker/local-executor.js';
import { changesOf, SUITE } from './real.mjs';

/** @typedef {import('../../src/contract/result.js').ResultDocument} ResultDocument */

/** @param {number} rounds @returns {Promise<ResultDocument>} */
export async function measureSitting(rounds) {
  const results = mkdtempSync(join(tmpdir(), 'edgeproof-study-'));
  try {
    const { document } = await run({ ...SUITE, rounds }, { executor: localExecutor(), results, ceilings: false });
    return document;
  } finally {
    rmSync(results, { recursive: true });
  }
}

/** Every pair without history, and each sitting but the first with those before it. @param {ResultDocument[]} sittings */
export function compareSittings(sittings) {
  const compare = (/** @type {ResultDocument} */ a, /** @type {ResultDocument} */ b, history = [a].slice(1)) =>
    summaryOf(
      a,
      b,
      changesOf(compareResults(a, b, { across: [], history: history.map((earlier) => digestOf(earlier, '')) })),
    );
  const pairs = sittings.flatMap((a, i) => sittings.slice(i + 1).map((b) => compare(a, b)));
  const againstHistory = sittings.flatMap((newest, i) => {
    const previous = sittings[i - 1];
    return previous === undefined ? [] : [compare(previous, newest, sittings.slice(0, i - 1))];
  });
  return { pairs, againstHistory };
}

/** @param {ResultDocument} a @param {ResultDocument} b @param {import('../../src/contract/views/compare.js').MetricChange[]} changes */
function summaryOf(a, b, changes) {
  const own = changes.filter(({ sameAs }) => sameAs === null);
  return {
    baseline: a.startedAt,
    candidate: b.startedAt,
    alarm: own.some(({ outcome }) => outcome === 'better' || outcome === 'worse'),
    /** What rounds alone would have called a change. */
    roundsAlarm: own.some(({ outcome }) => ['better', 'worse', 'within sitting spread'].includes(outcome)),
    changes: own.map(({ metric, change, adjustedP, outcome, sittings, visibleEffect }) => ({
      metric,
      change,
      adjustedP,
      outcome,
      limit: sittings?.limit ?? null,
      visibleEffect,
    })),
  };
}
