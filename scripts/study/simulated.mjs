// The simulated part of the study: many comparisons of noisy rounds, judged by the code that `compare` runs.

import { turns } from './noise.mjs';
import { askedRounds } from './protocol.mjs';

/** @typedef {import('../../src/stats/judgement.js').MetricChange} MetricChange */
/** @typedef {import('../../src/stats/judgement.js').Samples} Samples */

/**
 * The parts of edgeproof that are studied: the study passes those that are built, its test the sources.
 * @typedef {{
 *   judge: (cases: Samples[][]) => { changes: MetricChange[][] },
 *   random: typeof import('../../src/stats/random.js'),
 * }} Tool
 */

/**
 * @param {Tool} tool
 * @param {{ seed: number, spread: number, slowdown: number, most: number }} options
 */
export async function simulateComparison({ judge, random }, { most, ...noise }) {
  const source = turns(random, noise);
  /** @type {Record<'baseline' | 'candidate', Record<string, number>>[]} */
  const rounds = [];
  /** @param {number} count */
  const compareAt = (count) => {
    while (rounds.length < count) rounds.push(source.next().value);
    const names = /** @type {Samples['metric'][]} */ (Object.keys(rounds[0]?.baseline ?? {}));
    /** @param {'baseline' | 'candidate'} side @param {string} name */
    const values = (side, name) => rounds.map((round, index) => ({ index, value: round[side][name] ?? Number.NaN }));
    const { changes } = judge([
      names.map((metric) => ({ metric, baseline: values('baseline', metric), candidate: values('candidate', metric) })),
    ]);
    return changes[0] ?? [];
  };
  const { comparison, ...rest } = await askedRounds(compareAt, (changes) => changes, most);
  return { changes: comparison, ...rest };
}

/**
 * Counts comparisons: equal runs that raise any alarm, slowed ones whose decode rate is found to be worse.
 * @param {Tool} tool
 * @param {{ spread: number, equal: number, slowed: number, slowdown: number, most: number }} options
 */
export async function simulate(tool, { spread, equal, slowed, slowdown, most }) {
  let alarms = 0;
  let found = 0;
  /** @type {number[]} */
  const rounds = [];
  for (let seed = 1; seed <= equal; seed++) {
    const { changes } = await simulateComparison(tool, { seed, spread, slowdown: 1, most });
    if (changes.some(({ outcome }) => outcome === 'better' || outcome === 'worse')) alarms++;
  }
  for (let seed = 1; seed <= slowed; seed++) {
    const one = await simulateComparison(tool, { seed: 100_000 + seed, spread, slowdown, most });
    if (one.changes.some(({ metric, outcome }) => metric === 'decodeRate' && outcome === 'worse')) found++;
    rounds.push(one.rounds);
  }
  const medianRounds = rounds.toSorted((a, b) => a - b)[Math.floor(rounds.length / 2)] ?? 0;
  return { spread, equal, alarms, slowed, found, medianRounds };
}
