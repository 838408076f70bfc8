// The list of stored results, from their digests, and the filters of verbs that read many. Pure.
import { isForeign } from '../contract/runtimes.js';
import type { Digest } from '../contract/views/digest.js';
import type { ListedResult } from '../contract/views/results.js';
import { GRADES } from '../contract/vocabulary.js';

export interface Filters {
  /** Each accepts a name, or tells whether it matches a pattern. */
  machine?: (name: string) => boolean;
  model?: (name: string) => boolean;
  suite?: (name: string) => boolean;
  /** ISO time; results that started before are left out. */
  since?: string;
}

/** A result has a model if any of its cases does. */
export function isWanted({ machine, model, suite, since }: Filters, digest: Digest): boolean {
  return (
    (machine?.(digest.machine.id) ?? true) &&
    (suite?.(digest.suite.name) ?? true) &&
    (model === undefined || digest.cases.some(({ key }) => model(key.model))) &&
    (since === undefined || digest.startedAt >= since)
  );
}

export function listedResult({ path, startedAt, machine, suite, tool, cases }: Digest): ListedResult {
  const count = (status: (typeof cases)[number]['status']) => cases.filter((own) => own.status === status).length;
  const graded = GRADES.map((grade) => [grade, sum(cases.map(({ grades }) => grades[grade] ?? 0))] as const);
  return {
    path,
    startedAt,
    machine: machine.id,
    suite: suite.name,
    tool,
    foreign: cases.some(({ key }) => isForeign(key.runtime)),
    models: [...new Set(cases.map(({ key }) => key.model))],
    weights: [...new Set(cases.map(({ key }) => key.weights))],
    cases: { ok: count('ok'), failed: count('failed'), pending: count('pending'), impossible: count('impossible') },
    rounds: sum(cases.map(({ rounds }) => rounds)),
    grades: Object.fromEntries(graded.filter(([, rounds]) => rounds > 0)),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
