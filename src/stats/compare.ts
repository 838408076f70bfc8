// Two result documents, case by case: what changed, whether it is shown, and what may not be compared. Pure.
import { type CaseResult, okRounds, type ResultDocument } from '../contract/result.js';
import type { CaseComparison, Comparison, Difference } from '../contract/views/compare.js';
import { caseDimensions } from '../suite/case-id.js';
import { impliedBy } from '../suite/dimensions.js';
import { isOptionDimension } from '../suite/option-dimensions.js';
import { isImpossible } from './ceiling-share.js';
import { comparableEnergy } from './energy.js';
import { judge, type Samples } from './judgement.js';
import { COMPARED_METRICS, METRICS, roundValues } from './metrics.js';
import { type Answers, answersIn, workOf } from './parity.js';
import { judgeSpeed, type Pair, parityAcross } from './parity-across.js';

export interface CompareOptions {
  /** Dimensions that may differ: model, dtype, threads, machine, runtime version … */
  across: string[];
  /** Replaces every metric's own minimum effect. */
  minimumEffect?: number;
}

export function compareResults(
  baseline: ResultDocument,
  candidate: ResultDocument,
  options: CompareOptions,
): Comparison {
  const label = (result: CaseResult) => matchLabel(result, options.across);
  const byLabel = new Map(baseline.cases.map((result) => [label(result), result]));
  // If two cases have the same id, the first counts.
  const byId = new Map(baseline.cases.toReversed().map((result) => [result.id, result]));
  const sides = {
    baseline: { document: baseline, answers: answersIn(baseline.cases) },
    candidate: { document: candidate, answers: answersIn(candidate.cases) },
  };
  const seen = new Set<string>();
  const cases = candidate.cases.map((result): Undecided => {
    const { id, key } = result;
    const name = label(result);
    const partner = byId.get(id) ?? byLabel.get(name);
    seen.add(name);
    if (partner === undefined) return { id, status: 'unmatched', key, reason: 'only in the candidate' };
    return compareCase(sides, partner, result, options);
  });
  for (const [name, { id }] of byLabel) {
    if (!seen.has(name)) cases.push({ id, status: 'unmatched', key: null, reason: 'only in the baseline' });
  }
  return judgeCases(cases, options.minimumEffect);
}

/** A case whose rounds have been read but not yet judged. */
type Undecided = Exclude<CaseComparison, { status: 'compared' }> | (Compared & { samples: Samples[]; pair: Pair });
type Compared = Omit<Extract<CaseComparison, { status: 'compared' }>, 'changes'>;

/** The tests of all cases are adjusted together, because one exit code answers for all of them. */
function judgeCases(cases: Undecided[], minimumEffect?: number): Comparison {
  const samplesOf = (entry: Undecided) => (entry.status === 'compared' ? entry.samples : []);
  const { changes, roundsNeeded } = judge(cases.flatMap(samplesOf), minimumEffect);
  const decided = cases.map((entry): CaseComparison => {
    if (entry.status !== 'compared') return entry;
    const { samples, pair, ...rest } = entry;
    const own = changes.splice(0, samples.length).map((change) => ({
      ...change,
      outcome: judgeSpeed(change.metric, change.outcome, pair, rest),
    }));
    return { ...rest, changes: own };
  });
  return { cases: decided, roundsNeeded };
}

/** Cases match when all dimensions but those in `across` are equal. Only synthetic weights have a layout. */
function matchLabel(result: CaseResult, across: string[]): string {
  const ignored = new Set(across.includes('weights') ? [...across, 'layout'] : across);
  const dimensions = Object.entries(caseDimensions(result.key)).filter(
    ([name]) => !ignored.has(name) && !(isOptionDimension(name) && ignored.has('options')),
  );
  const { workload } = result.key;
  return JSON.stringify([workload.kind, workload.kind === 'micro' ? workload.task : null, dimensions]);
}

function compareCase(
  { baseline, candidate }: Record<'baseline' | 'candidate', { document: ResultDocument; answers: Answers }>,
  before: CaseResult,
  after: CaseResult,
  options: CompareOptions,
): Undecided {
  const { id, key } = after;
  if (okRounds(before).length === 0) return { id, status: 'unmatched', key, reason: noRound(before, 'baseline') };
  if (okRounds(after).length === 0) {
    return { id, status: after.status === 'failed' ? 'failed' : 'unmatched', key, reason: noRound(after, 'candidate') };
  }
  if (isImpossible(baseline.document, before)) {
    return { id, status: 'unmatched', key, reason: aboveCeiling('baseline') };
  }
  if (isImpossible(candidate.document, after)) return { id, status: 'failed', key, reason: aboveCeiling('candidate') };
  const differences = differencesOf(baseline.document, before, candidate.document, after);
  const allowed = new Set([...options.across, ...impliedBy(options.across)]);
  const isAllowed = (name: string) => allowed.has(name) || (isOptionDimension(name) && allowed.has('options'));
  const forbidden = differences.filter(({ dimension }) => !isAllowed(dimension));
  if (forbidden.length > 0) return { id, status: 'differs', key, differences: forbidden };
  const isSameEnergy = comparableEnergy(before, after);
  const samples = COMPARED_METRICS.filter((metric) => isSameEnergy || !METRICS[metric].compared!.sameEnergySource)
    .map((metric) => ({ metric, baseline: roundValues(metric, before), candidate: roundValues(metric, after) }))
    .filter((sample) => sample.baseline.length > 0 && sample.candidate.length > 0);
  const answers = { before: baseline.answers.of(before), after: candidate.answers.of(after) };
  const pair = {
    before,
    after,
    answers,
    otherFiles: hasOtherFiles(differences),
    isOneIdentity: differences.length === 0,
  };
  const tokens = {
    sameTokens: sameInRounds(before, after, 'tokensHash'),
    sameLogits: sameInRounds(before, after, 'logitsHash'),
    parity: parityAcross(pair),
    work: workOf(answers.after),
  };
  return { id, status: 'compared', key, across: differences, ...tokens, samples, pair };
}

function noRound({ status }: CaseResult, side: string): string {
  return status === 'ok'
    ? `no round of sufficient grade in the ${side}`
    : `no measured round in the ${side} (${status})`;
}

function aboveCeiling(side: string): string {
  return `a rate of the ${side} is above the machine's ceiling, which is impossible`;
}

function differencesOf(
  baseline: ResultDocument,
  before: CaseResult,
  candidate: ResultDocument,
  after: CaseResult,
): Difference[] {
  // Two kinds of weights say more than two hashes.
  const areOtherWeights = before.key.weights !== after.key.weights;
  const dimensionsOf = (
    { machine, versions }: ResultDocument,
    { key, identity }: CaseResult,
  ): Record<string, string> => ({
    ...caseDimensions(key),
    ...identity,
    ...(areOtherWeights ? { weights: key.weights } : {}),
    machine: machine.id,
    node: versions.node,
  });
  const [a, b] = [dimensionsOf(baseline, before), dimensionsOf(candidate, after)];
  return Object.keys({ ...a, ...b })
    .filter((name) => a[name] !== b[name])
    .map((dimension) => ({ dimension, baseline: a[dimension] ?? '(none)', candidate: b[dimension] ?? '(none)' }));
}

/** Whether the user asked to compare different files, which may compute different things. */
function hasOtherFiles(differences: Difference[]): boolean {
  return differences.some(({ dimension }) => dimension === 'weights' || dimension === 'graph');
}

/** Whether a hash of both sides is the same wherever they ran the same prompts; null where they share none. */
function sameInRounds(before: CaseResult, after: CaseResult, hash: 'tokensHash' | 'logitsHash'): boolean | null {
  const hashes = (result: CaseResult) => {
    const passes = okRounds(result).flatMap(({ iterations }) =>
      iterations.flatMap((one) => ('seed' in one ? [one] : [])),
    );
    return new Map(passes.filter((pass) => pass[hash] !== undefined).map((pass) => [pass.seed, pass[hash]]));
  };
  const [a, b] = [hashes(before), hashes(after)];
  const shared = [...a.keys()].filter((seed) => b.has(seed));
  return shared.length === 0 ? null : shared.every((seed) => a.get(seed) === b.get(seed));
}

/** 0: nothing worse is shown. 1: something is, or failed, or is faster but different. 2: no case could be compared. */
export function exitCodeOf(comparison: Comparison): 0 | 1 | 2 {
  const changes = comparison.cases.flatMap((entry) => (entry.status === 'compared' ? entry.changes : []));
  if (comparison.cases.some((entry) => entry.status === 'failed')) return 1;
  if (changes.some((change) => change.outcome === 'worse')) return 1;
  if (comparison.cases.some(isFasterByFault)) return 1;
  return changes.some((change) => change.outcome !== 'too few rounds') ? 0 : 2;
}

/** Faster with other tokens from the same files is a fault. From different files it is an ordinary answer. */
function isFasterByFault(entry: CaseComparison): boolean {
  if (entry.status !== 'compared' || hasOtherFiles(entry.across)) return false;
  return entry.changes.some(({ outcome }) => outcome === 'faster but different');
}
