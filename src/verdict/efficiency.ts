// How far kernels stay behind the best of their machine: coefficients of the terms that a quantity is a sum of, found from
// what was measured. Pure. docs/fit.md has the formulas.
import { type Expectation, type Point, shrunkFit } from '../stats/shrunk-fit.js';

/** Quantities by name, each with one coefficient for each of its terms. */
export type Coefficients<Q extends string> = Record<Q, readonly number[]>;
/** `between`: how far, relative to it, the coefficient of a group may be from that of all. */
export type Expected<Q extends string> = Record<Q, readonly (Expectation & { between?: number })[]>;

/** Something that was measured. */
export interface Calibration<Q extends string> {
  /** How it was run, from the general to the particular: cases that share the first parts resemble each other. */
  path: readonly string[];
  /** null where it has no value. */
  points: Record<Q, Point | null>;
}

/** How far the coefficients of a narrower group may be from those of the wider one, unless an expectation says. */
const BETWEEN_GROUPS = 0.5;

/**
 * The coefficients at a path: those of its group, which stay near those of the wider group as long as few cases say
 * otherwise. Of a path without cases, those of the narrowest group that has some.
 */
export function coefficientsOf<Q extends string>(
  measured: readonly Calibration<Q>[],
  expected: Expected<Q>,
): (path: readonly string[]) => Coefficients<Q> {
  const quantities = Object.keys(expected) as Q[];
  const known = new Map<string, Coefficients<Q>>();
  const at = (path: readonly string[]): Coefficients<Q> => {
    const name = JSON.stringify(path);
    const found = known.get(name) ?? fitted(path);
    known.set(name, found);
    return found;
  };
  const fitted = (path: readonly string[]): Coefficients<Q> => {
    const own = measured.filter((one) => path.every((part, i) => one.path[i] === part));
    const around = path.length === 0 ? expected : near(at(path.slice(0, -1)), expected);
    return each(quantities, (quantity) =>
      shrunkFit(
        own.flatMap(({ points }) => points[quantity] ?? []),
        around[quantity],
      ),
    );
  };
  return at;
}

/** A coefficient that came out as 0 of a wide group may well be more in a narrow one. */
function near<Q extends string>(wider: Coefficients<Q>, expected: Expected<Q>): Expected<Q> {
  return each(Object.keys(expected) as Q[], (quantity) =>
    wider[quantity].map((value, i) => {
      const { value: first, between = BETWEEN_GROUPS } = expected[quantity][i]!;
      return { value: Math.max(value, first / 10), spread: between };
    }),
  );
}

/** null without terms. */
export function sumOf(terms: readonly number[] | null, coefficients: readonly number[]): number | null {
  return terms === null ? null : terms.reduce((sum, term, i) => sum + term * coefficients[i]!, 0);
}

export function each<Q extends string, T>(names: readonly Q[], of: (name: Q) => T): Record<Q, T> {
  return Object.fromEntries(names.map((name) => [name, of(name)])) as Record<Q, T>;
}
