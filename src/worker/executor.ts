// What the engine asks of whatever runs models: worker processes on this machine (local-executor.ts), a browser page, or
// a fake in tests. Types only.
import type { CaseKey } from '../contract/case-key.js';
import type { Ceiling } from '../contract/ceilings.js';
import type { PageCache } from '../contract/condition.js';
import type { ExecutionProvider } from '../contract/execution-providers.js';
import type { Position } from '../contract/fidelity.js';
import type { Limits } from '../contract/limits.js';
import type { Placement } from '../contract/placement.js';
import type { PromptAnswer } from '../contract/prompt-answer.js';
import type { Round } from '../contract/result.js';
import type { RuntimeName, Versions } from '../contract/runtimes.js';
import type { AskOptions, Probe } from './ask.js';
import type { RoundOptions } from './parent.js';
import type { CeilingsQuestion, FidelityQuestion, Job, ParityQuestion, PlacementQuestion } from './protocol.js';

export type { AskOptions, Job, Probe, RoundOptions };
export type KernelRatesQuestion = Omit<CeilingsQuestion, 'about'>;
export type PromptQuestion = Omit<ParityQuestion, 'about'>;
export type FidelityTask = Omit<FidelityQuestion, 'about' | 'graph' | 'sequences'>;

export interface MissingRuntime {
  runtime: RuntimeName;
  command: string;
}

export interface Executor {
  /** Versions of what it runs models with. */
  versions(): Versions;
  /** Optional runtimes that are not installed, each with the command that installs it. */
  missing(): MissingRuntime[];
  /** Throws where a runtime or an option that these cases need does not exist here, before anything is written. */
  requireReady(keys: readonly CaseKey[]): void;
  /** What holds workers to these limits, in words. Throws where this system cannot hold them. */
  tryLimits(limits: Limits): Promise<string>;
  /** One round in a fresh process. Resolves for failures too; rejects only when aborted. */
  round(job: Job, options: RoundOptions): Promise<Round>;
  /** Whether an execution provider works here. */
  probe(ep: ExecutionProvider): Promise<Probe>;
  /** Where the nodes of a graph run. Throws `ep-unavailable` when the provider itself does not work. */
  placement(question: Omit<PlacementQuestion, 'about'>, options: AskOptions): Promise<Placement>;
  /** Rates of the kernels that cases use: read bandwidth and matrix products. */
  kernelRates(question: KernelRatesQuestion, options: AskOptions): Promise<Ceiling[]>;
  /** The rate at which one file is read from where it is stored. */
  storageRate(path: string, options: AskOptions): Promise<Ceiling>;
  /** The tokens that a case answers a fixed prompt with, and what it thought of others. */
  promptAnswer(question: PromptQuestion, options: AskOptions): Promise<PromptAnswer>;
  /** Drops the page cache of files, and says whether that is proven. */
  evict(files: string[], options: AskOptions): Promise<PageCache>;
  /** How far the logits of one graph are from those of another, position by position. */
  fidelity(
    task: FidelityTask,
    graphs: { original: string; candidate: string },
    options: AskOptions,
  ): Promise<Position[]>;
}
