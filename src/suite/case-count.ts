// How many cases the lists of a suite stand for, counted before any of them is made.
import { MOST_CASES } from '../contract/bounds.js';
import type { Suite } from '../contract/suite.js';
import { problem } from '../errors.js';

/** The lengths of lists that multiply, by the name of what they vary. */
type Factors = Record<string, number[]>;

/** Throws where the lists of a suite stand for too many cases. Of its workloads, those of the largest are named. */
export function requireFewCasesOf(suite: Suite): void {
  const ofSuite = listsOf({ ...suite, workloads: undefined });
  const workloads = suite.workloads.map(listsOf).toSorted((a, b) => productOf(b) - productOf(a));
  const count = productOf(ofSuite) * workloads.reduce((sum, lists) => sum + productOf(lists), 0);
  requireFewCases({ ...ofSuite, ...workloads[0] }, count);
}

function listsOf(fields: object): Factors {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (Array.isArray(value) ? [[name, [value.length]]] : [])),
  );
}

function productOf(factors: Factors): number {
  return Object.values(factors)
    .flat()
    .reduce((product, length) => product * length, 1);
}

/** Throws where there would be too many, and says which lists make them. */
export function requireFewCases(factors: Factors, count: number = productOf(factors)): void {
  if (count <= MOST_CASES) return;
  const words = Object.entries(factors).flatMap(([name, lengths]) =>
    lengths.filter((length) => length > 1).map((length) => `${length} × ${name}`),
  );
  throw problem('input-invalid', {
    what: `this asks for up to ${count} cases: ${words.join(', ')}`,
    expected: `${MOST_CASES} cases at most, from shorter lists or larger steps`,
  });
}
