// Least squares with few points: coefficients that stay near what is expected of them until measurements say otherwise.
// Errors are relative, since a model ten times as large may be wrong by ten times as much. Pure. docs/fit.md.

export interface Point {
  /** One value for each coefficient, in the unit of `measured` per unit of the coefficient. */
  terms: readonly number[];
  measured: number;
}

/** What is expected of a coefficient before anything is measured, and how far off that may be, relative to it. */
export interface Expectation {
  value: number;
  spread: number;
}

/** How far a single measurement may lie off the line, relative to it. */
const NOISE = 0.05;

/**
 * The coefficients b that minimise Σ ((terms · b − measured) / (measured · NOISE))² + Σ ((b − value) / (value · spread))², none
 * below zero. Without points, those that are expected. `expected` has a value above zero for each term.
 */
export function shrunkFit(points: readonly Point[], expected: readonly Expectation[]): number[] {
  // In units of what is expected, so that seconds and bytes have numbers of one size.
  const size = expected.length;
  const right = expected.map(({ spread }) => spread ** -2);
  const matrix = right.map((weight, i) => right.map((_, j) => (i === j ? weight : 0)));
  for (const { terms, measured } of points) {
    const shares = terms.map((term, i) => (term * expected[i]!.value) / measured / NOISE);
    for (let i = 0; i < size; i++) {
      right[i]! += shares[i]! / NOISE;
      for (let j = 0; j < size; j++) matrix[i]![j]! += shares[i]! * shares[j]!;
    }
  }
  return withoutNegatives(matrix, right).map((factor, i) => factor * expected[i]!.value);
}

/** Solves for all; those that come out negative are 0, the most negative first, and the others are solved again. */
function withoutNegatives(matrix: readonly number[][], right: readonly number[]): number[] {
  let free = right.map((_, i) => i);
  for (;;) {
    const solved = solve(
      free.map((i) => free.map((j) => matrix[i]![j]!)),
      free.map((i) => right[i]!),
    );
    const worst = Math.min(...solved);
    if (!(worst < 0)) return right.map((_, i) => (free.includes(i) ? solved[free.indexOf(i)]! : 0));
    free = free.filter((_, at) => solved[at] !== worst);
  }
}

/** Cholesky: the matrix is symmetric and positive definite, since each coefficient has an expectation. */
function solve(matrix: number[][], right: number[]): number[] {
  const size = right.length;
  const lower = matrix.map(() => new Float64Array(size));
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i]![j]!;
      for (let k = 0; k < j; k++) sum -= lower[i]![k]! * lower[j]![k]!;
      lower[i]![j] = i === j ? Math.sqrt(sum) : sum / lower[j]![j]!;
    }
  }
  const half = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    let sum = right[i]!;
    for (let k = 0; k < i; k++) sum -= lower[i]![k]! * half[k]!;
    half[i] = sum / lower[i]![i]!;
  }
  const found = Array.from({ length: size }, () => 0);
  for (let i = size - 1; i >= 0; i--) {
    let sum = half[i]!;
    for (let k = i + 1; k < size; k++) sum -= lower[k]![i]! * found[k]!;
    found[i] = sum / lower[i]![i]!;
  }
  return found;
}
