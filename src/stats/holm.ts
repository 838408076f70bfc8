// Many tests at once: p-values adjusted so that the chance of even one false alarm among all stays at the level. Pure.
// Holm (1979), A Simple Sequentially Rejective Multiple Test Procedure.

/** Adjusted p-values, in the order of the arguments. */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, i) => i).sort((a, b) => pValues[a]! - pValues[b]!);
  const adjusted = new Array<number>(pValues.length);
  let largest = 0;
  for (const [rank, place] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * pValues[place]!));
    adjusted[place] = largest;
  }
  return adjusted;
}
