// Simulated histories: how often a step is found where it is, how often one is found where there is none, and how well its
// place and size are known. Imports nothing from dist/, since a test uses it too.

/**
 * The parts of edgeproof that are studied: the study passes those that are built, its test the sources.
 * @typedef {{
 *   changePoints: typeof import('../../src/stats/change-points.js').changePoints,
 *   random: typeof import('../../src/stats/random.js'),
 * }} Tool
 *
 * @typedef {{ points: number, noise: number, step?: number, behind?: number, spiked?: boolean, walk?: number,
 *   noises?: number[], rounds?: number, weighted?: boolean }} History
 *   `behind`: points of the new level, 30 % unless told; `walk`: deviation of a random walk, a point; `noises`: those of the
 *   points in turn, which the rounds tell if `weighted`
 */

const SPIKE = { probability: 0.05, least: 0.05, most: 0.15 };
const BEHIND = 0.3;

/** @param {History} history */
function stepAt({ points, behind = Math.round(BEHIND * points) }) {
  return points - behind;
}

/** @param {Tool} tool @param {History} history @param {number} seed */
function* histories({ random }, history, seed) {
  const { points, noise, step = 0, spiked = false, walk = 0, noises, rounds = 5, weighted = false } = history;
  const next = random.uniform(seed);
  const normal = () => random.standardNormal(next);
  for (;;) {
    let level = 0;
    yield Array.from({ length: points }, (_, i) => {
      level += walk * normal();
      const own = noises?.[i % noises.length] ?? noise;
      const moved = i >= stepAt(history) ? Math.log(1 - step) : 0;
      const low = spiked && next() < SPIKE.probability ? SPIKE.least + (SPIKE.most - SPIKE.least) * next() : 0;
      const log = level + moved + own * normal() + Math.log(1 - low);
      return { log, rounds: weighted ? rounds : 1, variance: weighted ? own ** 2 * rounds : null };
    });
  }
}

/**
 * Shares of `trials` histories: with a step within 2 of the true place, and with any step.
 * @param {Tool} tool @param {History} history @param {number} trials
 */
export function detection(tool, history, trials, seed = 7) {
  let found = 0;
  let any = 0;
  let trial = 0;
  for (const points of histories(tool, history, seed)) {
    if (trial++ === trials) break;
    const steps = tool.changePoints(points)?.steps ?? [];
    if (steps.some(({ at }) => Math.abs(at - stepAt(history)) <= 2)) found++;
    if (steps.length > 0) any++;
  }
  return { found: found / trials, any: any / trials };
}

/**
 * Of the histories in which one step was found: its place, the set of places, and whether size and levels are inside.
 * @param {Tool} tool @param {History & { step: number }} history @param {number} trials
 */
export function place(tool, history, trials, seed = 11) {
  let [one, exact, near, held, size, inside, trial] = [0, 0, 0, 0, 0, 0, 0];
  const truth = stepAt(history);
  for (const points of histories(tool, history, seed)) {
    if (trial++ === trials) break;
    const [step, ...others] = tool.changePoints(points)?.steps ?? [];
    if (step === undefined || others.length > 0) continue;
    one++;
    if (step.at === truth) exact++;
    if (Math.abs(step.at - truth) <= 1) near++;
    if (step.positions.includes(truth)) held++;
    size += step.positions.length;
    if (step.interval.low <= -history.step && -history.step <= step.interval.high) inside++;
  }
  return {
    found: one / trials,
    ...{ exact: exact / one, near: near / one, held: held / one, size: size / one, inside: inside / one },
  };
}
