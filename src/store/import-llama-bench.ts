// Results of llama-bench as documents: one for each build and machine in the file. An entry is a round, its samples are the
// iterations; nothing is filled in that the file does not say. docs/exchange.md says what follows from that.
import { basename } from 'node:path';
import type { CaseKey } from '../contract/case-key.js';
import type { Dtype } from '../contract/dtypes.js';
import { validate } from '../contract/json-file.js';
import { machineSlug } from '../contract/machine.js';
import {
  type CaseResult,
  type OkRound,
  type ResultDocument,
  resultSchema,
  SCHEMA_VERSION,
} from '../contract/result.js';
import { type OwnRuntime, RUNTIME_NAMES, RUNTIMES } from '../contract/runtimes.js';
import { storedSuiteSchema } from '../contract/suite.js';
import type { ExecutionProvider } from '../contract/vocabulary.js';
import { problem } from '../errors.js';
import { type LlamaBenchEntry, settingsOf } from '../formats/llama-bench.js';
import { groupBy } from '../stats/group-by.js';
import { suiteHash } from '../stats/identity.js';
import { caseId } from '../suite/case-id.js';
import { backendOf, dtypeOf, fileName, fileWords, type Test, testOf } from './llama-bench-names.js';

const RUNTIME = 'foreign-llama-bench';

export interface ImportOptions {
  /** The file as errors name it, and as documents do. */
  path: string;
  sha256: string;
  /** Of edgeproof. */
  version: string;
  /** Instead of what the file says. */
  machine?: string;
  model?: string;
  dtype?: Dtype;
}

const UNKNOWN = {
  files: 'llama-bench does not hash the model file; type, size and number of parameters stand for it',
  tokens: 'llama-bench stores no tokens, and times whole passes only',
  load: 'llama-bench does not time loading',
  memory: 'llama-bench does not measure memory',
  condition: 'llama-bench does not watch the machine, so rounds have no grade',
  machine: 'llama-bench names the processor and the GPU, nothing else',
  suite: 'llama-bench stores neither seed, warm-up nor time limit: those of the suite are defaults',
};

const NO_SAMPLES = { samples: 'the file has means of tests without their samples, and not of how many' };

/** Throws input-invalid where the file leaves a choice, or nothing in it can be imported. */
export function documentsOf(entries: readonly LlamaBenchEntry[], options: ImportOptions): ResultDocument[] {
  const numbered = entries.map((entry, place) => ({ entry, place, test: testOf(entry) }));
  if (numbered.every(({ test }) => test === null)) {
    const what = `${options.path}: every test in it times a prompt and generation together (-pg)`;
    throw problem('input-invalid', { what, expected: 'tests of one of them: llama-bench -p 512 -n 128' });
  }
  const sources = groupBy(numbered, ({ entry }) =>
    JSON.stringify([entry.build_commit, entry.build_number, entry.cpu_info, entry.gpu_info]),
  );
  return [...sources.values()]
    .filter((group) => group.some(({ test }) => test !== null))
    .map((group) => documentOf(group, options));
}

interface Numbered {
  entry: LlamaBenchEntry;
  /** In the file, from 0. */
  place: number;
  test: Test | null;
}

function documentOf(group: readonly Numbered[], options: ImportOptions): ResultDocument {
  const { build_commit: commit, build_number: number, cpu_info, gpu_info } = group[0]!.entry;
  const versions = {
    ...{ node: null, v8: null },
    ...(Object.fromEntries(RUNTIME_NAMES.map((name) => [name, null])) as Record<OwnRuntime, null>),
    [RUNTIME]: number === null || number === 0 ? commit : `b${number} (${commit})`,
  };
  const taken = group.filter(isTaken).sort((a, b) => startOf(a).localeCompare(startOf(b)));
  const cases = casesOf(taken, RUNTIMES[RUNTIME].version(versions), options);
  const content = suiteOf(cases, options);
  const cpu = cpu_info.trim() || 'unknown processor';
  return validate(
    options.path,
    {
      schemaVersion: SCHEMA_VERSION,
      startedAt: startOf(taken[0]!),
      tool: { version: options.version, commit: null, dirty: null },
      suite: { hash: suiteHash(content), content },
      machine: {
        id: options.machine ?? machineIdOf(cpu_info, gpu_info, options.path),
        cpu,
        ...{ arch: null, instructionSets: null, physicalCores: null, logicalCores: null, usableCores: null },
        ...{ memoryBytes: null, os: null },
      },
      versions,
      foreign: {
        tool: RUNTIME,
        build: { commit, number },
        gpu: gpu_info.trim() || null,
        file: { name: basename(options.path), sha256: options.sha256 },
        leftOut: group
          .filter(({ test }) => test === null)
          .map(({ entry, place }) => ({
            entry: place,
            reason: `pp${entry.n_prompt}+tg${entry.n_gen}: one time for the prompt and generation together`,
          })),
        unknown: taken.every(({ entry }) => entry.samples_ns !== undefined) ? UNKNOWN : { ...UNKNOWN, ...NO_SAMPLES },
      },
      cases,
    },
    resultSchema,
  );
}

function isTaken(numbered: Numbered): numbered is Numbered & { test: Test } {
  return numbered.test !== null;
}

function startOf({ entry }: Numbered): string {
  return new Date(entry.test_time).toISOString();
}

function machineIdOf(cpu: string, gpu: string, path: string): string {
  if (`${cpu}${gpu}`.trim() !== '') return machineSlug(`${cpu} ${gpu}`, null, null);
  throw problem('input-invalid', {
    what: `${path}: cpu_info and gpu_info are empty, so the machine has no name`,
    expected: 'a name for it: --machine <name>',
  });
}

/** Entries of one test with the same settings are the rounds of a case; settings that vary tell cases apart. */
function casesOf(
  taken: readonly (Numbered & { test: Test })[],
  runtimeVersion: string,
  options: ImportOptions,
): CaseResult[] {
  const all = taken.map((numbered) => ({ ...numbered, settings: settingsOf(numbered.entry) }));
  const names = [...new Set(all.flatMap(({ settings }) => Object.keys(settings)))];
  const varying = names.filter((name) => new Set(all.map(({ settings }) => settings[name])).size > 1);
  const keyed = all.map((one) => {
    const config = varying.flatMap((name) => {
      const value = one.settings[name];
      return value === undefined ? [] : [[`llama_bench.${name.replace(/\W/g, '_')}`, String(value)] as const];
    });
    const key = keyOf(one.entry, one.test, options);
    return { ...one, key: config.length === 0 ? key : { ...key, options: { config: Object.fromEntries(config) } } };
  });
  const groups = groupBy(keyed, ({ key }) => caseId(key));
  for (const [id, rounds] of groups)
    requireOneFile(
      id,
      rounds.map(({ entry }) => entry),
      options.path,
    );
  return [...groups.values()].map((rounds) => {
    const { key, entry, settings } = rounds[0]!;
    const { model_filename, model_type: type, model_size: bytes, model_n_params: parameters } = entry;
    return {
      id: caseId(key),
      key,
      status: 'ok',
      identity: {
        weights: fileWords(entry),
        graph: fileWords(entry),
        runtimeVersion,
        options: Object.entries(settings)
          .map(([name, value]) => `${name}=${value}`)
          .join(' '),
        workload: 'tokens as llama-bench draws them',
      },
      checkpoint: null,
      foreignFile: { name: fileName(model_filename), type, bytes, parameters },
      rounds: rounds.map(({ entry, settings }, index) => roundOf(entry, settings, index)),
    };
  });
}

function requireOneFile(id: string, entries: readonly LlamaBenchEntry[], path: string): void {
  const files = [...new Set(entries.map(fileWords))];
  if (files.length < 2) return;
  throw problem('input-invalid', {
    what: `${path}: ${id} would be of two model files: ${files.join('; ')}`,
    expected: 'files of different names, or a file of results for each, with --model',
  });
}

function keyOf(entry: LlamaBenchEntry, test: Test, options: ImportOptions): CaseKey {
  return {
    model: options.model ?? fileName(entry.model_filename).replace(/\.gguf$/i, ''),
    weights: 'real',
    layout: null,
    dtype: options.dtype ?? dtypeOf(entry, options.path),
    runtime: RUNTIME,
    // The type of a key knows the providers that edgeproof runs; the schema knows both.
    ep: backendOf(entry) as ExecutionProvider,
    threads: entry.n_threads,
    workload: { kind: 'generate', ...test },
  };
}

function roundOf(entry: LlamaBenchEntry, options: OkRound['options'], index: number): OkRound {
  return {
    status: 'ok',
    index,
    startedAt: new Date(entry.test_time).toISOString(),
    options,
    loadMs: null,
    memory: { method: UNKNOWN.memory, peakRssBytes: null, phases: {} },
    condition: null,
    energy: null,
    iterations: passesOf(entry),
  };
}

/** Without samples, their mean is all there is. */
function passesOf({ samples_ns, avg_ns, stddev_ns }: LlamaBenchEntry): OkRound['iterations'] {
  if (samples_ns !== undefined) return samples_ns.map((ns) => ({ kind: 'timed', passMs: ns / 1e6 }));
  const standardDeviationMs = stddev_ns === undefined ? null : stddev_ns / 1e6;
  return [{ kind: 'timed', passMs: avg_ns! / 1e6, mean: { standardDeviationMs } }];
}

/** What was asked of llama-bench. */
function suiteOf(cases: readonly CaseResult[], { path }: ImportOptions) {
  const each = <T>(of: (key: CaseKey) => T) => [...new Set(cases.map(({ key }) => of(key)))];
  const most = (counts: number[]) => Math.max(...counts);
  const workloads = each(({ workload }) => JSON.stringify(workload)).map((text) => JSON.parse(text));
  const suite = {
    name: 'llama-bench',
    description: `What ${basename(path)} says that llama-bench was asked for.`,
    models: each(({ model }) => model),
    weights: ['real'],
    dtypes: each(({ dtype }) => dtype),
    runtimes: [RUNTIME],
    eps: each(({ ep }) => ep),
    threads: each(({ threads }) => threads),
    workloads: workloads.map(({ prompt, new: generated, depth }) => ({
      kind: 'generate',
      ...{ prompt: [prompt], new: [generated], depth: [depth] },
    })),
    rounds: most(cases.map(({ rounds }) => rounds.length)),
    iterations: most(
      cases.flatMap(({ rounds }) => rounds.map((round) => ('iterations' in round ? round.iterations.length : 0))),
    ),
    warmup: 0,
  };
  return validate(path, suite, storedSuiteSchema);
}
