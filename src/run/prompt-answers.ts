// Asks every way in which a checkpoint was run for its answer to one prompt, after the rounds, and stores the answers.
// The reference is asked last: it is told what the others chose, and says how far that was from its own choice.
import { type CaseResult, okRounds, type ResultDocument } from '../contract/result.js';
import { EdgeproofError } from '../errors.js';
import { answersIn, checkpointOf, runOf } from '../stats/parity.js';
import { type Checkpoints, filesOf, oneOfEachRun } from './jobs.js';
import type { EngineOptions } from './options.js';

/** An answer that cannot be had fails no case: its figures stand, and parity stays unknown. */
export async function askForAnswers(
  { cases, suite }: ResultDocument,
  checkpoints: Checkpoints,
  { executor, signal, onEvent }: Pick<EngineOptions, 'executor' | 'signal' | 'onEvent'>,
): Promise<void> {
  const { timeoutSeconds } = suite.content;
  const runs = unanswered(cases);
  for (const [done, result] of runs.entries()) {
    const prepared = checkpoints.find(result);
    if (prepared === null) continue;
    const question = { key: result.key, against: chosenByOthers(cases, result), ...filesOf(result, prepared) };
    onEvent({ type: 'comparing-tokens', done, total: runs.length });
    try {
      const answer = await executor.promptAnswer(question, { timeoutSeconds, signal });
      const stored = cases.find((other) => other.answer !== undefined && runOf(other) === runOf(result)) ?? result;
      stored.answer = answer;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof EdgeproofError)) throw error;
      onEvent({ type: 'answer-failed', result, message: error.message });
    }
  }
}

/** One case of each run without an answer; a reference comes last, and again when others of its checkpoint are new. */
export function unanswered(cases: CaseResult[]): CaseResult[] {
  const measured = cases.filter((result) => result.key.workload.kind === 'generate' && okRounds(result).length > 0);
  const runs = oneOfEachRun(measured);
  const answers = answersIn(cases);
  const isReference = (result: CaseResult) => runOf(answers.reference(result) ?? result) === runOf(result);
  const open = runs.filter((result) => answers.of(result) === null);
  const touched = new Set(open.map(checkpointOf));
  const references = runs.filter((result) => isReference(result) && touched.has(checkpointOf(result)));
  return [...open.filter((result) => !isReference(result)), ...references];
}

function chosenByOthers(cases: CaseResult[], result: CaseResult): number[][] {
  return cases.flatMap((other) =>
    other.answer !== undefined && checkpointOf(other) === checkpointOf(result) && runOf(other) !== runOf(result)
      ? [other.answer.tokens]
      : [],
  );
}
