// What the engine asks of whatever runs models: worker processes on this machine (local-executor.ts), a browser page, or
// a fake in tests. Types only.
import type { CaseKey } from '../contract/case-key.js';
import type { Ceiling } from '../contract/ceilings.js';
import type { PageCache } from '../contract/condition.js';
import type { Position } from '../contract/fidelity.js';
import type { Limits } from '../contract/limits.js';
import type { Placement } from '../contract/placement.js';
import type { PromptAnswer } from '../contract/prompt-answer.js';
import type { Round } from '../contract/result.js';
import type { OwnRuntime, Versions } from '../contract/runtimes.js';
import type { ExecutionProvider, Phase } from '../contract/vocabulary.js';
import type { Failure } from '../errors.js';
import type { EnergySource } from '../machine/energy/account.js';
import type { FidelityQuestion, Job, KernelRatesQuestion, PlacementQuestion, PromptQuestion } from './protocol.js';
import type { OrtPackage } from './runtimes/ort/shipped-library.js';

export type { Job, KernelRatesQuestion, PromptQuestion };

export interface AskOptions {
  timeoutSeconds: number;
  /** Aborting kills the worker; the question or the round then rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Another entry script of the worker. */
  entry?: string | undefined;
  /** Another onnxruntime-node for the worker. */
  ortPackage?: OrtPackage | undefined;
}

export interface RoundOptions extends AskOptions {
  /** The source of energy readings; without it, the round has none. */
  energy?: EnergySource;
  onPhase?: (phase: Phase) => void;
  onIteration?: (done: number) => void;
  /** Whether the worker's memory is watched during an iteration, counted from 0 with warm-up; by default always. */
  observes?: (iteration: number) => boolean;
  /** Another entry script of the worker that is asked to evict files. */
  answerEntry?: string;
}

export interface Probe {
  /** null when the provider works on this machine, else `ep-unavailable` with the reason and what to install. */
  failure: Failure | null;
  /** The most tokens in one pass that it computes correctly; null where there is no limit. */
  longestPass: number | null;
}

export interface MissingRuntime {
  runtime: OwnRuntime;
  command: string;
}

/** Questions reject with the worker's failure: `ep-unavailable` when the execution provider itself does not work. */
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
  /** Whether an execution provider works here. Resolves for failures too. */
  probe(ep: ExecutionProvider): Promise<Probe>;
  /** Where the nodes of a graph run. */
  placement(question: PlacementQuestion, options: AskOptions): Promise<Placement>;
  /** Rates of the kernels that cases use: read bandwidth and matrix products. */
  kernelRates(question: KernelRatesQuestion, options: AskOptions): Promise<Ceiling[]>;
  /** The rate at which one file is read from where it is stored. */
  storageRate(path: string, options: AskOptions): Promise<Ceiling>;
  /** The tokens that a case answers a fixed prompt with, and how close other tokens came. */
  promptAnswer(question: PromptQuestion, options: AskOptions): Promise<PromptAnswer>;
  /** Drops the page cache of files, and says whether that is proven. */
  evict(files: string[], options: AskOptions): Promise<PageCache>;
  /** How far the logits of one graph are from those of another, position by position. */
  fidelity(
    task: Omit<FidelityQuestion, 'graph' | 'sequences'>,
    graphs: { original: string; candidate: string },
    options: AskOptions,
  ): Promise<Position[]>;
}
