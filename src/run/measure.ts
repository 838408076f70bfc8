// The rounds of a document: checkpoints, ceilings, rounds in their order, ceilings again, answers to one prompt. The
// document is saved after each step.
import { join } from 'node:path';
import type { CaseResult, ResultDocument, Round } from '../contract/result.js';
import { isImpossible } from '../stats/ceiling-share.js';
import { wantedCases } from '../stats/enough.js';
import { requireWritable, saveResult } from '../store/files.js';
import { roundTimeoutSeconds } from '../suite/plan.js';
import type { RoundOptions } from '../worker/executor.js';
import type { Begun } from './begin.js';
import { addCeilings } from './ceilings.js';
import { recordRound } from './document.js';
import { openRunEnergy, type RunEnergy } from './energy.js';
import { type Checkpoints, jobOf, prepareAll } from './jobs.js';
import type { EngineOptions } from './options.js';
import { unprovenRound } from './placement.js';
import { addPredictions } from './predictions.js';
import { askForAnswers, unanswered } from './prompt-answers.js';
import { requireLimits } from './requirements.js';
import { earlierResults, scheduleOf } from './schedule.js';
import { tuneThreads } from './tune-threads.js';

/** Before a rate is called impossible, its ceiling is measured again: the machine may have been busy. */
const CEILINGS_AGAIN = 2;

export async function measure({ document, path }: Begun, options: EngineOptions): Promise<void> {
  const { executor, onEvent, ceilings } = options;
  if (path !== null) requireWritable(path);
  const save = () => path !== null && saveResult(path, document);
  await requireLimits(executor, document.cases, onEvent);
  const wanted = [...wantedCases(document), ...unanswered(document.cases)];
  const checkpoints = await prepareAll(document, wanted, options);
  if (options.tune !== undefined) await tuneThreads(document, checkpoints, options);
  const measured = wantedCases(document);
  if (ceilings) await addCeilings(document, measured, checkpoints, options);
  addPredictions(document, measured, checkpoints, options);
  await runRounds(document, checkpoints, save, options);
  let explained = measured.filter((result) => result.status === 'ok');
  for (let time = 0; ceilings && explained.length > 0 && time <= CEILINGS_AGAIN; time++) {
    await addCeilings(document, explained, checkpoints, options);
    save();
    explained = explained.filter((result) => isImpossible(document, result));
  }
  await askForAnswers(document, checkpoints, options);
  save();
}

async function runRounds(
  document: ResultDocument,
  checkpoints: Checkpoints,
  save: () => void,
  options: EngineOptions,
): Promise<void> {
  const { results, signal, onEvent } = options;
  const earlier = results === null ? [] : earlierResults(results, document);
  const schedule = scheduleOf(document, checkpoints.of, earlier);
  onEvent(schedule.plan());
  const energy = await openRunEnergy(document, signal, onEvent);
  try {
    for (const { result, round, started, replanned, repeating, took } of schedule.rounds()) {
      if (replanned !== null) onEvent(replanned);
      if (repeating !== null) onEvent(repeating);
      onEvent(started);
      const startedAt = performance.now();
      const prepared = checkpoints.of(result);
      const outcome = await measureRound(document, result, round, checkpoints, energy, options);
      recordRound(document, result, outcome, prepared);
      save();
      took(performance.now() - startedAt);
      onEvent({ type: 'round-ended', result, round: outcome });
    }
  } finally {
    energy.close();
  }
  const account = schedule.account();
  if (account !== null) onEvent(account);
}

/** One round of a case, with the proof where it runs, and from a cold cache where the suite asks for that. */
export async function measureRound(
  document: ResultDocument,
  result: CaseResult,
  round: number,
  checkpoints: Checkpoints,
  energy: RunEnergy,
  {
    executor,
    allowFallback,
    signal,
    onEvent,
  }: Pick<EngineOptions, 'executor' | 'allowFallback' | 'signal' | 'onEvent'>,
): Promise<Round> {
  const { timeoutSeconds, cold } = document.suite.content;
  const prepared = checkpoints.of(result);
  const limits = { timeoutSeconds: roundTimeoutSeconds(result.key, timeoutSeconds), signal };
  const proof = { executor, allowFallback, ...limits };
  const unproven = await unprovenRound(result, document.cases, jobOf(document, result, round, prepared), proof);
  if (unproven !== null) return unproven;
  // After the proof, since the job carries how long a pass may be.
  const job = jobOf(document, result, round, prepared);
  let passes = 0;
  const metered: RoundOptions = {
    ...limits,
    energy: energy.of(result.key.ep),
    onPhase: (phase) => onEvent({ type: 'round-phase', phase, passes }),
    onIteration(done) {
      passes = done;
    },
  };
  if (!cold) return executor.round(job, metered);
  const { directory, manifest } = prepared.checkpoint;
  const files = manifest.files.map(({ path }) => join(directory, path));
  // Nothing of the checkpoint is read between this and the round, which keeps the proof.
  const pageCache = await executor.evict(files, limits);
  const outcome = await executor.round(job, metered);
  return outcome.status === 'ok' ? { ...outcome, pageCache } : outcome;
}
