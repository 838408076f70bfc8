// `run`: suite → cases → workers → result document → table.
import { EdgeproofError, problem } from '../errors.js';
import { measureClock } from '../machine/clock.js';
import { describeMachine } from '../machine/describe.js';
import { findLlamaCpp, installCommand } from '../machine/llama-cpp.js';
import { automaticThreads } from '../machine/threads.js';
import { plural } from '../report/format.js';
import { resultView } from '../report/result-view.js';
import { beginDocument, type CheckpointFacts, recordRound, requireResumable } from '../result/document.js';
import { describeTool, describeVersions } from '../result/provenance.js';
import type { CaseResult, ResultDocument } from '../result/schema.js';
import { findResult, newestResult, readResult, requireWritable, resultPath, saveResult } from '../result/store.js';
import { isImpossible } from '../stats/ceiling-share.js';
import { wantedCases } from '../stats/enough.js';
import { loadSuite, overrideSuite, type SuiteOverrides } from '../suite/load.js';
import { planCases } from '../suite/plan.js';
import { extendRounds, type RoundsOverrides } from '../suite/rounds.js';
import { runRound } from '../worker/parent.js';
import { addCeilings } from './ceilings.js';
import { runCold } from './cold-start.js';
import { requireConfigKeys } from './option-check.js';
import { askForAnswers, unanswered } from './parity.js';
import { unprovenRound } from './placement.js';
import { findSource, prepareCheckpoint, traitsOf } from './prepare.js';
import { earlierResults, scheduleOf } from './schedule.js';
import { createProgress, interruptible, outputFormat, printView, say } from './terminal.js';
import { requireAutomaticThreads, tuneThreads } from './tune-threads.js';

/** Before a rate is called impossible, its ceiling is measured again: the machine may have been busy. */
const CEILINGS_AGAIN = 2;

export interface RunOptions {
  output: string;
  results: string;
  machine?: string;
  /** true: the newest unfinished result; a string names one. */
  resume?: string | true;
  allowFallback?: boolean;
  ceilings?: boolean;
  /** What is searched for before the rounds. */
  tune?: 'threads';
}

/** Exit code 0, or 1 where a case failed. */
export async function run(suiteName: string, overrides: SuiteOverrides, options: RunOptions): Promise<number> {
  const format = outputFormat(options.output);
  const { document, path } =
    options.resume === undefined ? begin(suiteName, overrides, options) : resume(overrides, options);
  requireRuntimes(document);
  requireConfigKeys(document);
  requireContext(document);
  const signal = interruptible();
  try {
    await measure(document, path, signal, options);
  } catch (error) {
    if (!(error instanceof EdgeproofError && error.code === 'interrupted')) throw error;
    const measured = document.cases.some((result) => result.rounds.length > 0);
    throw problem('interrupted', { resume: measured ? `edgeproof run --resume ${path}` : null });
  }
  printView(resultView(document, path), format);
  return document.cases.some((result) => result.status === 'failed' || isImpossible(document, result)) ? 1 : 0;
}

interface Opened {
  document: ResultDocument;
  path: string;
}

function begin(suiteName: string, overrides: SuiteOverrides, options: RunOptions): Opened {
  const suite = overrideSuite(loadSuite(suiteName), overrides);
  const machine = describeMachine(options.machine);
  const auto = automaticThreads(machine);
  if (options.tune !== undefined) requireAutomaticThreads(suite);
  else if (suite.threads.includes('auto')) say(`threads=auto is ${auto.threads}: ${auto.why}`);
  const cases = planCases(suite, auto.threads, traitsOf);
  const about = {
    startedAt: new Date().toISOString(),
    tool: describeTool(),
    machine: { ...machine, clock: measureClock() },
    versions: describeVersions(),
    threads: { auto, searches: [] },
  };
  const document = beginDocument(suite, cases, about);
  return { document, path: resultPath(options.results, document) };
}

/** Continues a document with its own suite; only how many rounds it gets may change, to add some. */
function resume(overrides: SuiteOverrides, options: RunOptions): Opened {
  const { rounds, target, budget, ...others } = { ...overrides, tune: options.tune };
  const changed = Object.entries(others).find(([, value]) => value !== undefined);
  if (changed !== undefined) {
    throw problem('input-invalid', {
      what: `--resume continues a suite as it was; --${changed[0]} would change it`,
      expected: 'only --rounds, --target or --budget',
    });
  }
  const more = { rounds, target, budget };
  const path =
    typeof options.resume === 'string'
      ? findResult(options.results, options.resume)
      : newestUnfinished(options.results, more);
  const document = withRounds(readResult(path), more);
  requireResumable(path, document, { machine: describeMachine(options.machine), versions: describeVersions() });
  return { document, path };
}

function withRounds(document: ResultDocument, more: RoundsOverrides): ResultDocument {
  const { content } = document.suite;
  const rounds = extendRounds(content.rounds, more);
  return { ...document, suite: { ...document.suite, content: { ...content, rounds } } };
}

function newestUnfinished(directory: string, more: RoundsOverrides): string {
  const found = newestResult(
    directory,
    (document) => wantedCases(withRounds(document, more)).length > 0,
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

/** Runs the rounds that a document still lacks, interleaved over its cases, and saves it after each. */
export async function measure(
  document: ResultDocument,
  path: string,
  signal: AbortSignal,
  { tune, results, allowFallback = false, ceilings = true }: RunOptions,
): Promise<void> {
  requireWritable(path);
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
  for (const { result, round, line, correction, took } of schedule.rounds()) {
    if (correction !== null) say(correction);
    progress.show(line, true);
    const started = performance.now();
    const prepared = factsOf(result);
    const job = jobOf(document, result, round, prepared);
    const limits = { timeoutSeconds, signal };
    const run = () => runRound(job, limits);
    const outcome =
      (await unprovenRound(result, document.cases, job, { allowFallback, ...limits }).finally(progress.clear)) ??
      (await (cold ? runCold(prepared.checkpoint, limits, run) : run()).finally(progress.clear));
    recordRound(document, result, outcome, prepared);
    saveResult(path, document);
    took(performance.now() - started);
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

function checkpointName({ key }: CaseResult): string {
  return [key.model, key.weights, key.layout, key.dtype].join(' ');
}

async function prepareAll(document: ResultDocument, signal: AbortSignal): Promise<Map<string, CheckpointFacts>> {
  const checkpoints = new Map<string, CheckpointFacts>();
  for (const result of [...wantedCases(document), ...unanswered(document.cases)]) {
    const name = checkpointName(result);
    if (checkpoints.has(name)) continue;
    const same = document.cases.filter((other) => checkpointName(other) === name);
    const tokens = Math.max(...same.map(({ key }) => tokensOf(key)));
    const { model, weights, layout, dtype } = result.key;
    const wanted = { model, weights, layout, dtype, tokens, seed: document.suite.content.seed };
    checkpoints.set(name, await prepareCheckpoint(wanted, signal));
  }
  return checkpoints;
}

function jobOf(document: ResultDocument, result: CaseResult, round: number, prepared: CheckpointFacts) {
  const { iterations, warmup, seed } = document.suite.content;
  return { key: result.key, ...filesOf(result, prepared), round, seed, iterations, warmup };
}

function filesOf({ key }: CaseResult, { checkpoint, facts }: CheckpointFacts) {
  return { directory: checkpoint.directory, graph: checkpoint.graph, vocabSize: vocabularyOf(key, facts) };
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
