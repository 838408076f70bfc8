// A row of numbers as a row of bars, eight steps high. Pure.
const STEPS = [...'▁▂▃▄▅▆▇█'];

/** From `low` (the lowest bar) to `high` (the full one); unknown values leave a gap. */
export function bars(values: readonly (number | null)[], low: number, high: number): string {
  return values
    .map((value) => {
      if (value === null) return ' ';
      const share = high > low ? (value - low) / (high - low) : 1;
      return STEPS[Math.min(STEPS.length - 1, Math.max(0, Math.floor(share * STEPS.length)))];
    })
    .join('');
}

/** Averages neighbours until at most `most` values are left. */
export function thinned(values: readonly (number | null)[], most: number): (number | null)[] {
  const group = Math.max(1, Math.ceil(values.length / most));
  return Array.from({ length: Math.ceil(values.length / group) }, (_, i) => {
    const known = values.slice(i * group, (i + 1) * group).filter((value) => value !== null);
    return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
  });
}
