// Two result documents, case by case: what changed, whether it is shown, and what may not be compared. Pure.
import { type CaseResult, okRounds, type ResultDocument } from '../contract/result.js';
import type { CaseComparison, Comparison, Difference } from '../contract/views/compare.js';
import type { Digest } from '../contract/views/digest.js';
import type { Grade } from '../contract/vocabulary.js';
import { differencesOf, forbiddenOf } from './case-differences.js';
import { isImpossible, sharesOf } from './ceiling-share.js';
import { comparableEnergy } from './energy.js';
import { engineWork, isEqualWork } from './equal-work.js';
import { failureChanges } from './failures.js';
import { judge, type Samples } from './judgement.js';
import { COMPARED_METRICS, METRICS, valuesByRound } from './metrics.js';
import { otherTokens, sameInRounds } from './other-tokens.js';
import { acrossOf, type CasePair, type PairingOptions, pairCases } from './pairing.js';
import { type Answers, answersIn, workOf } from './parity.js';
import { judgeSpeed, type Pair, parityAcross } from './parity-across.js';
import { type SittingsOf, sittingsBetween } from './sittings.js';
import { sufficientRounds } from './sufficient.js';

export interface CompareOptions extends PairingOptions {
  /** Relative; by default what the suite of the candidate says, else what each metric needs. */
  minimumEffect?: number;
  /** Figures are those of the rounds of this grade or better; by default of all. Failures and tokens count in every round. */
  grade?: Grade;
  /** Other results of the machine, which know how much sittings differ and how often cases used to fail. */
  history?: readonly Digest[];
  /** How many candidates are compared with this baseline at once; their tests are one family. */
  candidates?: number;
}

/** Throws pairing-ambiguous where `across` leaves a choice. */
export function compareResults(
  baseline: ResultDocument,
  candidate: ResultDocument,
  options: CompareOptions,
): Comparison {
  const { grade = 'C', history = [], minimumEffect, candidates } = options;
  const asked = { minimumEffect, thresholds: candidate.suite.content.thresholds };
  const sides = { baseline: sideOf(baseline, grade), candidate: sideOf(candidate, grade) };
  const { pairs, onlyBaseline, onlyCandidate } = pairCases({ baseline, candidate }, options);
  const across = acrossOf(options);
  const cases: Undecided[] = [
    ...pairs.map((pair) => compareCase(sides, pair, across)),
    ...onlyCandidate.map(({ id, key }) => ({ id, status: 'unmatched', key, reason: 'only in the candidate' }) as const),
    ...onlyBaseline.map((result) => onlyInBaseline(sides.baseline, result)),
  ];
  const sittingsOf = sittingsBetween(sides.baseline.used, sides.candidate.used, history, grade);
  const judged = judgeCases(cases, (figures) => judge(figures, asked, candidates), sittingsOf);
  return { ...judged, failures: failureChanges(pairs, history) };
}

interface Side {
  document: ResultDocument;
  answers: Answers;
  /** The same with the rounds of sufficient grade alone. */
  used: ResultDocument;
  usedOf(result: CaseResult): CaseResult;
}

function sideOf(document: ResultDocument, grade: Grade): Side {
  const used = sufficientRounds(document, grade).document;
  const known = new Map(document.cases.map((result, i) => [result, used.cases[i]!]));
  return { document, answers: answersIn(document.cases), used, usedOf: (result) => known.get(result)! };
}

/** A case that the baseline measured and the candidate does not have is missing. */
function onlyInBaseline({ usedOf }: Side, result: CaseResult): Undecided {
  const { id, key } = result;
  const status = okRounds(usedOf(result)).length > 0 ? 'missing' : 'unmatched';
  return { id, status, key, reason: 'only in the baseline' };
}

/** A case whose rounds have been read but not yet judged. */
type Undecided = Exclude<CaseComparison, { status: 'compared' }> | (Compared & { samples: Samples[]; pair: Pair });
type Compared = Omit<Extract<CaseComparison, { status: 'compared' }>, 'changes'>;

/** The figures of all cases are judged together, because one exit code answers for all of them. */
function judgeCases(
  cases: Undecided[],
  judgeAll: (figures: Samples[][]) => ReturnType<typeof judge>,
  sittingsOf: SittingsOf,
): Omit<Comparison, 'failures'> {
  const compared = cases.filter((entry) => entry.status === 'compared');
  const figures = compared.map(({ samples, pair }) =>
    samples.map((sample) => ({ ...sample, sittings: sittingsOf(sample.metric, pair) })),
  );
  const { changes, ...tests } = judgeAll(figures);
  const decided = cases.map((entry): CaseComparison => {
    if (entry.status !== 'compared') return entry;
    const { samples: _, pair, ...rest } = entry;
    const own = changes.shift()!.map((change) => ({
      ...change,
      outcome: judgeSpeed(change.metric, change.outcome, pair, rest),
    }));
    return { ...rest, changes: own };
  });
  return { cases: decided, ...tests };
}

function compareCase(
  { baseline, candidate }: Record<'baseline' | 'candidate', Side>,
  whole: CasePair,
  across: string[],
): Undecided {
  const { id, key } = whole.after;
  const [before, after] = [baseline.usedOf(whole.before), candidate.usedOf(whole.after)];
  if (okRounds(before).length === 0) return { id, status: 'unmatched', key, reason: noRound(before, 'baseline') };
  if (okRounds(after).length === 0) {
    return { id, status: NOT_MEASURED[after.status], key, reason: noRound(after, 'candidate') };
  }
  if (isImpossible(baseline.document, before)) {
    return { id, status: 'unmatched', key, reason: aboveCeiling('baseline') };
  }
  if (isImpossible(candidate.document, after)) return { id, status: 'failed', key, reason: aboveCeiling('candidate') };
  const documents = { baseline: baseline.document, candidate: candidate.document };
  const differences = differencesOf(documents, { before, after });
  const forbidden = forbiddenOf(differences, across);
  if (forbidden.length > 0) return { id, status: 'differs', key, differences: forbidden };
  const isSameEnergy = comparableEnergy(before, after);
  const samples = COMPARED_METRICS.filter((metric) => isSameEnergy || !METRICS[metric].compared!.sameEnergySource)
    .map((metric) => ({ metric, baseline: valuesByRound(metric, before), candidate: valuesByRound(metric, after) }))
    .filter((sample) => sample.baseline.length > 0 && sample.candidate.length > 0);
  const answers = { before: baseline.answers.of(before), after: candidate.answers.of(after) };
  const pair = { before, after, answers, otherFiles: hasOtherFiles(differences) };
  const parity = parityAcross(pair);
  const tokens = {
    sameTokens: sameInRounds(whole, 'tokensHash'),
    otherTokens: otherTokens(whole, parity),
    sameLogits: sameInRounds(whole, 'logitsHash'),
    parity,
    work: workOf(after, answers.after),
    unequalWork: unequalWork(documents, whole),
  };
  const isOtherMachine = differences.some(({ dimension }) => dimension === 'machine');
  const ofCeiling = isOtherMachine
    ? { baseline: sharesOf(baseline.document, before), candidate: sharesOf(candidate.document, after) }
    : null;
  return { id, status: 'compared', partner: before.id, key, across: differences, ofCeiling, ...tokens, samples, pair };
}

function unequalWork(
  { baseline, candidate }: Record<'baseline' | 'candidate', ResultDocument>,
  { before, after }: CasePair,
): Compared['unequalWork'] {
  if (before.key.runtime === after.key.runtime) return null;
  const works = {
    baseline: engineWork(before, baseline.versions),
    candidate: engineWork(after, candidate.versions),
  };
  return isEqualWork([works.baseline, works.candidate]) === false ? works : null;
}

/** What a case without a measured round is, which the baseline has: a round of sufficient grade is lacking where it is ok. */
const NOT_MEASURED = { failed: 'failed', skipped: 'missing', ok: 'unmatched' } as const;

function noRound({ status }: CaseResult, side: string): string {
  return status === 'ok'
    ? `no round of sufficient grade in the ${side}`
    : `no measured round in the ${side} (${status})`;
}

function aboveCeiling(side: string): string {
  return `a rate of the ${side} is above the machine's ceiling, which is impossible`;
}

/** Whether the user asked to compare different files, which may compute different things. */
export function hasOtherFiles(differences: Difference[]): boolean {
  return differences.some(({ dimension }) => dimension === 'weights' || dimension === 'graph');
}

/**
 * 0: nothing worse is shown. 1: something is, or failed more often, or is missing, or is faster but different. 2: no case
 * could be compared.
 */
export function exitCodeOf(
  comparison: Pick<Comparison, 'cases' | 'failures'>,
  { allowMissing = false } = {},
): 0 | 1 | 2 {
  const { cases, failures } = comparison;
  const changes = cases.flatMap((entry) => (entry.status === 'compared' ? entry.changes : []));
  const isAnyPaired = cases.some(({ status }) => status === 'compared');
  if (cases.some((entry) => entry.status === 'failed')) return 1;
  if (failures.some(({ isNew }) => isNew)) return 1;
  if (isAnyPaired && !allowMissing && cases.some(({ status }) => status === 'missing')) return 1;
  if (changes.some((change) => change.outcome === 'worse')) return 1;
  if (cases.some(isFasterByFault)) return 1;
  return changes.some((change) => change.outcome !== 'too few rounds') ? 0 : 2;
}

/** Faster with other tokens from the same files is a fault. From different files it is an ordinary answer. */
export function isFasterByFault(entry: CaseComparison): boolean {
  if (entry.status !== 'compared' || hasOtherFiles(entry.across)) return false;
  return entry.changes.some(({ outcome }) => outcome === 'faster but different');
}
