// How many normal values it takes to tell a change from none. Student's t is a normal number over the root of a chi-square
// one, so that both its limit and the power follow from one integral. Pure.

const STEPS = 400;
const POWER = 0.9;
/** One-sided, as the limits of a slowdown are (pairs.ts). */
const CONFIDENCE = 0.95;

interface Design {
  /** Deviation of the estimate from n values. */
  error: (n: number) => number;
  degrees: (n: number) => number;
  fewest: number;
  most: number;
}

/** The fewest values that exclude a change of `effect` nine times in ten where there is none; null above `most`. */
export function valuesNeeded(effect: number, { error, degrees, fewest, most }: Design): number | null {
  const isEnough = (n: number) => powerOf(effect / error(n), degrees(n)) >= POWER;
  if (isEnough(fewest)) return fewest;
  if (!isEnough(most)) return null;
  let [few, enough] = [fewest, most];
  while (enough - few > 1) {
    const middle = Math.floor((few + enough) / 2);
    if (isEnough(middle)) enough = middle;
    else few = middle;
  }
  return enough;
}

/** The chance that Student's t passes its limit where the true change is `shift` standard errors. */
export function powerOf(shift: number, degrees: number): number {
  const limit = studentLimit(degrees);
  return overScale(degrees, (scale) => normalBelow(shift - limit * scale));
}

/** Below which Student's t is with 95 %. */
export function studentLimit(degrees: number): number {
  let [low, high] = [0, 10];
  while (high - low > 1e-9) {
    const middle = (low + high) / 2;
    if (overScale(degrees, (scale) => normalBelow(middle * scale)) < CONFIDENCE) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The mean of a function of s ÷ σ, whose density is ∝ x^(ν − 1) e^(−ν x² ÷ 2). */
function overScale(degrees: number, value: (scale: number) => number): number {
  const widest = 1 + 8 / Math.sqrt(degrees);
  let [sum, weights] = [0, 0];
  for (let step = 0.5; step < STEPS; step++) {
    const scale = (step / STEPS) * widest;
    // At its largest, near 1, the exponent is near 0.
    const weight = Math.exp((degrees - 1) * Math.log(scale) - (degrees * (scale * scale - 1)) / 2);
    sum += weight * value(scale);
    weights += weight;
  }
  return sum / weights;
}

/** The normal distribution; Abramowitz and Stegun 7.1.26, right to 1e-7. */
function normalBelow(x: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(x)) / Math.SQRT2);
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = (series * Math.exp((-x * x) / 2)) / 2;
  return x > 0 ? 1 - tail : tail;
}
