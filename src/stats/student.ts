// The two-sided 95 % point of Student's t. Pure.

/** Few degrees of freedom are tabled; above, the expansion of Abramowitz and Stegun 26.7.5 is right to four digits. */
const TABLE = [12.7062, 4.3027, 3.1824, 2.7764, 2.5706];
const NORMAL = 1.959964;

export function student95(degrees: number): number {
  const tabled = TABLE[degrees - 1];
  if (tabled !== undefined) return tabled;
  const z = NORMAL;
  const terms = [
    z,
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160,
  ];
  return terms.reduce((sum, term, power) => sum + term / degrees ** power, 0);
}
