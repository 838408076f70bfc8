// The rounds of a run in their order, with the time that they will take: told before the first, corrected as they end.
import { basename, dirname } from 'node:path';
import type { CaseResult, ResultDocument } from '../contract/result.js';
import { listResults, readResult } from '../contract/result-store.js';
import { roundsRule } from '../contract/rounds.js';
import { caseLabel, labelsOf } from '../report/labels.js';
import { correctionLine, planLine, roundProgress, tookLine } from '../report/progress.js';
import { expectedRounds, type WantedRound, wantedCases, wantedRounds } from '../stats/enough.js';
import { forecast } from '../stats/forecast.js';
import { expectedRoundTime, type RoundTime } from '../stats/round-time.js';
import type { CheckpointFacts } from './document.js';

/** Results of this machine that are read to learn how long rounds take. */
const EARLIER_RESULTS = 5;

export interface Schedule {
  /** What will be run and how long it takes, in a line. */
  plan(): string;
  /** `took` tells the wall time of the round handed out; `correction` says once when the plan is known better. */
  rounds(): Generator<WantedRound & { line: string; correction: string | null; took(ms: number): void }>;
  /** How long it took, next to what was planned; null where nothing ran to its end. */
  account(): string | null;
}

export function scheduleOf(
  document: ResultDocument,
  factsOf: (result: CaseResult) => CheckpointFacts,
  earlier: ResultDocument[],
): Schedule {
  const { content } = document.suite;
  const rule = roundsRule(content.rounds);
  const labels = labelsOf(document.cases);
  const cases = wantedCases(document).map((result) => {
    const time = expectedRoundTime(result, factsOf(result).facts, content, earlier);
    const known = earlier.flatMap((document) => document.cases.filter(({ id }) => id === result.id))[0] ?? result;
    const atFirst = { expectedMs: time.ms, expectedRounds: expectedRounds(known, rule) };
    return { result, time, ...atFirst, measuredMs: [] as number[], failed: false };
  });
  const started = performance.now();
  const left = () => {
    const going = cases.filter(({ failed }) => !failed);
    return forecast(going, rule, performance.now() - started);
  };
  let planned = left();
  let basis = weakest(cases.map(({ time }) => time));
  let done = 0;
  return {
    plan: () => planLine({ cases: cases.length, rule, ...planned, basis }),
    *rounds() {
      const isOverBudget = () => performance.now() - started > (rule.budgetSeconds ?? Number.POSITIVE_INFINITY) * 1000;
      for (const { result, round } of wantedRounds(document, isOverBudget)) {
        const entry = cases.find((known) => known.result === result)!;
        if (entry.failed) continue;
        const { rounds, ms } = left();
        const label = caseLabel(labels, result);
        const line = roundProgress({ done, total: done + Math.max(1, rounds), label, round, rule, leftMs: ms });
        let correction: string | null = null;
        if (basis !== 'measured' && cases.every(({ measuredMs, failed }) => failed || measuredMs.length > 0)) {
          basis = 'measured';
          planned = { rounds: done + rounds, ms: performance.now() - started + ms };
          correction = correctionLine(planned.ms);
        }
        yield { result, round, line, correction, took: (ms: number) => entry.measuredMs.push(ms) };
        entry.failed = result.rounds.some(({ index, status }) => index === round && status === 'failed');
        done++;
      }
    },
    account() {
      const failed = cases.some((entry) => entry.failed);
      return done === 0 || failed ? null : tookLine(performance.now() - started, planned.ms);
    },
  };
}

/** The newest results of this machine but this one; what cannot be read teaches nothing. */
export function earlierResults(directory: string, document: ResultDocument): ResultDocument[] {
  const ofMachine = listResults(directory).filter((path) => basename(dirname(path)) === document.machine.id);
  return ofMachine
    .toReversed()
    .slice(0, EARLIER_RESULTS)
    .flatMap((path) => {
      try {
        return [readResult(path)];
      } catch {
        return [];
      }
    })
    .filter(({ startedAt }) => startedAt !== document.startedAt);
}

function weakest(times: RoundTime[]): RoundTime['basis'] {
  const bases = times.map(({ basis }) => basis);
  if (bases.includes('assumed')) return 'assumed';
  return bases.includes('scaled') ? 'scaled' : 'measured';
}
