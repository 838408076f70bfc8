// The rounds of a document: checkpoints, ceilings, rounds in their order, ceilings again, answers to one prompt. The
// document is saved after each step.

import { createProgress, say } from '../commands/terminal.js';
import type { CaseResult, ResultDocument } from '../contract/result.js';
import { requireWritable, saveResult } from '../contract/result-store.js';
import { plural } from '../report/format.js';
import { isImpossible } from '../stats/ceiling-share.js';
import { wantedCases } from '../stats/enough.js';
import { roundTimeoutSeconds } from '../suite/plan.js';
import { runRound } from '../worker/parent.js';
import { addCeilings } from './ceilings.js';
import { runCold } from './cold-start.js';
import { recordRound } from './document.js';
import { openRunEnergy } from './energy.js';
import { checkpointName, filesOf, jobOf, prepareAll } from './jobs.js';
import { requireLimits } from './limit-support.js';
import { unprovenRound } from './placement.js';
import { askForAnswers } from './prompt-answers.js';
import { earlierResults, scheduleOf } from './schedule.js';
import { tuneThreads } from './tune-threads.js';

/** Before a rate is called impossible, its ceiling is measured again: the machine may have been busy. */
const CEILINGS_AGAIN = 2;

export interface MeasureOptions {
  results: string;
  allowFallback?: boolean;
  ceilings?: boolean;
  /** What is searched for before the rounds. */
  tune?: 'threads';
}

export async function measure(
  document: ResultDocument,
  path: string,
  signal: AbortSignal,
  { tune, results, allowFallback = false, ceilings = true }: MeasureOptions,
): Promise<void> {
  requireWritable(path);
  await requireLimits(document.cases);
  const checkpoints = await prepareAll(document, signal);
  const factsOf = (result: CaseResult) => checkpoints.get(checkpointName(result))!;
  const progress = createProgress();
  if (tune !== undefined) {
    await tuneThreads(document, {
      jobOf: (result, round) => jobOf(document, result, round, factsOf(result)),
      onRound: (done, total, threads) =>
        progress.show(`[${done + 1}/${total}] trying ${plural(threads, 'thread')}`, true),
      timeoutSeconds: document.suite.content.timeoutSeconds,
      signal,
    }).finally(progress.clear);
  }
  const measured = wantedCases(document);
  const workOf = (result: CaseResult) => factsOf(result).facts.work;
  if (ceilings) await addCeilings(document, measured, workOf, signal);
  const schedule = scheduleOf(document, factsOf, earlierResults(results, document));
  say(schedule.plan());
  const { timeoutSeconds, cold } = document.suite.content;
  const energy = await openRunEnergy(document, signal);
  try {
    for (const { result, round, line, correction, took } of schedule.rounds()) {
      if (correction !== null) say(correction);
      progress.show(line, true);
      const started = performance.now();
      const prepared = factsOf(result);
      const job = () => jobOf(document, result, round, prepared);
      const limits = { timeoutSeconds: roundTimeoutSeconds(result.key, timeoutSeconds), signal };
      const run = () => runRound(job(), { ...limits, energy: energy.of(result.key.ep) });
      const outcome =
        (await unprovenRound(result, document.cases, job(), { allowFallback, ...limits }).finally(progress.clear)) ??
        (await (cold ? runCold(prepared.checkpoint, limits, run) : run()).finally(progress.clear));
      recordRound(document, result, outcome, prepared);
      saveResult(path, document);
      took(performance.now() - started);
    }
  } finally {
    energy.close();
  }
  const account = schedule.account();
  if (account !== null) say(account);
  let explained = measured.filter((result) => result.status === 'ok');
  for (let time = 0; ceilings && explained.length > 0 && time <= CEILINGS_AGAIN; time++) {
    await addCeilings(document, explained, workOf, signal);
    saveResult(path, document);
    explained = explained.filter((result) => isImpossible(document, result));
  }
  await askForAnswers(document.cases, {
    filesOf(result) {
      const prepared = checkpoints.get(checkpointName(result));
      return prepared === undefined ? null : filesOf(result, prepared);
    },
    onRun: (done, total) => progress.show(`[${done + 1}/${total}] comparing tokens`, true),
    timeoutSeconds: document.suite.content.timeoutSeconds,
    signal,
  }).finally(progress.clear);
  saveResult(path, document);
}
