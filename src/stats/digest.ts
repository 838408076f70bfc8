// Reduces a result document to its digest, and derives figures from one as from the document. Pure.
import type { GraphFacts } from '../contract/graph-facts.js';
import { METRIC_NAMES, type MetricName } from '../contract/metric-names.js';
import { type CaseResult, okRounds, type ResultDocument } from '../contract/result.js';
import { roundsRule } from '../contract/rounds.js';
import type { SizeFacts } from '../contract/size-facts.js';
import type { CaseDigest, Digest } from '../contract/views/digest.js';
import type { Summary } from '../contract/views/figures.js';
import { GRADES, type Grade } from '../contract/vocabulary.js';
import { ceilingShares } from './ceiling-share.js';
import { engineWork } from './equal-work.js';
import { gradeRound, isSufficient } from './grade.js';
import { roundValues } from './metrics.js';
import { type Answers, answersIn, isSound, parityInSuite, workOf } from './parity.js';
import { enginesOf } from './show.js';
import { lookFactor } from './stein.js';
import { median, summarize, widened } from './summary.js';

export function digestOf(document: ResultDocument, path: string): Digest {
  const { startedAt, suite, machine, tool } = document;
  const answers = answersIn(document.cases);
  return {
    path,
    startedAt,
    sitting: document.sitting ?? null,
    suite: { name: suite.content.name, hash: suite.hash },
    machine,
    tool,
    ceilings: document.ceilings,
    engines: enginesOf(document),
    cases: document.cases.map((result) => caseDigest(document, answers, result)),
  };
}

function caseDigest(document: ResultDocument, answers: Answers, result: CaseResult): CaseDigest {
  const rounds = okRounds(result);
  const grades = rounds.map((round) => gradeRound(round, rounds).grade);
  const counted = GRADES.map((grade) => [grade, grades.filter((own) => own === grade).length] as const);
  const values = METRIC_NAMES.map((name) => [name, roundValues(name, result)] as const);
  const metrics: CaseDigest['metrics'] = Object.fromEntries(values.filter(([, list]) => list.length > 0));
  const shares = ceilingShares(document, result, (name) =>
    metrics[name] === undefined ? null : median(metrics[name]),
  );
  const isImpossible = Object.values(shares).some((share) => share?.impossible);
  return {
    id: result.id,
    key: result.key,
    identity: result.identity,
    status: isImpossible ? 'impossible' : result.status === 'skipped' ? 'pending' : result.status,
    parameters: (result.checkpoint ?? result.foreignFile)?.parameters ?? null,
    rounds: rounds.length,
    failedRounds: [...(result.retried ?? []), ...result.rounds].filter(({ status }) => status === 'failed').length,
    grades: Object.fromEntries(counted.filter(([, count]) => count > 0)),
    metrics,
    atGrade: mediansByGrade(result),
    intervalFactor: lookFactor(roundsRule(document.suite.content.rounds)),
    ofCeiling: { prefill: shares.prefill?.share ?? null, decode: shares.decode?.share ?? null },
    engineWork: engineWork(result, document.versions),
    size: result.checkpoint === null ? null : sizeOfGraph(result.checkpoint.graph),
    predicted: result.predicted ?? null,
    peaks: peaksOf(result),
    isSound: isSound({ parity: parityInSuite(answers, result), work: workOf(result, answers.of(result)) }),
  };
}

/** null where an older document, or a graph that is no decoder, does not tell. */
export function sizeOfGraph(graph: object): SizeFacts | null {
  const { parameters, parametersActive, weightBytes, kv, work, head } = graph as Partial<GraphFacts>;
  if (work === undefined || parametersActive === undefined || !kv) return null;
  return {
    parameters: parameters!,
    parametersActive,
    weightBytes: weightBytes!,
    kvBytesPerToken: kv.bytesPerToken,
    tiedHead: head?.tied ?? false,
    work,
  };
}

/** Phases after loading are those of a run. */
function peaksOf(result: CaseResult): CaseDigest['peaks'] {
  const peaks = okRounds(result).flatMap(({ memory: { phases } }) => {
    const { start: _, load, ...run } = phases;
    const running = Object.values(run).map(({ peakRssBytes }) => peakRssBytes);
    return load === undefined || running.length === 0 ? [] : [{ load: load.peakRssBytes, run: Math.max(...running) }];
  });
  if (peaks.length === 0) return null;
  return { load: median(peaks.map(({ load }) => load)), run: median(peaks.map(({ run }) => run)) };
}

/** Nothing for a grade that all rounds reach: there the medians are those of all. */
function mediansByGrade(result: CaseResult): CaseDigest['atGrade'] {
  const peers = okRounds(result);
  const graded = peers.map((round) => ({ round, ...gradeRound(round, peers) }));
  const short = GRADES.filter((atLeast) => graded.some((one) => !isSufficient(one, atLeast)));
  return Object.fromEntries(
    short.map((atLeast) => {
      const used = { ...result, rounds: graded.filter((one) => isSufficient(one, atLeast)).map(({ round }) => round) };
      const values = METRIC_NAMES.map((name) => [name, roundValues(name, used)] as const);
      const known = values.flatMap(([name, list]) => (list.length > 0 ? [[name, median(list)] as const] : []));
      return [atLeast, Object.fromEntries(known)];
    }),
  );
}

/** Of the rounds of `atLeast` or better, and of those without a grade; null where none of them has a value. */
export function digestMedian(metric: MetricName, { metrics, atGrade }: CaseDigest, atLeast: Grade): number | null {
  const medians = atGrade[atLeast];
  if (medians !== undefined) return medians[metric] ?? null;
  return metrics[metric] === undefined ? null : median(metrics[metric]);
}

/** Median and 95 % interval of a metric; null where no round has a value. */
export function digestSummary(metric: MetricName, { metrics, intervalFactor }: CaseDigest): Summary | null {
  const summary = summarize(metrics[metric] ?? []);
  return summary && { ...summary, interval: widened(summary.median, summary.interval, intervalFactor) };
}
