// The parent side of a question to a worker: does an execution provider work, where do the nodes of a graph run, how fast are
// kernels and the disk, which tokens answer a fixed prompt, how far are the logits of two graphs apart. Each question gets a
// process of its own, since a missing or broken driver may crash it. What each one answers is said in executor.ts.
import { ownScript } from '../contract/directory.js';
import type { ExecutionProvider } from '../contract/vocabulary.js';
import { EdgeproofError, type Failure, failureOf, problem } from '../errors.js';
import type { AskOptions, Executor, Probe } from './executor.js';
import { type Answer, answerSchema, type Question } from './protocol.js';
import { causeOfDeath, collectTail, environmentOf, parsed, startWorker } from './worker-process.js';

const ENTRY = ownScript('worker/answer.js');
const PROBE_SECONDS = 60;
const LONGEST_ANSWER = 1 << 20;

export const probeProvider = async (ep: ExecutionProvider, options: Partial<AskOptions> = {}): Promise<Probe> => {
  const answer = await ask({ about: 'probe', ep }, { timeoutSeconds: PROBE_SECONDS, ...options });
  if ('works' in answer) return { failure: null, longestPass: answer.longestPass };
  const wrong = () => failureOf(problem('worker-protocol', { reason: 'an answer to another question' }));
  return { failure: 'failure' in answer ? (answer.failure as Failure) : wrong(), longestPass: null };
};

export const askPlacement: Executor['placement'] = async (question, options) =>
  partOf(await ask({ about: 'placement', ...question }, options), 'placement', 'without a placement');

export const askKernelRates: Executor['kernelRates'] = async (question, options) =>
  partOf(await ask({ about: 'ceilings', ...question }, options), 'ceilings', 'without ceilings');

export const askStorageRate: Executor['storageRate'] = async (path, options) => {
  const answer = await ask({ about: 'storage', path }, options);
  return partOf(answer, 'ceilings', 'without ceilings')[0]!;
};

export const askPrompt: Executor['promptAnswer'] = async (question, options) =>
  partOf(await ask({ about: 'parity', ...question }, options), 'prompt', 'without tokens');

export const askEviction: Executor['evict'] = async (files, options) =>
  partOf(await ask({ about: 'eviction', files }, options), 'pageCache', 'about no page cache');

/** One of the graphs is in memory at a time. */
export const askFidelity: Executor['fidelity'] = async (task, { original, candidate }, options) => {
  const first = await ask({ about: 'fidelity', ...task, graph: original, sequences: null }, options);
  const sequences = partOf(first, 'sequences', 'without sequences');
  const second = await ask({ about: 'fidelity', ...task, graph: candidate, sequences }, options);
  return partOf(second, 'positions', 'without positions');
};

/** Throws the worker's failure, or `worker-protocol` for an answer to another question, described by `fault`. */
function partOf<Name extends string>(answer: Answer, name: Name, fault: string) {
  if ('failure' in answer) throw new EdgeproofError(answer.failure as Failure);
  if (name in answer) return (answer as Extract<Answer, Record<Name, unknown>>)[name];
  throw problem('worker-protocol', { reason: `an answer ${fault}` });
}

async function ask(
  asked: Question,
  { timeoutSeconds, signal, entry = ENTRY, ortPackage }: AskOptions,
): Promise<Answer> {
  const question = { ...asked, ortPackage };
  signal?.throwIfAborted();
  let isLate = false;
  const worker = await startWorker([process.execPath, entry], question, {
    env: 'key' in question ? environmentOf(question.key) : process.env,
    timeoutSeconds,
    onTimeout: () => {
      isLate = true;
    },
    signal,
  }).catch((error: unknown) => ({ failure: failureOf(error) }));
  if ('failure' in worker) return worker;
  const said = collectTail(worker.messages, LONGEST_ANSWER);
  const exit = await worker.exit;
  signal?.throwIfAborted();
  if (isLate)
    return { failure: failureOf(problem('worker-timeout', { seconds: timeoutSeconds, phase: question.about })) };
  const answer = answerSchema.safeParse(parsed(await said));
  return answer.success ? answer.data : { failure: failureOf(causeOfDeath(exit, await worker.stderr, 0)) };
}
