// Paired rounds of two sides in one sitting, in the order A B, B A: what drifts meanwhile hits both alike. Each side is a
// result document, saved after every round; pair i is round i of both.
import { randomUUID } from 'node:crypto';
import type { CaseKey } from '../contract/case-key.js';
import {
  type CaseResult,
  type Identity,
  type OkRound,
  okRounds,
  type ResultDocument,
  type Round,
} from '../contract/result.js';
import type { Suite } from '../contract/suite.js';
import { problem } from '../errors.js';
import { measureClock } from '../machine/clock.js';
import { describeMachine } from '../machine/describe.js';
import { openSources } from '../models/source.js';
import { sideDifferences } from '../stats/side-differences.js';
import { pairPath, requireWritable, saveResult } from '../store/files.js';
import type { Executor } from '../worker/executor.js';
import type { Begun } from './begin.js';
import { beginDocument, recordRound } from './document.js';
import { openRunEnergy, type RunEnergy } from './energy.js';
import type { Listener, PairSideName } from './events.js';
import { prepareAll } from './jobs.js';
import { measureRound } from './measure.js';
import { askForAnswers } from './prompt-answers.js';
import { requireLimits, requireModels } from './requirements.js';

/** Pairs of a case unless told otherwise. */
export const PAIRS = 8;
/** Pairs of a case that are repeated; a case that drops more is given up. */
const MOST_REPEATED = 4;

const SIDES: readonly PairSideName[] = ['baseline', 'candidate'];

/** What runs a side, and its cases: case i of the baseline is paired with case i of the candidate. */
export interface PairSide {
  executor: Executor;
  tool: ResultDocument['tool'];
  suite: Suite;
  /** `identity`: what a round must turn out to be, where that is known. */
  cases: { id: string; key: CaseKey; identity: Identity | null }[];
}

interface PairOptions {
  results: string;
  machine?: string | undefined;
  /** Of each case; an even number, so that both sides come first equally often. */
  pairs?: number | undefined;
  /** Measure also where the CPU computes part of what a GPU was asked for. */
  allowFallback?: boolean | undefined;
  signal: AbortSignal;
  onEvent: Listener;
  /** Whether a round counts beside those of its case and side so far. A pair of which one does not is repeated at the end. */
  isUsable: (round: Round, peers: readonly OkRound[]) => boolean;
}

type Sides<T> = Record<PairSideName, T>;
type OpenSide = Awaited<ReturnType<typeof openSide>>;

/** Throws `pairs-impossible` where a side turns out to be another than it should be. */
export async function runPairs(given: Sides<PairSide>, options: PairOptions): Promise<Sides<Begun<string>>> {
  const about = {
    startedAt: new Date().toISOString(),
    machine: { ...describeMachine(options.machine), clock: measureClock() },
    sitting: randomUUID().slice(0, 8),
  };
  const sides = {
    baseline: await openSide('baseline', given.baseline, about, options),
    candidate: await openSide('candidate', given.candidate, about, options),
  };
  const { signal, onEvent, pairs = PAIRS } = options;
  onEvent({
    type: 'pairs-begun',
    pairs,
    differences: sideDifferences(sides.baseline.document, sides.candidate.document),
  });
  const every = [...sides.baseline.document.cases, ...sides.candidate.document.cases];
  const energy = await openRunEnergy({ ...sides.candidate.document, cases: every }, signal, onEvent);
  try {
    await runInOrder(given.candidate.cases.length, pairs, (name, at, place) =>
      measureSide(sides[name], at, place, energy, options),
    );
    for (const name of SIDES) await askSide(sides[name], options);
  } catch (error) {
    throw signal.aborted ? problem('interrupted', { resume: null }) : error;
  } finally {
    energy.close();
  }
  const begun = ({ document, path }: OpenSide) => ({ document, path });
  return { baseline: begun(sides.baseline), candidate: begun(sides.candidate) };
}

async function openSide(
  name: PairSideName,
  side: PairSide,
  { sitting, ...about }: Pick<ResultDocument, 'startedAt' | 'machine'> & { sitting: string },
  { results, signal, onEvent, pairs = PAIRS }: PairOptions,
) {
  const { executor, suite, tool, cases: wanted } = side;
  const sources = openSources();
  const versions = executor.versions();
  const { cases, ...head } = beginDocument({ ...suite, rounds: pairs }, wanted, { ...about, tool, versions });
  const document: ResultDocument = { ...head, sitting, cases };
  const path = pairPath(results, document, name);
  requireWritable(path);
  executor.requireReady(wanted.map(({ key }) => key));
  requireModels(document, sources);
  await requireLimits(executor, cases, onEvent);
  const checkpoints = await prepareAll(document, cases, { sources, signal, onEvent });
  return { name, side, document, path, checkpoints };
}

/** What each side answers to one prompt shows whether both compute the same. */
async function askSide(
  { side, document, path, checkpoints }: OpenSide,
  { signal, onEvent }: PairOptions,
): Promise<void> {
  await askForAnswers(document, checkpoints, { executor: side.executor, signal, onEvent });
  saveResult(path, document);
}

interface Place {
  pair: number;
  done: number;
  total: number;
}

/** One round; resolves with whether it counts. */
async function measureSide(
  { name, side, document, path, checkpoints }: OpenSide,
  at: number,
  place: Place,
  energy: RunEnergy,
  { signal, onEvent, isUsable, allowFallback = false }: PairOptions,
): Promise<boolean> {
  const result = document.cases[at]!;
  onEvent({ type: 'pair-round-started', result, side: name, ...place });
  const how = { executor: side.executor, allowFallback, signal, onEvent };
  const round = await measureRound(document, result, place.pair, checkpoints, energy, how);
  recordRound(document, result, round, checkpoints.of(result));
  saveResult(path, document);
  onEvent({ type: 'round-ended', result, round });
  requireSame(name, result, round, side.cases[at]!.identity);
  return isUsable(round, okRounds(result));
}

/** Every other pair of a case starts with the candidate. A pair is over when one of its rounds does not count. */
async function runInOrder(
  cases: number,
  pairs: number,
  measure: (name: PairSideName, at: number, place: Place) => Promise<boolean>,
): Promise<void> {
  const queue = Array.from({ length: cases }, (_, at) => ({ at, dropped: [] as (typeof SIDES)[] }));
  let done = 0;
  let total = 2 * pairs * cases;
  const run = async ({ at, dropped }: (typeof queue)[number], pair: number, order: typeof SIDES) => {
    if (dropped.length > MOST_REPEATED) return;
    const counts =
      (await measure(order[0]!, at, { pair, done, total })) &&
      (await measure(order[1]!, at, { pair, done: done + 1, total }));
    done += 2;
    if (counts) return;
    dropped.push(order);
    total += 2;
  };
  for (let pair = 0; pair < pairs; pair++) {
    const isEven = pair % 2 === 0;
    for (const entry of isEven ? queue : queue.toReversed())
      await run(entry, pair, isEven ? SIDES : SIDES.toReversed());
  }
  // In the order of the pair that was dropped, so that both sides are first equally often.
  for (let again = 0; again < MOST_REPEATED; again++) {
    for (const entry of queue) {
      const order = entry.dropped[again];
      if (order !== undefined) await run(entry, pairs + again, order);
    }
  }
}

function requireSame(name: PairSideName, { id, identity }: CaseResult, round: Round, expected: Identity | null): void {
  if (round.status === 'failed') {
    if (round.failure.code !== 'worker-protocol') return;
    throw problem('pairs-impossible', {
      reason: `the worker of the ${name} is not understood: ${round.failure.message}`,
    });
  }
  if (expected === null || identity === null) return;
  const names = (Object.keys(expected) as (keyof Identity)[]).filter((part) => expected[part] !== identity[part]);
  if (names.length === 0) return;
  const parts = names.map((part) => `${part} was ${expected[part]}, is ${identity[part]}`);
  throw problem('pairs-impossible', { reason: `the ${name} of ${id} cannot be made again: ${parts.join('; ')}` });
}
