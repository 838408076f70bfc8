// The libraries that ran the cases of a document, with their versions. Pure.
import type { ResultDocument } from '../contract/result.js';
import { RUNTIMES } from '../contract/runtimes.js';

export function enginesOf({ cases, versions }: ResultDocument): string[] {
  return [...new Set(cases.map(({ key }) => RUNTIMES[key.runtime].engine(versions)))];
}
