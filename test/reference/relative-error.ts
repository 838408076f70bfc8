// The root mean square of a difference, relative to that of what was expected.
export function relativeError(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) throw new Error(`${found.length} numbers instead of ${expected.length}`);
  const squares = (values: number[]) => values.reduce((sum, value) => sum + value * value, 0);
  const difference = Array.from(found, (value, i) => value - expected[i]!);
  return Math.sqrt(squares(difference) / squares(Array.from(expected)));
}
