// Passes of the rounds of two sides that read the same prompt and generated other tokens, and whether rounding explains so many.
// Pure. Why: docs/comparison.md, Parity.
import { type CaseResult, type GenerateIteration, okRounds } from '../contract/result.js';
import type { OtherTokens } from '../contract/views/compare.js';
import type { Parity } from '../contract/views/figures.js';
import { binomialTail } from './bootstrap.js';
import type { CasePair } from './pairing.js';

/**
 * Of V normal logits, the best two are closer than a small d standard deviations with probability d √(2 ln V): 4.9 d of
 * 150,000. Those of trained models are mostly further apart.
 */
const CLOSE_PER_DEVIATION = 5;
/** A rival that is further behind than three deviations of the gaps is not overtaken. */
const DEVIATIONS = 3;
/** Rounding does not explain what it would do more rarely. */
const RAREST = 0.01;

/** null where no pass of one side generated other tokens than its like on the other side. */
export function otherTokens(pair: CasePair, parity: Parity | null): OtherTokens | null {
  const shared = sharedPasses(pair);
  const passes = shared.filter(([before, after]) => before.tokensHash !== after.tokensHash).length;
  if (passes === 0) return null;
  const within = parity === null ? 0 : roundingOf(parity);
  const chance = Math.min(1, shared[0]![0].tokenMs.length * CLOSE_PER_DEVIATION * within);
  const p = binomialTail(shared.length, chance, passes);
  return { passes, of: shared.length, p, isExplained: p > RAREST };
}

/** How close the best two logits must be for rounding to swap them: what it was seen to do on the common prompt. */
function roundingOf({ spread, gap, tolerance, verdict }: Parity): number {
  if (verdict === 'different' || verdict === 'not shown') return 0;
  // The side that shows its logits knows what rounding does to them.
  if (spread === null) return verdict === 'near-tie' ? tolerance : 0;
  return Math.max(DEVIATIONS * spread, gap ?? 0);
}

/** Whether a hash of both sides is the same wherever they ran the same prompts; null where they share none. */
export function sameInRounds(pair: CasePair, hash: 'tokensHash' | 'logitsHash'): boolean | null {
  const shared = sharedPasses(pair).filter((passes) => passes.every((pass) => pass[hash] !== undefined));
  return shared.length === 0 ? null : shared.every(([before, after]) => before[hash] === after[hash]);
}

/** Of the same seed and lengths, which make the same prompt. */
function sharedPasses({ before, after }: CasePair): [GenerateIteration, GenerateIteration][] {
  if (JSON.stringify(before.key.workload) !== JSON.stringify(after.key.workload)) return [];
  const known = new Map(passesOf(before).map((pass) => [pass.seed, pass]));
  return passesOf(after).flatMap((pass) => {
    const same = known.get(pass.seed);
    return same === undefined ? [] : [[same, pass]];
  });
}

function passesOf(result: CaseResult): GenerateIteration[] {
  return okRounds(result).flatMap(({ iterations }) => iterations.flatMap((one) => ('seed' in one ? [one] : [])));
}
