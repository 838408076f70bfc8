// Session options of a suite: what a case is called with them, what is refused, and that the defaults change nothing.
import { describe, expect, it } from 'vitest';
import { distinctOptions } from '../../src/contract/option-set.js';
import { suiteSchema } from '../../src/contract/suite.js';
import { caseDimensions } from '../../src/suite/case-id.js';
import { parseOptions } from '../../src/suite/option-parsing.js';
import { planCases } from '../../src/suite/plan.js';
import { thrownBy } from '../fixtures/thrown.js';

const suite = (fields: object) =>
  suiteSchema.parse({
    name: 'test',
    models: ['m'],
    threads: [2],
    workloads: [{ kind: 'generate', prompt: [8], new: [4] }],
    ...fields,
  });
const ids = (fields: object) => planCases(suite(fields), 2).map(({ id }) => id);
const PLAIN = 'generate/model=m/layout=tuned/dtype=q4/runtime=onnxruntime/ep=cpu/threads=2/prompt=8/new=4';

describe('a case with options', () => {
  it('is named by what differs from the defaults, in one order', () => {
    const options = [
      {},
      { spinning: false },
      { config: { 'session.b': '1', 'mlas.a': '0' }, graphOptimization: 'basic', arena: false },
    ];
    expect(ids({ options })).toEqual([
      PLAIN,
      PLAIN.replace('threads=2/', 'threads=2/option.spinning=off/'),
      PLAIN.replace(
        'threads=2/',
        'threads=2/option.arena=off/option.graphOptimization=basic/option.mlas.a=0/option.session.b=1/',
      ),
    ]);
  });

  it('of all defaults is the plain case, whether a suite says so or not', () => {
    const booleans = { spinning: true, arena: true, memoryPattern: true, hugePages: false };
    const defaults = { ...booleans, graphOptimization: 'all', kvDtype: 'graph', config: {} };
    expect(ids({ options: [{}, defaults] })).toEqual([PLAIN]);
    expect(ids({})).toEqual([PLAIN]);
    expect(planCases(suite({}), 2)[0]!.key).not.toHaveProperty('options');
  });

  it('has each option as a dimension, by the name of the command line', () => {
    const [planned] = planCases(suite({ options: parseOptions(['spinning=off', 'session.xyz=1']) }), 2);
    expect(caseDimensions(planned!.key)).toMatchObject({ 'option.spinning': 'off', 'option.session.xyz': '1' });
  });

  it('is not made where no session is: tokenizing', () => {
    const micro = ['tokenize', 'session-run'].map((task) => ({ kind: 'micro', task }));
    const found = ids({ options: [{}, { arena: false }], workloads: micro });
    expect(found.map((id) => [id.split('/')[1], id.includes('option.arena=off')])).toEqual([
      ['tokenize', false],
      ['session-run', false],
      ['session-run', true],
    ]);
  });

  it('is refused by name for llama.cpp', () => {
    const options = [{ spinning: false, config: { 'session.xyz': '1' } }];
    const error = thrownBy(() => planCases(suite({ options, runtimes: ['onnxruntime', 'llama.cpp'] }), 2));
    expect(error.message).toBe('the runtime llama.cpp does not have option.spinning, option.session.xyz');
    expect(ids({ options: [{}], runtimes: ['llama.cpp'] })).toHaveLength(1);
  });
});

describe('the options of a suite', () => {
  it.each([
    [{ kvDtype: 'fp16' }, /graph or int8; dtypes fp16 and q4f16 keep/],
    [{ config: { 'session.intra_op.allow_spinning': '0' } }, /is set by option spinning/],
    [{ config: { 'session.intra_op_num_threads': '3' } }, /is set by threads/],
    [{ config: { spinning: '0' } }, /is not a config key/],
    [{ config: { 'session.xyz': 1 } }, /expected string/],
    [{ spining: false }, /spining/],
  ])('%j is refused', (set, words) => {
    expect(() => suite({ options: [set] })).toThrow(words);
  });

  it('keep a set that says nothing as it is', () => {
    expect(distinctOptions({})).toBeUndefined();
  });
});
