// From the cases of a document to the checkpoints that they need and the jobs that workers get.
import type { CaseKey } from '../contract/case-key.js';
import type { CaseResult, ResultDocument } from '../contract/result.js';
import { workloadRow } from '../contract/workloads.js';
import { problem } from '../errors.js';
import { checkpointOf, runOf } from '../stats/parity.js';
import type { Job } from '../worker/executor.js';
import type { CheckpointFacts } from './document.js';
import { type PrepareOptions, prepareCheckpoint } from './prepare.js';

/** The checkpoints of a run, by case. */
export interface Checkpoints {
  /** Only for cases that were prepared. */
  of(result: CaseResult): CheckpointFacts;
  find(result: CaseResult): CheckpointFacts | null;
}

/** Prepares what `wanted` need; cases of one checkpoint share it. */
export async function prepareAll(
  document: ResultDocument,
  wanted: CaseResult[],
  options: PrepareOptions,
): Promise<Checkpoints> {
  const found = new Map<string, CheckpointFacts>();
  for (const result of wanted) {
    const name = checkpointOf(result);
    if (found.has(name)) continue;
    const same = document.cases.filter((other) => checkpointOf(other) === name);
    const tokens = Math.max(...same.map(({ key: { workload } }) => workloadRow(workload).positions(workload)));
    const memoryLimits = [...new Set(same.map(({ key }) => key.limits?.memoryBytes ?? null))];
    const { seed } = document.suite.content;
    found.set(name, await prepareCheckpoint({ key: result.key, tokens, seed, memoryLimits }, options));
  }
  const find = (result: CaseResult) => found.get(checkpointOf(result)) ?? null;
  return { find, of: (result) => find(result)! };
}

export function jobOf(document: ResultDocument, result: CaseResult, round: number, prepared: CheckpointFacts): Job {
  const { iterations, warmup, seed } = document.suite.content;
  return { key: result.key, ...filesOf(result, prepared), round, seed, iterations, warmup };
}

/** One case, the first, of each way in which a checkpoint is run. */
export function oneOfEachRun(cases: CaseResult[]): CaseResult[] {
  return [...new Map(cases.toReversed().map((result) => [runOf(result), result])).values()].reverse();
}

/** What a worker needs for this case, whatever it is asked to do. */
export function filesOf({ key, placement }: CaseResult, prepared: CheckpointFacts) {
  const { directory, graph } = prepared.checkpoint;
  return { directory, graph, vocabSize: vocabularyOf(key, prepared), longestPass: placement?.longestPass };
}

/** As the configuration says, else as wide as the logits are. */
function vocabularyOf(key: CaseKey, { vocab, facts }: CheckpointFacts): number {
  const width = facts.outputs.find(({ name }) => name === 'logits')?.dims.at(-1);
  const size = vocab ?? width;
  if (typeof size === 'number') return size;
  throw problem('input-invalid', {
    what: `the size of the vocabulary of ${key.model} is not known`,
    expected: 'a config.json with vocab_size, or logits of a fixed width',
  });
}
