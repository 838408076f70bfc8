// What two documents of paired rounds differ in: dimensions of their cases, the versions of edgeproof and of what it runs. Pure.
import type { ResultDocument } from '../contract/result.js';
import { RUNTIME_NAMES, RUNTIMES, type RuntimeName } from '../contract/runtimes.js';
import type { PairsView } from '../contract/views/pairs.js';
import { caseDimensions } from '../suite/case-id.js';

type Facts = Record<string, string>;

/** Case i of the baseline belongs to case i of the candidate. Each difference once, however many cases have it. */
export function sideDifferences(baseline: ResultDocument, candidate: ResultDocument): PairsView['differences'] {
  const runtimes = RUNTIME_NAMES.filter((name) => [baseline, candidate].every((document) => uses(document, name)));
  const pairs: [Facts, Facts][] = [
    [versionsOf(baseline, runtimes), versionsOf(candidate, runtimes)],
    ...baseline.cases.map((before, at): [Facts, Facts] => [factsOf(before), factsOf(candidate.cases[at]!)]),
  ];
  const found = pairs.flatMap(([a, b]) =>
    Object.keys({ ...a, ...b })
      .filter((name) => a[name] !== b[name])
      .map((name) => ({ name, baseline: a[name] ?? 'none', candidate: b[name] ?? 'none' })),
  );
  return [...new Map(found.map((difference) => [JSON.stringify(difference), difference])).values()];
}

export function toolName({ version, commit, dirty }: ResultDocument['tool']): string {
  return commit === null ? version : `${version} at ${commit.slice(0, 8)}${dirty ? ' with changes' : ''}`;
}

function factsOf({ key }: ResultDocument['cases'][number]): Facts {
  return { ...caseDimensions(key), weights: key.weights };
}

function uses({ cases }: ResultDocument, runtime: RuntimeName): boolean {
  return cases.some(({ key }) => key.runtime === runtime);
}

function versionsOf({ tool, versions }: ResultDocument, runtimes: readonly RuntimeName[]): Facts {
  const each = runtimes.map((name) => [name, RUNTIMES[name].version(versions)]);
  return { edgeproof: toolName(tool), node: versions.node, ...Object.fromEntries(each) };
}
