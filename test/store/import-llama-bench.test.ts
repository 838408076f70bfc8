// Results of llama-bench as documents: the figures are those that the file states, and nothing else is claimed.
import { describe, expect, it } from 'vitest';
import type { ResultDocument } from '../../src/contract/result.js';
import { readLlamaBench } from '../../src/formats/llama-bench.js';
import { resultPage } from '../../src/report/result-page.js';
import { compareResults } from '../../src/stats/compare.js';
import { digestOf } from '../../src/stats/digest.js';
import { roundValues } from '../../src/stats/metrics.js';
import { showView } from '../../src/stats/show.js';
import { faultsOf } from '../../src/stats/verify-result.js';
import { documentsOf, type ImportOptions } from '../../src/store/import-llama-bench.js';
import { documentOf, generateCase, steadyRound } from '../fixtures/document.js';
import { asJson, type Entry, generationEntry, promptEntry } from '../fixtures/llama-bench.js';
import { inTerminal } from '../fixtures/printed.js';
import { thrownBy as thrown } from '../fixtures/thrown.js';

function imported(entries: Entry[], options: Partial<ImportOptions> = {}): ResultDocument[] {
  const path = '/tmp/bench.json';
  return documentsOf(readLlamaBench(path, asJson(entries)), { path, sha256: 'ab', version: '0.1.0', ...options });
}
const one = (entries: Entry[], options?: Partial<ImportOptions>) => imported(entries, options)[0]!;
const BOTH = [promptEntry(), generationEntry()];

describe('a document', () => {
  it('has a case for each test, whose rates are the medians of the samples_ts of the file', () => {
    const { cases } = one(BOTH);
    expect(cases.map(({ key }) => key.workload)).toEqual([
      { kind: 'generate', prompt: 512, new: 0, depth: 0 },
      { kind: 'generate', prompt: 0, new: 128, depth: 0 },
    ]);
    expect(cases.map((result) => [roundValues('prefillRate', result), roundValues('decodeRate', result)])).toEqual([
      [[8000], []],
      [[], [128]],
    ]);
    expect(roundValues('tpotMs', cases[1]!)).toEqual([7.8125]);
  });

  it('has no figure for what the file does not tell, with the reason', () => {
    const document = one(BOTH);
    const figures = showView(document, null).cases.map(({ metrics }) => Object.keys(metrics));
    expect(figures).toEqual([['prefillRate'], ['decodeRate', 'tpotMs']]);
    expect(document.machine).toMatchObject({ id: 'test-x1', memoryBytes: null, physicalCores: null, os: null });
    expect(document.versions).toMatchObject({ node: null, onnxruntime: null });
    expect(Object.keys(document.foreign!.unknown)).toContain('memory');
    expect(document.tool.commit).toBeNull();
    expect(document.cases[0]!.checkpoint).toBeNull();
  });

  it('names the model by its file, without the path, and keeps size and type', () => {
    expect(one(BOTH).cases[0]).toMatchObject({
      key: { model: 'Tiny-Q4_K_M', weights: 'real', layout: null, dtype: 'q4', ep: 'cpu', threads: 2 },
      foreignFile: { name: 'Tiny-Q4_K_M.gguf', bytes: 397_808_640, parameters: 494_032_768 },
    });
    expect(JSON.stringify(one(BOTH))).not.toContain('someone');
    expect(one([promptEntry({ model_filename: 'C:\\models\\a.gguf' })]).cases[0]!.key.model).toBe('a');
    const named = one(BOTH, { model: 'qwen2.5-0.5b', dtype: 'q6', machine: 'shelf-1' });
    expect(named).toMatchObject({
      machine: { id: 'shelf-1' },
      cases: [{ key: { model: 'qwen2.5-0.5b', dtype: 'q6' } }, {}],
    });
  });

  it('counts each repeated test as a round, in the order of time', () => {
    const later = promptEntry({ test_time: '2026-01-03T00:00:00Z', samples_ns: [32e6], avg_ns: 32e6 });
    const [result] = one([later, promptEntry()]).cases;
    expect(roundValues('prefillRate', result!)).toEqual([8000, 16_000]);
    expect(result!.rounds.map(({ index }) => index)).toEqual([0, 1]);
  });

  it('takes the mean where there are no samples, marked as such', () => {
    const { cases, foreign } = one([promptEntry({ samples_ns: undefined, avg_ns: 128e6, stddev_ns: 2e6 })]);
    expect(foreign!.unknown).toHaveProperty('samples');
    expect(one(BOTH).foreign!.unknown).not.toHaveProperty('samples');
    expect(cases[0]!.rounds[0]).toMatchObject({
      iterations: [{ kind: 'timed', passMs: 128, mean: { standardDeviationMs: 2 } }],
    });
    expect(roundValues('prefillRate', cases[0]!)).toEqual([4000]);
  });

  it('tells cases apart by the settings that vary, and by no others', () => {
    const { cases } = one([generationEntry(), generationEntry({ type_k: 'q8_0' }), generationEntry({ n_depth: 4096 })]);
    expect(cases.map(({ id }) => id.replace(/.*threads=2\//, ''))).toEqual([
      'option.llama_bench.type_k=f16/prompt=0/new=128',
      'option.llama_bench.type_k=q8_0/prompt=0/new=128',
      'option.llama_bench.type_k=f16/prompt=0/new=128/depth=4096',
    ]);
    expect(one(BOTH).cases[0]!.id).not.toContain('option');
  });

  it('leaves out one time for a prompt and generation together, and says so', () => {
    const document = one([promptEntry(), promptEntry({ n_gen: 128 })]);
    expect(document.cases).toHaveLength(1);
    expect(document.foreign!.leftOut).toEqual([{ entry: 1, reason: expect.stringContaining('pp512+tg128') }]);
    expect(thrown(() => imported([promptEntry({ n_gen: 128 })]))).toMatchObject({ code: 'input-invalid' });
  });

  it('reads the tests of ik_llama.cpp that start the clock behind the prompt as generation at a depth', () => {
    const { cases } = one([generationEntry({ n_prompt: 512, test: 'tg128@pp512' })]);
    expect(cases[0]!.key.workload).toEqual({ kind: 'generate', prompt: 0, new: 128, depth: 512 });
    expect(roundValues('decodeRate', cases[0]!)).toEqual([128]);
  });

  it('is one for each build and machine', () => {
    const documents = imported([...BOTH, promptEntry({ build_number: 5200 }), promptEntry({ cpu_info: 'Other X2' })]);
    expect(documents.map(({ machine, foreign }) => [machine.id, foreign!.build.number])).toEqual([
      ['test-x1', 5163],
      ['test-x1', 5200],
      ['other-x2', 5163],
    ]);
  });

  it.each([
    [{ backends: 'CUDA' }, 'cuda'],
    [{ backends: 'Metal,BLAS' }, 'several'],
    [{ backends: 'Vulkan' }, 'vulkan'],
    [{ backends: 'Hexagon' }, 'other'],
    [{ backends: undefined, metal: true }, 'metal'],
    [{ backends: undefined }, 'cpu'],
  ])('%j ran on %s', (fields, ep) => {
    expect(one([promptEntry(fields)]).cases[0]!.key.ep).toBe(ep);
  });

  it.each([
    ['llama 1B all F32', 'fp32'],
    ['llama 1B BF16', 'fp16'],
    ['llama 8B IQ4_XS - 4.25 bpw', 'q4'],
    ['qwen3 0.6B Q8_0', 'int8'],
    ['gpt-oss 20B MXFP4 MoE', 'q4'],
    ['bitnet 2B TQ2_0 - 2.06 bpw ternary', 'q2'],
  ])('%s has the dtype %s', (model_type, dtype) => {
    expect(one([promptEntry({ model_type })]).cases[0]!.key.dtype).toBe(dtype);
  });

  it('asks where the file leaves a choice', () => {
    const hint = (entries: Entry[]) => thrown(() => imported(entries));
    expect(hint([promptEntry({ model_type: 'llama 1B ZZ9' })])).toMatchObject({
      hint: expect.stringContaining('--dtype'),
    });
    expect(hint([promptEntry({ cpu_info: '' })])).toMatchObject({ hint: expect.stringContaining('--machine') });
    const twoFiles = [promptEntry(), promptEntry({ model_size: 5 })];
    expect(hint(twoFiles)).toMatchObject({ message: expect.stringContaining('two model files') });
  });
});

describe('beside results of edgeproof', () => {
  it('agrees with itself', () => {
    expect(faultsOf(one(BOTH), 'results/test-x1/llama-bench-20260102T030405Z.json')).toEqual([]);
  });

  it('is in the tables over many results by the same metrics', () => {
    expect(digestOf(one(BOTH), 'a.json').cases.map(({ metrics }) => metrics)).toEqual([
      { prefillRate: [8000] },
      { decodeRate: [128], tpotMs: [7.8125] },
    ]);
  });

  it('is shown as foreign', () => {
    expect(inTerminal(resultPage(showView(one(BOTH), 'a.json')), 120).trimStart()).toBe(
      `llama-bench · Tiny-Q4_K_M · q4 · foreign-llama-bench · cpu · 2 threads · real weights
Test X1 · llama-bench b5163 (8cf427ff), foreign
1 round × 3 iterations · a.json

workload   prefill   decode
             tok/s    tok/s
pp512        8,000
tg128                   128

Foreign: measured by llama-bench b5163 (8cf427ff), imported from bench.json. Samples of a round share one process.
Not known, with reasons in -o json: files, tokens, load, memory, condition, machine, suite.
`.trimStart(),
    );
  });

  const own = documentOf([
    generateCase(
      Array.from({ length: 5 }, () => steadyRound(128, 10, 128)),
      { key: { threads: 2 } },
    ),
  ]);
  const foreign = one(
    Array.from({ length: 5 }, (_, i) => promptEntry({ cpu_info: 'Test CPU', test_time: `2026-01-02T03:04:0${i}Z` })),
    { model: 'qwen2.5-0.5b', machine: 'testbox-2c-8gb' },
  );

  it('is never compared in silence', () => {
    const { cases } = compareResults(own, foreign, { across: [] });
    expect(cases.map(({ status }) => status)).toEqual(['unmatched', 'missing']);
  });

  it('is compared when asked to, in the metrics that both have', () => {
    const { cases } = compareResults(own, foreign, { across: ['runtime', 'weights', 'new'] });
    expect(cases).toMatchObject([
      {
        status: 'compared',
        changes: [{ metric: 'prefillRate', baseline: { median: 4000 }, candidate: { median: 8000 } }],
      },
    ]);
  });

  it('is of another machine unless the user says which it was', () => {
    const unnamed = one([promptEntry({ cpu_info: 'Test CPU' })], { model: 'qwen2.5-0.5b' });
    const { cases } = compareResults(own, unnamed, { across: ['runtime', 'weights', 'new'] });
    expect(cases).toMatchObject([
      { status: 'differs', differences: [{ dimension: 'machine', baseline: expect.stringContaining('testbox') }] },
    ]);
  });
});
