// Option sets of a suite go to the cases that can have them; what nothing can have is refused with what would.
import { describe, expect, it } from 'vitest';
import { suiteSchema } from '../../src/contract/suite.js';
import { planCases } from '../../src/suite/plan.js';
import { thrownBy } from '../fixtures/thrown.js';

function planned(fields: object): string[] {
  const workloads = [{ kind: 'generate', prompt: [8], new: [4] }];
  const suite = suiteSchema.parse({ name: 'test', models: ['m'], threads: [2], workloads, ...fields });
  return planCases(suite, 2).map(({ key }) =>
    [key.runtime, key.layout, key.ep, ...Object.keys(key.options ?? {})].join(' '),
  );
}
const INT8 = { kvDtype: 'int8' };
const engines = { runtimes: ['onnxruntime', 'llama.cpp'], layouts: ['tuned', 'split'] };

describe('option sets', () => {
  it('go where they can', () => {
    expect(planned({ ...engines, options: [{}, { hugePages: true }, INT8] })).toEqual([
      'onnxruntime tuned cpu',
      'onnxruntime tuned cpu hugePages',
      'onnxruntime split cpu',
      'onnxruntime split cpu hugePages',
      'onnxruntime split cpu kvDtype',
      'llama.cpp gguf cpu',
    ]);
  });

  it.each([
    [{ ...engines, options: [INT8] }, 'the KV cache of tuned · onnxruntime · cpu cannot be in int8'],
    [
      { layouts: ['split'], runtimes: ['onnxruntime', 'llama.cpp'], options: [INT8] },
      'llama.cpp does not have option.kv',
    ],
    [{ layouts: ['tuned'], options: [{}, INT8] }, 'the KV cache of tuned · onnxruntime · cpu cannot be in int8'],
    [{ runtimes: ['transformers.js'], options: [{}, INT8] }, 'the KV cache of tuned · transformers.js · cpu cannot'],
    [{ eps: ['webgpu'], options: [{}, INT8] }, 'the KV cache of tuned · onnxruntime · webgpu cannot'],
  ])('%j is refused: a case can have none, or a set goes nowhere', (fields, message) => {
    const error = thrownBy(() => planned(fields));
    expect([error.code, error.message]).toEqual(['input-invalid', expect.stringContaining(message)]);
  });
});
