// How often the interval of a run with a target holds the true value: the rounds that the tool asks for, simulated. Imports
// nothing from dist/, since a test uses it too.

/**
 * The parts of edgeproof that are studied: the study passes those that are built, its test the sources.
 * @typedef {{
 *   steinRounds: typeof import('../../src/stats/stein.js').steinRounds,
 *   summarize: typeof import('../../src/stats/summary.js').summarize,
 *   normal: typeof import('../../src/stats/random.js').normal,
 * }} Tool
 */

/**
 * @param {Tool} tool
 * @param {{ noise: number, target: number, first: number, most: number, runs: number, seed?: number }} options
 *   `noise`: relative standard deviation of a round; `first`: rounds from which the others are planned
 */
export function coverageOf({ steinRounds, summarize, normal }, { noise, target, first, most, runs, seed = 1 }) {
  const draw = normal(seed + Math.round(1e4 * noise));
  let covered = 0;
  let rounds = 0;
  for (let run = 0; run < runs; run++) {
    const values = Array.from({ length: most }, () => draw(1, noise));
    const count = Math.min(most, steinRounds(values.slice(0, first), target));
    const interval = summarize(values.slice(0, count))?.interval;
    if (interval != null && interval.low <= 1 && interval.high >= 1) covered++;
    rounds += count;
  }
  return { noise, coverage: covered / runs, meanRounds: rounds / runs };
}

/** @param {Tool} tool @param {number} [runs] */
export function studyCoverage(tool, runs = 4000) {
  return [0.02, 0.03, 0.04, 0.06, 0.08].map((noise) =>
    coverageOf(tool, { noise, target: 0.03, first: 8, most: 30, runs }),
  );
}

/** @param {ReturnType<typeof studyCoverage>} rows */
export function printCoverage(rows) {
  console.log('\nSimulated: 95 % intervals of runs with a target of ± 3 %\n');
  console.log('noise of a round   true value inside   rounds (mean)');
  for (const { noise, coverage, meanRounds } of rows) {
    const cells = [`${noise * 100} %`.padEnd(16), `${(coverage * 100).toFixed(1)} %`.padEnd(17)];
    console.log([...cells, meanRounds.toFixed(1)].join('   '));
  }
}
