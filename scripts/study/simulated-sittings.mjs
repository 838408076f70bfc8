// Two stored sittings, simulated: how often the screen is fooled by sittings that differ, and how often it finds a change.

/**
 * The parts of edgeproof that are studied: the study passes those that are built, its test the sources.
 * @typedef {{
 *   screening: typeof import('../../src/stats/sitting-screen.js'),
 *   random: typeof import('../../src/stats/random.js'),
 *   quantile: typeof import('../../src/stats/summary.js')['quantile'],
 * }} Tool
 */

/** What is assumed without history, and the least that a history may say. */
const ASSUMED = 0.025;
const LEAST = 0.01;

/**
 * Shares of comparisons: equals with any alarm among `figures`, and one figure of a slowdown of `shift` that is found.
 * Of the variance between sittings, `shared` moves all figures together. With more than one earlier sitting of each
 * figure, the spread is learnt from them as `compare` does.
 * @param {Tool} tool
 * @param {{ figures: number, earlier: number, deviation: number, shared: number, shift: number, trials: number }} options
 */
export function screenSittings({ screening, random, quantile }, options) {
  const { figures, earlier, deviation, shared, shift, trials } = options;
  const next = random.uniform(31);
  const normal = () => random.standardNormal(next);
  const sitting = () => {
    const common = Math.sqrt(shared) * normal();
    return Array.from({ length: figures }, () => deviation * (common + Math.sqrt(1 - shared) * normal()));
  };
  let alarms = 0;
  let found = 0;
  for (let trial = 0; trial < trials; trial++) {
    const history = Array.from({ length: earlier }, sitting);
    const newest = sitting();
    const of = (/** @type {number} */ i) => history.map((values) => values[i] ?? Number.NaN);
    const spread =
      earlier < 2
        ? ASSUMED
        : learnt(
            newest.map((_, i) => deviationOf(of(i))),
            quantile,
          );
    const isShown = (/** @type {number} */ i, /** @type {number} */ change) => {
      const screened = screening.screen({ baseline: of(i), candidate: [(newest[i] ?? 0) + change], spread });
      return Math.abs(screened.difference) > screening.limitOf(screened, figures);
    };
    if (newest.some((_, i) => isShown(i, 0))) alarms++;
    if (isShown(0, shift)) found++;
  }
  return { ...options, alarms: alarms / trials, found: found / trials };
}

/** @param {number[]} deviations @param {Tool['quantile']} quantile */
function learnt(deviations, quantile) {
  return Math.max(LEAST, quantile(Float64Array.from(deviations).sort(), 0.75));
}

/** @param {number[]} values */
function deviationOf(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
