// Which case of a baseline belongs to which case of a candidate: the one with the same id, or the only one that differs in
// nothing but what may differ. More than one is an error. Pure.
import type { CaseResult, ResultDocument } from '../contract/result.js';
import { type EdgeproofError, problem } from '../errors.js';
import { caseDimensions, dimensionValue } from '../suite/case-id.js';
import { isOptionDimension } from '../suite/option-dimensions.js';

export interface PairingOptions {
  /** Dimensions that may differ: model, dtype, threads, machine, runtime version … */
  across: readonly string[];
  /** Only these cases of each side, and the dimension may differ: `threads=1:4`. */
  pair?: readonly WantedPair[];
}

export interface WantedPair {
  dimension: string;
  baseline: string;
  candidate: string;
}

export interface CasePair {
  before: CaseResult;
  after: CaseResult;
}

interface Pairing {
  pairs: CasePair[];
  onlyBaseline: CaseResult[];
  onlyCandidate: CaseResult[];
}

/** Cases that could be paired in several ways. */
interface Group {
  before: CaseResult[];
  after: CaseResult[];
}

type Sides = Record<'baseline' | 'candidate', Pick<ResultDocument, 'cases'>>;

/** Pairs that the error lists. */
const MOST_LISTED = 8;

/** Throws pairing-ambiguous. Everything is in the order of the candidate, or of the baseline for what only that has. */
export function pairCases(sides: Sides, options: PairingOptions): Pairing {
  for (const wanted of options.pair ?? []) for (const side of SIDES) requireValue(sides, side, wanted);
  const { ambiguous, ...pairing } = resolve(sides, options);
  if (ambiguous.length > 0) throw ambiguity(ambiguous, sides, options);
  return pairing;
}

/** As pairCases; null where that throws. */
export function tryPairing(sides: Sides, options: PairingOptions): Pairing | null {
  const { ambiguous, ...pairing } = resolve(sides, options);
  return ambiguous.length > 0 ? null : pairing;
}

/** All dimensions that `options` allow to differ. */
export function acrossOf({ across, pair = [] }: PairingOptions): string[] {
  return [...new Set([...across, ...pair.map(({ dimension }) => dimension)])];
}

function resolve({ baseline, candidate }: Sides, options: PairingOptions): Pairing & { ambiguous: Group[] } {
  const across = acrossOf(options);
  const before = selected(baseline.cases, 'baseline', options);
  const after = selected(candidate.cases, 'candidate', options);
  const groups = new Map<string, Group>();
  const groupOf = (result: CaseResult) => {
    const label = matchLabel(result, across);
    const group = groups.get(label) ?? { before: [], after: [] };
    groups.set(label, group);
    return group;
  };
  for (const result of before.values()) groupOf(result).before.push(result);
  for (const result of after.values()) groupOf(result).after.push(result);
  const pairOf = new Map<CaseResult, CaseResult>();
  const ambiguous: Group[] = [];
  for (const group of groups.values()) {
    const same = group.after.filter(({ id }) => before.has(id));
    for (const result of same) pairOf.set(result, before.get(result.id)!);
    const isComplete = same.length === group.before.length || same.length === group.after.length;
    if (isComplete) continue;
    if (group.before.length === 1 && group.after.length === 1) pairOf.set(group.after[0]!, group.before[0]!);
    else ambiguous.push(group);
  }
  const paired = new Set(pairOf.values());
  return {
    pairs: [...after.values()].flatMap((result) => {
      const partner = pairOf.get(result);
      return partner === undefined ? [] : [{ before: partner, after: result }];
    }),
    onlyBaseline: [...before.values()].filter((result) => !paired.has(result)),
    onlyCandidate: [...after.values()].filter((result) => !pairOf.has(result)),
    ambiguous,
  };
}

const SIDES = ['baseline', 'candidate'] as const;

/** Throws input-invalid where no case has the value that is asked for. */
function requireValue(sides: Sides, side: (typeof SIDES)[number], wanted: WantedPair): void {
  const { dimension } = wanted;
  const values = new Set(sides[side].cases.map((result) => dimensionValue(result, dimension)));
  if (values.has(wanted[side])) return;
  throw problem('input-invalid', {
    what: `--pair ${dimension}=${wanted.baseline}:${wanted.candidate}: no case of the ${side} has ${dimension}=${wanted[side]}`,
    expected: `a value that it has: ${[...values].join(', ') || '(no cases)'}`,
  });
}

/** By id. If two cases have the same id, the first counts. */
function selected(cases: CaseResult[], side: 'baseline' | 'candidate', { pair = [] }: PairingOptions) {
  const byId = new Map<string, CaseResult>();
  for (const result of cases) {
    const isWanted = pair.every((wanted) => dimensionValue(result, wanted.dimension) === wanted[side]);
    if (isWanted && !byId.has(result.id)) byId.set(result.id, result);
  }
  return byId;
}

/** Cases match when all dimensions but those in `across` are equal. Only synthetic weights have a layout. */
export function matchLabel(result: Pick<CaseResult, 'key'>, across: readonly string[]): string {
  const ignored = new Set(across.includes('weights') ? [...across, 'layout'] : across);
  const dimensions = Object.entries(caseDimensions(result.key)).filter(
    ([name]) => !ignored.has(name) && !(isOptionDimension(name) && ignored.has('options')),
  );
  const { workload } = result.key;
  return JSON.stringify([workload.kind, workload.kind === 'micro' ? workload.task : null, dimensions]);
}

/** Lists the possible pairs, each with the options that choose it. */
function ambiguity(groups: Group[], sides: Sides, options: PairingOptions): EdgeproofError {
  const across = acrossOf(options);
  const lines = groups.flatMap(({ before, after }) => {
    const names = varying([...before, ...after]);
    const words = (result: CaseResult) => names.map((name) => `${name}=${dimensionValue(result, name)}`).join(' ');
    return before.flatMap((a) =>
      after.map((b) => {
        const chosen = names
          .map((name) => `--pair ${name}=${dimensionValue(a, name)}:${dimensionValue(b, name)}`)
          .join(' ');
        return `${words(a)} → ${words(b)}: ${chosen}`;
      }),
    );
  });
  const fewer = across
    .map((left) => across.filter((name) => name !== left))
    .find((rest) => (tryPairing(sides, { ...options, across: rest })?.pairs.length ?? 0) > 0);
  const pairs = lines.slice(0, MOST_LISTED);
  return problem('pairing-ambiguous', {
    across,
    pairs,
    more: lines.length - pairs.length,
    fewer: fewer === undefined || fewer.length === 0 ? null : `--across ${fewer.join(',')}`,
  });
}

/** The dimensions in which these cases differ. */
function varying(cases: CaseResult[]): string[] {
  const names = new Set(cases.flatMap(({ key }) => ['weights', ...Object.keys(caseDimensions(key))]));
  return [...names].filter((name) => new Set(cases.map((result) => dimensionValue(result, name))).size > 1);
}
