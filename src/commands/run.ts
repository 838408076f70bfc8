// `run`: suite → cases → workers → result document → table.
import { EdgeproofError, problem } from '../errors.js';
import { automaticThreads, describeMachine } from '../machine/describe.js';
import { findLlamaCpp, installCommand } from '../machine/llama-cpp.js';
import { labelsOf, workloadLabel } from '../report/labels.js';
import { roundProgress } from '../report/progress.js';
import { resultView } from '../report/result-view.js';
import {
  beginDocument,
  type CheckpointFacts,
  isComplete,
  pendingRounds,
  recordRound,
  requireResumable,
} from '../result/document.js';
import { describeTool, describeVersions } from '../result/provenance.js';
import type { CaseResult, ResultDocument } from '../result/schema.js';
import { findResult, newestResult, readResult, requireWritable, resultPath, saveResult } from '../result/store.js';
import { planLimitedCases } from '../suite/limited-plan.js';
import { loadSuite, overrideSuite, type SuiteOverrides } from '../suite/load.js';
import { runRound } from '../worker/parent.js';
import { memoryLimitsOf, requireLimits } from './limits.js';
import { unprovenRound } from './placement.js';
import { findSource, prepareCheckpoint, traitsOf } from './prepare.js';
import { createProgress, interruptible, outputFormat, printView, say } from './terminal.js';

export interface RunOptions {
  output: string;
  results: string;
  machine?: string;
  /** true: the newest unfinished result; a string names one. */
  resume?: string | true;
  allowFallback?: boolean;
}

/** Exit code 0, or 1 where a case failed. */
export async function run(suiteName: string, overrides: SuiteOverrides, options: RunOptions): Promise<number> {
  const format = outputFormat(options.output);
  const { document, path } =
    options.resume === undefined ? begin(suiteName, overrides, options) : resume(overrides, options);
  requireRuntimes(document);
  requireContext(document);
  const signal = interruptible();
  try {
    await measure(document, path, signal, options.allowFallback ?? false);
  } catch (error) {
    if (!(error instanceof EdgeproofError && error.code === 'interrupted')) throw error;
    const measured = document.cases.some((result) => result.rounds.length > 0);
    throw problem('interrupted', { resume: measured ? `edgeproof run --resume ${path}` : null });
  }
  printView(resultView(document, path), format);
  return document.cases.some((result) => result.status === 'failed') ? 1 : 0;
}

interface Opened {
  document: ResultDocument;
  path: string;
}

function begin(suiteName: string, overrides: SuiteOverrides, options: RunOptions): Opened {
  const suite = overrideSuite(loadSuite(suiteName), overrides);
  const machine = describeMachine(options.machine);
  const cases = planLimitedCases(suite, automaticThreads(machine), traitsOf);
  const about = { startedAt: new Date().toISOString(), tool: describeTool(), machine, versions: describeVersions() };
  const document = beginDocument(suite, cases, about);
  return { document, path: resultPath(options.results, document) };
}

/** Continues a document with its own suite; only --rounds may change, to add some. */
function resume(overrides: SuiteOverrides, options: RunOptions): Opened {
  const { rounds, ...others } = overrides;
  const changed = Object.entries(others).find(([, value]) => value !== undefined);
  if (changed !== undefined) {
    throw problem('input-invalid', {
      what: `--resume continues a suite as it was; --${changed[0]} would change it`,
      expected: 'only --rounds',
    });
  }
  const path =
    typeof options.resume === 'string'
      ? findResult(options.results, options.resume)
      : newestUnfinished(options.results, rounds);
  const document = readResult(path);
  requireResumable(path, document, { machine: describeMachine(options.machine), versions: describeVersions() });
  if (rounds !== undefined) document.suite.content.rounds = Math.max(rounds, document.suite.content.rounds);
  return { document, path };
}

function newestUnfinished(directory: string, rounds = 0): string {
  const found = newestResult(
    directory,
    (document) => !isComplete(document) || rounds > document.suite.content.rounds,
    (error) => say(`passed over: ${error.message}`),
  );
  if (found !== null) return found.path;
  throw problem('resume-mismatch', { path: directory, reason: 'every result in it is complete' });
}

/** An optional runtime that is missing is told before anything is written. */
function requireRuntimes({ cases }: ResultDocument): void {
  const runtime = 'llama.cpp';
  if (cases.some(({ key }) => key.runtime === runtime) && findLlamaCpp() === null)
    throw problem('runtime-not-installed', { runtime, command: installCommand() });
}

/** Also finds every model, so that a missing one is told before the first is measured. */
function requireContext(document: ResultDocument): void {
  for (const { id, key } of document.cases) {
    const source = findSource(key);
    if (source.weights === 'real' && source.located.kind === 'onnx' && needsFolder(key)) {
      throw problem('input-invalid', {
        what: `${id}: a single .onnx file has no tokenizer and no configuration`,
        expected: 'a folder in transformers.js layout, or --runtime onnxruntime with a generate workload',
      });
    }
    const tokens = tokensOf(key);
    const { context } = source.facts;
    if (context !== null && tokens > context) throw problem('prompt-too-long', { case: id, tokens, context });
  }
}

function needsFolder({ runtime, workload }: CaseResult['key']): boolean {
  return runtime === 'transformers.js' || (workload.kind === 'micro' && workload.task === 'tokenize');
}

function tokensOf({ workload }: CaseResult['key']): number {
  return workload.kind === 'generate' ? workload.depth + workload.prompt + workload.new : 1;
}

async function measure(
  document: ResultDocument,
  path: string,
  signal: AbortSignal,
  allowFallback: boolean,
): Promise<void> {
  requireWritable(path);
  await requireLimits(document.cases);
  const checkpoints = await prepareAll(document, signal);
  const progress = createProgress();
  const labels = labelsOf(document.cases);
  const started = performance.now();
  const planned = pendingRounds(document);
  const failed = new Set<CaseResult>();
  for (const [done, { result, round }] of planned.entries()) {
    if (failed.has(result)) continue;
    const { rounds, timeoutSeconds } = document.suite.content;
    const elapsedMs = performance.now() - started;
    const label = [...Object.values(labels.values(result)), workloadLabel(result.key)].join(' ');
    progress.show(roundProgress({ done, total: planned.length, label, round, rounds, elapsedMs }), true);
    const prepared = checkpoints.get(checkpointName(result))!;
    const job = jobOf(document, result, round, prepared);
    const outcome =
      (await unprovenRound(result, document.cases, job, { allowFallback, timeoutSeconds, signal }).finally(
        progress.clear,
      )) ?? (await runRound(job, { timeoutSeconds, signal }).finally(progress.clear));
    recordRound(document, result, outcome, prepared);
    if (outcome.status === 'failed') failed.add(result);
    saveResult(path, document);
  }
}

function checkpointName({ key }: CaseResult): string {
  return [key.model, key.weights, key.layout, key.dtype].join(' ');
}

async function prepareAll(document: ResultDocument, signal: AbortSignal): Promise<Map<string, CheckpointFacts>> {
  const checkpoints = new Map<string, CheckpointFacts>();
  for (const { result } of pendingRounds(document)) {
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

function jobOf(document: ResultDocument, { key }: CaseResult, round: number, { checkpoint, facts }: CheckpointFacts) {
  const { iterations, warmup, seed } = document.suite.content;
  const vocabSize = vocabularyOf(key, facts);
  return { key, directory: checkpoint.directory, graph: checkpoint.graph, vocabSize, round, seed, iterations, warmup };
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
