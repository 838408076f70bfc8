// Suite → cases once more for every set of limits: the same product, each time with the threads that the limits leave.

import { type Case, caseId } from '../contract/case-key.js';

import type { Suite } from '../contract/suite.js';
import { limitedThreads, limitsOf } from './case-limits.js';
import { type ModelTraits, planCases } from './plan.js';

export function planLimitedCases(
  suite: Suite,
  automaticThreads: number,
  traitsOf?: (model: string) => ModelTraits,
): Case[] {
  const cases = (suite.limits ?? [{}]).flatMap((set): Case[] => {
    const limits = limitsOf(set);
    if (limits === undefined) return planCases(suite, automaticThreads, traitsOf);
    return planCases(suite, limitedThreads(automaticThreads, limits), traitsOf).map((planned) => {
      const key = { ...planned.key, limits };
      return { id: caseId(key), key };
    });
  });
  return [...new Map(cases.map((planned) => [planned.id, planned])).values()];
}
