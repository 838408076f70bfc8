// The rounds of a run in their order, with the time that they will take: estimated before the first, corrected as they end.
import type { CaseResult, ResultDocument } from '../contract/result.js';
import { roundsRule } from '../contract/rounds.js';
import { expectedRounds, type WantedRound, wantedCases, wantedRounds } from '../stats/enough.js';
import { forecast } from '../stats/forecast.js';
import { type Basis, expectedRoundTime, type RoundTime } from '../stats/round-time.js';
import { newestResults } from '../store/listing.js';
import type { CheckpointFacts } from './document.js';
import type { RunEvent } from './events.js';

/** Results of this machine that are read to learn how long rounds take. */
const EARLIER_RESULTS = 5;

type Event<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

interface ScheduledRound extends WantedRound {
  started: Event<'round-started'>;
  /** Once, when every case has had a round: the plan is known better. */
  replanned: Event<'replanned'> | null;
  /** Before the first round that takes the place of one of condition C. */
  repeating: Event<'repeating'> | null;
  /** The caller says how long it took, in wall time. */
  took(ms: number): void;
}

export function scheduleOf(
  document: ResultDocument,
  factsOf: (result: CaseResult) => CheckpointFacts,
  earlier: ResultDocument[],
) {
  const { content } = document.suite;
  const rule = roundsRule(content.rounds);
  const cases = wantedCases(document).map((result) => {
    const time = expectedRoundTime(result, factsOf(result).facts, content, earlier);
    const known = earlier.flatMap(({ cases }) => cases.filter(({ id }) => id === result.id))[0] ?? result;
    const atFirst = { expectedMs: time.ms, expectedRounds: expectedRounds(known, rule) };
    return { result, time, ...atFirst, measuredMs: [] as number[], failed: false };
  });
  const begin = performance.now();
  const elapsed = () => performance.now() - begin;
  const open = () => cases.filter(({ failed }) => !failed);
  const left = () => forecast(open(), rule, elapsed());
  let planned = left();
  let basis = weakest(cases.map(({ time }) => time));
  let done = 0;
  return {
    plan: (): Event<'planned'> => ({ type: 'planned', cases: cases.length, rule, ms: planned.ms, basis }),
    *rounds(): Generator<ScheduledRound> {
      const isOverBudget = () => elapsed() > (rule.budgetSeconds ?? Number.POSITIVE_INFINITY) * 1000;
      let isRepeating = false;
      for (const { result, round, again = false } of wantedRounds(document, isOverBudget)) {
        const entry = cases.find((known) => known.result === result)!;
        if (entry.failed) continue;
        const { rounds, ms: leftMs } = left();
        const total = done + Math.max(1, rounds);
        let replanned: ScheduledRound['replanned'] = null;
        if (basis !== 'measured' && open().every(({ measuredMs }) => measuredMs.length > 0)) {
          basis = 'measured';
          planned = { rounds: done + rounds, ms: elapsed() + leftMs };
          replanned = { type: 'replanned', ms: planned.ms };
        }
        const started = { type: 'round-started', result, round, done, total, rule, leftMs } as const;
        const repeating = again && !isRepeating ? ({ type: 'repeating' } as const) : null;
        isRepeating ||= again;
        yield { result, round, started, replanned, repeating, took: (ms) => entry.measuredMs.push(ms) };
        entry.failed = result.rounds.some(({ index, status }) => index === round && status === 'failed');
        done++;
      }
    },
    /** How long it took beside what was planned; null where no round ran, or a case failed. */
    account(): Event<'rounds-ended'> | null {
      const failed = cases.some((entry) => entry.failed);
      return done === 0 || failed ? null : { type: 'rounds-ended', ms: elapsed(), plannedMs: planned.ms };
    },
  };
}

/** The newest results of this machine but this one; what cannot be read teaches nothing. */
export function earlierResults(directory: string, document: ResultDocument): ResultDocument[] {
  const earlier: ResultDocument[] = [];
  for (const { document: other } of newestResults(directory, () => {}, document.machine.id)) {
    if (other.startedAt !== document.startedAt) earlier.push(other);
    if (earlier.length === EARLIER_RESULTS) break;
  }
  return earlier;
}

function weakest(times: RoundTime[]): Basis {
  const isAny = (wanted: Basis) => times.some(({ basis }) => basis === wanted);
  return isAny('assumed') ? 'assumed' : isAny('scaled') ? 'scaled' : 'measured';
}
