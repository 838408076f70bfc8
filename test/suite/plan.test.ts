// The plan: which cases a suite stands for, how they are called, in which order they run.
import { describe, expect, it } from 'vitest';
import type { CaseKey } from '../../src/contract/case-key.js';
import { suiteSchema } from '../../src/contract/suite.js';
import { caseDimensions, caseId } from '../../src/suite/case-id.js';
import { planCases } from '../../src/suite/plan.js';

const suite = (fields: object) =>
  suiteSchema.parse({
    name: 'test',
    models: ['qwen2.5-0.5b'],
    workloads: [{ kind: 'generate', prompt: [512], new: [128] }],
    ...fields,
  });

describe('the id of a case', () => {
  it('is the example of the design, with its layout', () => {
    expect(planCases(suite({ threads: [2] }), 8).map((planned) => planned.id)).toEqual([
      'generate/model=qwen2.5-0.5b/layout=tuned/dtype=q4/runtime=onnxruntime/ep=cpu/threads=2/prompt=512/new=128',
    ]);
  });

  it('names the depth only where there is one', () => {
    const workloads = [{ kind: 'generate', prompt: [64], new: [8], depth: [0, 4096] }];
    const ids = planCases(suite({ workloads }), 2).map((planned) => planned.id);
    expect(ids[0]).toMatch(/prompt=64\/new=8$/);
    expect(ids[1]).toMatch(/prompt=64\/new=8\/depth=4096$/);
  });

  it('names the task of a micro workload and no lengths', () => {
    const workloads = [
      { kind: 'micro', task: 'tokenize' },
      { kind: 'micro', task: 'session-run' },
    ];
    expect(planCases(suite({ workloads }), 2).map((planned) => planned.id)).toEqual([
      'micro/tokenize/model=qwen2.5-0.5b/layout=tuned/dtype=q4/runtime=onnxruntime/ep=cpu/threads=2',
      'micro/session-run/model=qwen2.5-0.5b/layout=tuned/dtype=q4/runtime=onnxruntime/ep=cpu/threads=2',
    ]);
  });

  it('holds the dimensions by the names of their options', () => {
    const [planned] = planCases(suite({ threads: [2] }), 8);
    expect(caseDimensions(planned!.key)).toEqual({
      model: 'qwen2.5-0.5b',
      layout: 'tuned',
      dtype: 'q4',
      runtime: 'onnxruntime',
      ep: 'cpu',
      threads: '2',
      prompt: '512',
      new: '128',
    });
    expect(caseId(planned!.key)).toBe(planned!.id);
  });
});

describe('planCases', () => {
  const large = suite({
    models: ['a', 'b'],
    layouts: ['tuned', 'published'],
    dtypes: ['fp32', 'q4', 'int8'],
    runtimes: ['onnxruntime', 'transformers.js'],
    threads: [1, 2],
    workloads: [
      { kind: 'generate', prompt: [64, 512], new: [16, 128], depth: [0, 1024] },
      { kind: 'micro', task: 'tokenize' },
    ],
  });

  it('is the whole product: 2 × 2 × 3 × 2 × 2 × (2 × 2 × 2 + 1) cases, no two alike', () => {
    const ids = planCases(large, 4).map((planned) => planned.id);
    expect(ids).toHaveLength(432);
    expect(new Set(ids).size).toBe(432);
  });

  it('has every combination once', () => {
    const seen = planCases(large, 4).map(({ key: { workload, ...rest } }) => JSON.stringify([rest, workload]));
    const expected: string[] = [];
    for (const model of large.models)
      for (const layout of large.layouts)
        for (const dtype of large.dtypes)
          for (const runtime of large.runtimes)
            for (const threads of [1, 2]) {
              const rest = { model, weights: 'synthetic', layout, dtype, runtime, ep: 'cpu', threads };
              for (const depth of [0, 1024])
                for (const prompt of [64, 512])
                  for (const count of [16, 128])
                    expected.push(JSON.stringify([rest, { kind: 'generate', prompt, new: count, depth }]));
              expected.push(JSON.stringify([rest, large.workloads[1]]));
            }
    expect(seen.toSorted()).toEqual(expected.toSorted());
  });

  it('keeps the models together, so that a checkpoint is prepared once and used', () => {
    const models = planCases(large, 4).map((planned) => planned.key.model);
    expect(models).toEqual(models.toSorted());
  });

  it('resolves automatic threads and does not measure the same case twice', () => {
    const threads = (list: unknown[], automatic: number) =>
      planCases(suite({ threads: list }), automatic).map((planned) => planned.key.threads);
    expect(threads(['auto'], 6)).toEqual([6]);
    expect(threads([2, 'auto', 4], 4)).toEqual([2, 4]);
    expect(planCases(suite({ dtypes: ['q4', 'q4'] }), 2)).toHaveLength(1);
  });

  it('puts into the key what the id tells', () => {
    for (const { id, key } of planCases(large, 4)) expect(caseId(structuredClone(key) as CaseKey)).toBe(id);
  });
});

describe('real weights', () => {
  const plan = (changes: object, dtype: 'fp16' | null = null) =>
    planCases(suite({ layouts: ['tuned', 'published'], dtypes: ['q4', 'q8'], ...changes }), 2, (model) => ({
      weights: model.includes('/') ? 'real' : 'synthetic',
      dtype,
      format: model.endsWith('.gguf') ? 'gguf' : 'onnx',
    }));

  it('are what a hub id has unless told; they have no layout, and their id says so', () => {
    const ids = plan({ models: ['org/name'] }).map(({ id }) => id);
    expect(ids).toHaveLength(2);
    expect(ids[0]).toMatch(/^generate\/model=org\/name\/weights=real\/dtype=q4\/runtime=/);
  });

  it('stand beside synthetic ones when both are asked for', () => {
    const cases = plan({ models: ['a'], weights: ['synthetic', 'real'] });
    expect(cases.map(({ key }) => [key.weights, key.layout, key.dtype].join(' '))).toEqual([
      'synthetic tuned q4',
      'synthetic tuned q8',
      'synthetic published q4',
      'synthetic published q8',
      'real  q4',
      'real  q8',
    ]);
  });

  it('in a single file have the dtype of that file', () => {
    expect(plan({ models: ['org/name'] }, 'fp16').map(({ key }) => key.dtype)).toEqual(['fp16']);
  });
});

describe('the runtime llama.cpp', () => {
  const plan = (changes: object, models = ['qwen2.5-0.5b']) =>
    planCases(suite({ runtimes: ['onnxruntime', 'llama.cpp'], models, ...changes }), 2, (model) => ({
      weights: /[./]/.test(model) && model !== 'qwen2.5-0.5b' ? 'real' : 'synthetic',
      dtype: null,
      format: model.endsWith('.gguf') ? 'gguf' : 'onnx',
    })).map(({ key }) => [key.model, key.layout, key.runtime, key.ep, key.workload.kind].join(' '));

  it('takes the GGUF of synthetic weights once, and no layout of a graph; the others take those', () => {
    expect(plan({ layouts: ['tuned', 'published'] })).toEqual([
      'qwen2.5-0.5b tuned onnxruntime cpu generate',
      'qwen2.5-0.5b published onnxruntime cpu generate',
      'qwen2.5-0.5b gguf llama.cpp cpu generate',
    ]);
  });

  it('takes real .gguf files, which no other runtime does, and no other real files', () => {
    expect(plan({}, ['./a.gguf', './folder'])).toEqual([
      './a.gguf  llama.cpp cpu generate',
      './folder  onnxruntime cpu generate',
    ]);
  });

  it('takes generate workloads alone', () => {
    const micro = { kind: 'micro', task: 'session-run' };
    expect(plan({ workloads: [micro] })).toEqual(['qwen2.5-0.5b tuned onnxruntime cpu micro']);
  });

  it('is named where nothing is left to run', () => {
    expect(() => plan({ runtimes: ['onnxruntime'] }, ['./a.gguf'])).toThrow(/none of the runtimes onnxruntime runs/);
    expect(() => plan({ runtimes: ['llama.cpp'] }, ['org/name'])).toThrow(/none of the runtimes llama.cpp runs/);
  });
});

describe('the layout split', () => {
  it('is for the runtime that reads its second graph, on the CPU', () => {
    const all = { layouts: ['tuned', 'split'], runtimes: ['onnxruntime', 'transformers.js'], eps: ['cpu', 'webgpu'] };
    const planned = planCases(suite({ ...all, models: ['qwen2.5-0.5b'] }), 2);
    expect(planned.map(({ key }) => [key.layout, key.runtime, key.ep].join(' '))).toEqual([
      'tuned onnxruntime cpu',
      'tuned onnxruntime webgpu',
      'tuned transformers.js cpu',
      'tuned transformers.js webgpu',
      'split onnxruntime cpu',
    ]);
    expect(() => planCases(suite({ ...all, layouts: ['split'], eps: ['webgpu'] }), 2)).toThrow(/none of the runtimes/);
  });
});
