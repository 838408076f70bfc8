// The values of a list that apply: notes, causes and reasons are written down each with its condition. Pure.

/** Leaves out null and false. */
export function present<T>(...values: (T | null | false)[]): T[] {
  return values.filter((value): value is T => value !== null && value !== false);
}
