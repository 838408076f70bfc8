// Seeded rounds of a busy machine: noise of each round, drift that neighbouring rounds share, and spikes when another
// process takes the processor. Two sides take turns, as in a real study. Imports nothing from dist/, since tests use it too.

/** Relative standard deviations as on shared virtual machines (results/). Drift fades over a few rounds. */
const DRIFT = { deviation: 0.015, memory: 0.8 };
const SPIKE = { probability: 0.05, least: 0.1, most: 0.4 };
/** What a case takes without noise, in ms and bytes. Memory hardly varies. */
const TRUE_VALUES = { ttftMs: 400, tpotMs: 20, loadMs: 300, peakRssBytes: 5e8 };

/**
 * An endless series of rounds of two sides that take turns (a b, b a, a b …). The second is slower by `slowdown`.
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
