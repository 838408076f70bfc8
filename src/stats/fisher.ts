// Fisher's exact test, one-sided: do more of these fail than of those? Pure.
// Fisher (1935), The Design of Experiments: with all margins fixed, failures are spread at random over both sides.

export interface Counted {
  failed: number;
  of: number;
}

/** The chance of as many failures in `after`, or more, if both sides fail equally often. */
export function fisherHigher(before: Counted, after: Counted): number {
  const failed = before.failed + after.failed;
  const most = Math.min(failed, after.of);
  const all = logChoose(before.of + after.of, failed);
  let p = 0;
  for (let k = most; k >= after.failed; k--) {
    p += Math.exp(logChoose(after.of, k) + logChoose(before.of, failed - k) - all);
  }
  return Math.min(1, p);
}

function logChoose(n: number, k: number): number {
  if (k < 0 || k > n) return Number.NEGATIVE_INFINITY;
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

const known = [0];

function logFactorial(n: number): number {
  for (let i = known.length; i <= n; i++) known.push(known[i - 1]! + Math.log(i));
  return known[n]!;
}
