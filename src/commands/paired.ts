// What `run --vs` and `regress --confirm` share: pairs of rounds with progress on stderr, and their view.
import type { PairsView } from '../contract/views/pairs.js';
import type { Grade } from '../contract/vocabulary.js';
import type { PairSideName } from '../run/events.js';
import { type PairSide, runPairs } from '../run/pairs.js';
import { gradeRound, isSufficient } from '../stats/grade.js';
import { type PairsOptions, pairsView } from '../stats/pairs-view.js';
import { interruptible } from './signals.js';
import { reportEvents } from './terminal.js';

interface PairedOptions {
  results: string;
  machine?: string | undefined;
  grade: Grade;
  pairs?: number | undefined;
  allowFallback?: boolean | undefined;
}

export async function measurePairs(
  sides: Record<PairSideName, PairSide>,
  { grade, ...options }: PairedOptions,
  judged: Omit<PairsOptions, 'grade'>,
): Promise<PairsView> {
  const { onEvent, end } = reportEvents();
  const measured = await runPairs(sides, {
    ...options,
    onEvent,
    signal: interruptible(),
    isUsable: (round, peers) => round.status === 'ok' && isSufficient(gradeRound(round, peers), grade),
  }).finally(end);
  return pairsView(measured.baseline, measured.candidate, { grade, ...judged });
}
