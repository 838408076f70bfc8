// Runs damaged files through a reader. Each must end in an answer that makes sense or in an EdgeproofError, soon and in
// bounded memory; anything else is a finding, with the seed that shows it again.
import { writeFileSync } from 'node:fs';
import { BYTE_MUTATIONS, oneOf } from './mutations.mjs';

/** Milliseconds as a rule; this only tells a hang from an answer. */
const LONGEST_MS = 20_000;
const MOST_BYTES = 1 << 30;

/** @typedef {{ seed: number, reason: string, error: unknown }} Finding */

/**
 * @param {import('./targets.mjs').Target} target
 * @param {{ first: number, cases: number, uniform: (seed: number) => () => number, isKnown: (error: unknown) => boolean }} options
 */
export function fuzz(target, { first, cases, uniform, isKnown }) {
  /** @type {Finding[]} */
  const findings = [];
  /** @type {Record<string, number>} */
  const refused = {};
  let [read, slowestMs] = [0, 0];
  const before = heldBytes();
  for (let seed = first; seed < first + cases; seed++) {
    writeFileSync(target.path, damaged(target, uniform(seed)));
    const started = performance.now();
    try {
      target.use(target.path);
      read++;
    } catch (error) {
      if (isKnown(error)) {
        const { code } = /** @type {{ code: string }} */ (error);
        refused[code] = (refused[code] ?? 0) + 1;
      } else findings.push({ seed, reason: String(error), error });
    }
    const ms = performance.now() - started;
    slowestMs = Math.max(slowestMs, ms);
    if (ms > LONGEST_MS) findings.push({ seed, reason: `it took ${Math.round(ms)} ms`, error: null });
    if (heldBytes() - before > MOST_BYTES) findings.push({ seed, reason: 'more than 1 GB is held', error: null });
  }
  return { target: target.name, cases, read, refused, slowestMs, findings };
}

/** @param {import('./targets.mjs').Target} target @param {() => number} random */
function damaged({ seeds, mutate }, random) {
  const bytes = oneOf(random, seeds);
  return random() < 0.6 ? mutate(bytes, random) : oneOf(random, BYTE_MUTATIONS)(bytes, random);
}

function heldBytes() {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
