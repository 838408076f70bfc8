// `models tune`: rewrites a graph into a faster one, as a new checkpoint, and says what that gains and what it costs.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { partialPath, removeAbandoned } from '../contract/directory.js';
import type { Dtype } from '../contract/dtypes.js';
import type { Position } from '../contract/fidelity.js';
import type { Layout } from '../contract/layouts.js';
import type { ResultDocument } from '../contract/result.js';
import { suiteSchema } from '../contract/suite.js';
import type { Weights } from '../contract/vocabulary.js';
import { problem } from '../errors.js';
import { DEFAULT_STEPS, STEPS, type StepName } from '../formats/onnx/rewrite/steps.js';
import { describeMachine } from '../machine/describe.js';
import { automaticThreads } from '../machine/threads.js';
import { cacheDirectory } from '../models/cache.js';
import type { Checkpoint } from '../models/checkpoint.js';
import { openSources } from '../models/source.js';
import { type Tuned, tuneCheckpoint } from '../models/tune.js';
import { byteProgress } from '../report/progress.js';
import { tunePage } from '../report/tune-page.js';
import type { CheckpointFacts } from '../run/document.js';
import { prepareCheckpoint } from '../run/prepare.js';
import { run } from '../run/run.js';
import { compareResults } from '../stats/compare.js';
import { fidelityOf } from '../stats/fidelity.js';
import type { Executor } from '../worker/executor.js';
import { localExecutor } from '../worker/local-executor.js';
import { known } from './cli-options.js';
import { interruptible } from './signals.js';
import { createProgress, outputFormat, printPage, reportEvents, say } from './terminal.js';

interface TuneCommandOptions {
  output: string;
  results: string;
  machine?: string;
  weights?: Weights;
  layout: Layout;
  dtype: Dtype;
  steps?: string[];
  without: string[];
  headBits: 4 | 8;
  to?: string;
  /** 0: speed is not measured. */
  rounds: number;
  fidelity: boolean;
}

const LENGTHS = { prompt: 128, new: 32 };
const SEED = 1;
/** Each graph; a large model on a slow machine takes minutes. */
const FIDELITY_SECONDS = 3600;
/** The two sides are meant to differ in these. */
const ACROSS = ['model', 'weights', 'layout', 'options'];

export async function tuneModel(name: string, options: TuneCommandOptions): Promise<number> {
  const format = outputFormat(options.output);
  const steps = stepsOf(options);
  const sources = openSources();
  const traits = sources.traitsOf(name);
  if (traits.format !== 'onnx')
    throw problem('input-invalid', { what: `${name} is not ONNX`, expected: 'an ONNX graph' });
  const weights = traits.given ? traits.weights : (options.weights ?? traits.weights);
  const layout = weights === 'synthetic' && !traits.given ? options.layout : null;
  const dtype = traits.dtype ?? options.dtype;
  const signal = interruptible();
  const tokens = LENGTHS.prompt + LENGTHS.new;
  const { onEvent, end } = reportEvents();
  const key = { model: name, weights, layout, dtype };
  const source = await prepareCheckpoint({ key, seed: SEED, tokens }, { sources, signal, onEvent }).finally(end);
  const tuned = await tuneWithProgress(name, source.checkpoint, steps, options, signal);

  const machine = describeMachine(options.machine);
  const { threads } = automaticThreads(machine);
  const executor = localExecutor();
  const positions = options.fidelity ? await fidelity(executor, source, tuned.checkpoint, threads, signal) : [];
  const models = [name, tuned.checkpoint.directory];
  const dimensions = { models, weights: [weights], dtypes: [dtype], ...(layout && { layouts: [layout] }) };
  const workloads = [{ kind: 'generate', prompt: [LENGTHS.prompt], new: [LENGTHS.new] }];
  const { rounds } = options;
  const suite = { name: 'tune', ...dimensions, workloads, rounds, seed: SEED };
  const measured = rounds === 0 ? null : await measureBoth(suite, { ...options, executor, signal });
  printPage(
    tunePage({
      name: [name, layout, dtype].filter((part) => part !== null).join(' '),
      weights,
      sides: [source.checkpoint.manifest, tuned.checkpoint.manifest],
      directory: tuned.checkpoint.directory,
      reports: tuned.reports,
      fidelity: fidelityOf(positions),
      measured,
    }),
    format,
  );
  return 0;
}

function stepsOf({ steps, without }: TuneCommandOptions): StepName[] {
  const step = (text: string): StepName => known(text, STEPS, `"${text}" is not a step`, 'steps out of');
  const left = without.map(step);
  return (steps?.map(step) ?? [...DEFAULT_STEPS]).filter((name) => !left.includes(name));
}

async function tuneWithProgress(
  name: string,
  source: Checkpoint,
  steps: StepName[],
  { headBits, to }: TuneCommandOptions,
  signal: AbortSignal,
): Promise<Tuned> {
  const progress = createProgress();
  const started = performance.now();
  const tuned = await tuneCheckpoint(source, {
    steps,
    headBits,
    cache: cacheDirectory(),
    directory: to,
    signal,
    onBytes: (done, total) =>
      progress.show(byteProgress(`rewriting ${name}`, done, total, performance.now() - started)),
  }).finally(progress.clear);
  say(`${tuned.written ? 'wrote' : 'whole, as it was written before:'} ${tuned.checkpoint.directory}`);
  return tuned;
}

async function fidelity(
  executor: Executor,
  source: CheckpointFacts,
  candidate: Checkpoint,
  threads: number,
  signal: AbortSignal,
): Promise<Position[]> {
  const width = source.facts.outputs.find((output) => output.name === 'logits')?.dims.at(-1);
  if (typeof width !== 'number') {
    say('fidelity: the width of the logits is not known, so no prompts can be drawn');
    return [];
  }
  const progress = createProgress();
  progress.step('comparing the logits of both graphs');
  // Beside the checkpoints, where there is room: a temporary directory may lie in memory.
  const cache = cacheDirectory();
  removeAbandoned(cache);
  const scratch = partialPath(join(cache, 'fidelity'));
  mkdirSync(scratch);
  const graphs = { original: source.checkpoint.graph, candidate: candidate.graph };
  const question = { ep: 'cpu', threads, vocabSize: width, seed: SEED, logits: join(scratch, 'logits') } as const;
  try {
    return await executor.fidelity(question, graphs, { timeoutSeconds: FIDELITY_SECONDS, signal });
  } finally {
    progress.clear();
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Both checkpoints as two cases of one suite: interleaved rounds, stored like any other result. */
async function measureBoth(
  given: Record<string, unknown>,
  options: TuneCommandOptions & { executor: Executor; signal: AbortSignal },
) {
  const { onEvent, end } = reportEvents();
  const how = { ...options, ceilings: false, onEvent };
  const { document, path } = await run(suiteSchema.parse(given), how).finally(end);
  const side = (index: number): ResultDocument => ({ ...document, cases: document.cases.slice(index, index + 1) });
  return { path, comparison: compareResults(side(0), side(1), { across: ACROSS }) };
}
