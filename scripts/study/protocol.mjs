// One comparison as a careful user makes it: a few rounds on both sides, then as many as edgeproof asks for.

/** Rounds on each side to begin with. */
export const FIRST_ROUNDS = 5;
/** The metrics in which a user wants to see a change of 5 %. */
const ASKED = ['decodeRate', 'prefillRate'];

/**
 * Adds rounds until both sides have as many as the comparison needs to see 5 %, or `most`.
 * @template T
 * @param {(rounds: number) => Promise<T> | T} compareAt measures until each side has this many rounds, and compares
 * @param {(comparison: T) => { metric: string, roundsToSee5Percent: number | null }[]} changesOf
 * @param {number} most
 * @returns {Promise<{ rounds: number, comparison: T, asked: number | null }>}
 */
export async function askedRounds(compareAt, changesOf, most) {
  for (let rounds = FIRST_ROUNDS; ; ) {
    const comparison = await compareAt(rounds);
    const needs = changesOf(comparison)
      .filter(({ metric }) => ASKED.includes(metric))
      .map(({ roundsToSee5Percent }) => roundsToSee5Percent ?? Number.POSITIVE_INFINITY);
    const asked = Math.max(...needs);
    if (rounds >= Math.min(asked, most)) return { rounds, comparison, asked: Number.isFinite(asked) ? asked : null };
    rounds = Math.min(asked, most);
  }
}
