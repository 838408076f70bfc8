// Rounds as a busy machine gives them, seeded: noise of each round, drift that neighbours in time share, and spikes when
// someone else takes the processor. Two sides take turns, as in a real study. Imports nothing that is built: tests use it, too.

/** Relative standard deviations as on shared virtual machines (results/): drift fades over a few rounds. */
const DRIFT = { deviation: 0.015, memory: 0.8 };
const SPIKE = { probability: 0.05, least: 0.1, most: 0.4 };
/** Times of a case without noise, in ms; memory in bytes hardly varies. */
const TRUE_VALUES = { ttftMs: 400, tpotMs: 20, loadMs: 300, peakRssBytes: 5e8 };

/**
 * Two sides whose rounds take turns (a b, b a, a b …), for ever. The second is slower by `slowdown`.
 * @param {typeof import('../../src/stats/random.js')} random
 * @param {{ seed: number, spread: number, slowdown: number }} options
 */
export function* turns(random, { seed, spread, slowdown }) {
  const next = random.uniform(seed);
  const normal = () => random.standardNormal(next);
  let drift = DRIFT.deviation * normal();
  const round = (/** @type {number} */ factor) => {
    drift = DRIFT.memory * drift + DRIFT.deviation * Math.sqrt(1 - DRIFT.memory ** 2) * normal();
    const spike = next() < SPIKE.probability ? 1 + SPIKE.least + (SPIKE.most - SPIKE.least) * next() : 1;
    const slow = () => Math.exp(drift + spread * normal()) * spike;
    const ttftMs = TRUE_VALUES.ttftMs * slow() * factor;
    return {
      prefillRate: 64_000 / ttftMs,
      decodeRate: 1000 / (TRUE_VALUES.tpotMs * slow() * factor),
      ttftMs,
      loadMs: TRUE_VALUES.loadMs * slow(),
      peakRssBytes: TRUE_VALUES.peakRssBytes * (1 + 0.002 * normal()),
    };
  };
  for (let i = 0; ; i++) {
    if (i % 2 === 0) {
      const baseline = round(1);
      yield { baseline, candidate: round(slowdown) };
    } else {
      const candidate = round(slowdown);
      yield { baseline: round(1), candidate };
    }
  }
}
