// Whether cases of different engines do equal work: as many weights a token, as many bits a weight, the same KV cache.
// Pure. Formulas: docs/metrics.md, "Equal work".
import type { GraphFacts } from '../contract/graph-facts.js';
import { DEFAULT_OPTIONS } from '../contract/options.js';
import { type CaseResult, okRounds } from '../contract/result.js';
import { RUNTIMES, type StoredVersions } from '../contract/runtimes.js';
import type { EngineWork } from '../contract/views/equal-work.js';
import type { CaseView } from '../contract/views/show.js';

/** Bits a weight that count as equal: the blocks of two engines never agree to the last scale. */
const MOST_BITS_APART = 1.1;
/** A model is the same in two formats if its counts of weights are this close. */
const MOST_WEIGHTS_APART = 1.01;

export function engineWork(result: CaseResult, versions: StoredVersions): EngineWork {
  const { key, checkpoint } = result;
  const { work, kv } = (checkpoint?.graph ?? {}) as Partial<Pick<GraphFacts, 'work' | 'kv'>>;
  const { kvDtype } = { ...DEFAULT_OPTIONS, ...key.options };
  const types = new Set(kv?.shapes?.map(({ type }) => type));
  const weights = work === undefined ? 0 : operationsOf(work) / 2;
  return {
    weights: weights === 0 ? null : weights,
    bitsPerWeight: work === undefined || weights === 0 ? null : (8 * work.tokenBytes) / weights,
    kvFormat: kvDtype === 'graph' ? [...types].sort().join(' and ') || null : kvDtype,
    promptGraph: okRounds(result).some(({ options }) => options.prefillGraph === true),
    batch: 1,
    build: RUNTIMES[key.runtime].version(versions),
  };
}

function operationsOf({ products, head }: GraphFacts['work']): number {
  return products.reduce((sum, product) => sum + product.operations, head?.operations ?? 0);
}

/** null where something is not known of one of them. */
export function isEqualWork(works: readonly EngineWork[]): boolean | null {
  if (works.some((work) => work.weights === null || work.bitsPerWeight === null || work.kvFormat === null)) return null;
  const isWithin = (name: 'weights' | 'bitsPerWeight', most: number) => {
    const values = works.map((work) => work[name]!);
    return Math.max(...values) <= most * Math.min(...values);
  };
  const isOne = (name: 'kvFormat' | 'promptGraph' | 'batch') => new Set(works.map((work) => work[name])).size === 1;
  return (
    isWithin('weights', MOST_WEIGHTS_APART) &&
    isWithin('bitsPerWeight', MOST_BITS_APART) &&
    isOne('kvFormat') &&
    isOne('promptGraph') &&
    isOne('batch')
  );
}

type Ranked = Pick<CaseView, 'key' | 'engineWork'>;

export function spansRuntimes(cases: readonly Ranked[]): boolean {
  return new Set(cases.map(({ key }) => key.runtime)).size > 1;
}

/** Cases that do equal work, where they are of several runtimes. `ranked`: the fastest first, as in each group. */
export function equalWorkGroups<T extends Ranked>(ranked: readonly T[]): T[][] {
  const groups: T[][] = [];
  for (const one of ranked) {
    const group = groups.find((members) => isEqualWork([...members, one].map((member) => member.engineWork)));
    if (group === undefined) groups.push([one]);
    else group.push(one);
  }
  return groups.filter(spansRuntimes);
}
