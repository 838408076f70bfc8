// Two stored sittings differ by what the machine did meanwhile: is a change larger than that? A screen, because how much
// sittings differ is mostly assumed. Pure. Student's t with a deviation that is drawn towards a prior (Smyth 2004).
import { student95 } from './summary.js';

/** Degrees of freedom that the prior deviation is worth. */
export const PRIOR_FREEDOM = 4;
/** From so many sittings a side, variances that differ by more than the factor are kept apart (Welch). */
const ENOUGH_SITTINGS = 3;
const UNEQUAL = 4;

export interface SittingFigures {
  /** The logarithm of the median of the rounds of each sitting. */
  baseline: readonly number[];
  candidate: readonly number[];
  /** Prior deviation between sittings, relative. */
  spread: number;
}

export interface Screened {
  /** Candidate − baseline, of the means of the logarithms. */
  difference: number;
  standardError: number;
  freedom: number;
}

export function screen({ baseline, candidate, spread }: SittingFigures): Screened {
  const [b, c] = [momentsOf(baseline), momentsOf(candidate)];
  const difference = c.mean - b.mean;
  const [ofB, ofC] = [b.squares / (b.n - 1), c.squares / (c.n - 1)];
  if (Math.min(b.n, c.n) >= ENOUGH_SITTINGS && Math.max(ofB, ofC) > UNEQUAL * Math.min(ofB, ofC)) {
    const [x, y] = [ofB / b.n, ofC / c.n];
    const freedom = (x + y) ** 2 / (x ** 2 / (b.n - 1) + y ** 2 / (c.n - 1));
    return { difference, standardError: Math.sqrt(x + y), freedom };
  }
  const freedom = PRIOR_FREEDOM + b.n + c.n - 2;
  const variance = (PRIOR_FREEDOM * spread ** 2 + b.squares + c.squares) / freedom;
  return { difference, standardError: Math.sqrt(variance * (1 / b.n + 1 / c.n)), freedom };
}

/**
 * The difference from which one of so many figures counts, as a logarithm. Student's limit for one figure grows with
 * their number as the normal one does (Šidák): so the same spread between sittings is tolerated, however many they are.
 */
export function limitOf({ standardError, freedom }: Screened, figures: number): number {
  const growth = normalQuantile((1 + 0.95 ** (1 / figures)) / 2) / normalQuantile(0.975);
  return student95(freedom) * growth * standardError;
}

/** The normal quantile for p of 0.5 and more; Abramowitz and Stegun 26.2.23, right to 0.0005. */
export function normalQuantile(p: number): number {
  const t = Math.sqrt(-2 * Math.log(1 - p));
  const above = 2.515517 + 0.802853 * t + 0.010328 * t ** 2;
  return t - above / (1 + 1.432788 * t + 0.189269 * t ** 2 + 0.001308 * t ** 3);
}

function momentsOf(values: readonly number[]) {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  return { n, mean, squares: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) };
}
