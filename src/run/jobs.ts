// From the cases of a document to the checkpoints that they need and the jobs that workers get.

import type { CaseResult, ResultDocument } from '../contract/result.js';
import { problem } from '../errors.js';
import { wantedCases } from '../stats/enough.js';
import type { CheckpointFacts } from './document.js';
import { memoryLimitsOf } from './limit-support.js';
import { findSource, prepareCheckpoint } from './prepare.js';
import { unanswered } from './prompt-answers.js';

export function tokensOf({ workload }: CaseResult['key']): number {
  return workload.kind === 'micro' ? 1 : workload.depth + workload.prompt + workload.new;
}

/** What cases that share a checkpoint have in common. */
export function checkpointName({ key }: CaseResult): string {
  return [key.model, key.weights, key.layout, key.dtype].join(' ');
}

export async function prepareAll(document: ResultDocument, signal: AbortSignal): Promise<Map<string, CheckpointFacts>> {
  const checkpoints = new Map<string, CheckpointFacts>();
  for (const result of [...wantedCases(document), ...unanswered(document.cases)]) {
    const name = checkpointName(result);
    if (checkpoints.has(name)) continue;
    const same = document.cases.filter((other) => checkpointName(other) === name);
    const tokens = Math.max(...same.map(({ key }) => tokensOf(key)));
    const { model, weights, layout, dtype } = result.key;
    const memoryLimits = memoryLimitsOf(same);
    const wanted = { model, weights, layout, dtype, tokens, seed: document.suite.content.seed, memoryLimits };
    checkpoints.set(name, await prepareCheckpoint(wanted, signal));
  }
  return checkpoints;
}

export function jobOf(document: ResultDocument, result: CaseResult, round: number, prepared: CheckpointFacts) {
  const { iterations, warmup, seed } = document.suite.content;
  return { key: result.key, ...filesOf(result, prepared), round, seed, iterations, warmup };
}

/** What a worker needs for this case, whatever it is asked to do. */
export function filesOf({ key, placement }: CaseResult, { checkpoint, facts }: CheckpointFacts) {
  const { directory, graph } = checkpoint;
  return { directory, graph, vocabSize: vocabularyOf(key, facts), longestPass: placement?.longestPass };
}

/** As the configuration says, else as wide as the logits are. */
function vocabularyOf(key: CaseResult['key'], { outputs }: CheckpointFacts['facts']): number {
  const width = outputs.find(({ name }) => name === 'logits')?.dims.at(-1);
  const vocab = findSource(key).facts.vocab ?? width;
  if (typeof vocab === 'number') return vocab;
  throw problem('input-invalid', {
    what: `the size of the vocabulary of ${key.model} is not known`,
    expected: 'a config.json with vocab_size, or logits of a fixed width',
  });
}
