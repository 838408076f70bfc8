// A profile read by eye: which nodes compute, which only keep books, what is counted once and what is not counted.
import { describe, expect, it } from 'vitest';
import { type ProfileEvent, placementOf } from '../../../../src/worker/runtimes/ort/placement.js';

const CPU = 'CPUExecutionProvider';
const GPU = 'WebGpuExecutionProvider';
type Types = string[];

const run = (ts: number): ProfileEvent => ({ cat: 'Session', name: 'model_run', ts, dur: 100, args: {} });
const stamp = (ts: number, dur: number): ProfileEvent => ({ cat: 'Api', name: 'MatMul&MatMul', ts, dur, args: {} });

function node(
  ts: number,
  dur: number,
  operator: string,
  provider: string,
  inputs: Types,
  outputs: Types,
): ProfileEvent {
  const tensors = (types: Types) => types.map((type) => ({ [type]: [1, 9] }));
  const args = { op_name: operator, provider, node_index: '1', input_type_shape: tensors(inputs) };
  return {
    cat: 'Node',
    name: `/model/${operator}_kernel_time`,
    ts,
    dur,
    args: { ...args, output_type_shape: tensors(outputs) },
  };
}

const pass = (ts: number, factor = 1) => [
  run(ts),
  node(ts + 1, 7, 'Shape', CPU, ['float'], ['int64']),
  node(ts + 2, 8, 'Gather', CPU, ['int64', 'int64'], ['int64']),
  node(ts + 3, 5, 'Cast', CPU, ['int64'], ['int32']),
  node(ts + 4, 900, 'MemcpyToHost', GPU, ['float'], ['float']),
  node(ts + 5, 60 * factor, 'MatMul', GPU, ['float', 'float'], ['float']),
  node(ts + 6, 20, 'Softmax', GPU, ['float'], ['float']),
];

describe('placementOf', () => {
  it('counts nodes once, takes the time of the second pass, and leaves copies out', () => {
    expect(placementOf([...pass(0, 1000), ...pass(1000)])).toEqual({
      method: 'profiled session, 16 prompt tokens and 4 new ones; time until a node returns',
      providers: [
        { ep: 'webgpu', nodes: 2, bookkeepingNodes: 0, timeShare: 0.8 },
        { ep: 'cpu', nodes: 0, bookkeepingNodes: 3, timeShare: 0.2 },
      ],
      copies: 1,
      cpuOperators: {},
    });
  });

  it("takes the GPU's own time stamps where the profile has them", () => {
    const { providers, method } = placementOf([
      ...pass(0),
      stamp(5, 999),
      ...pass(1000),
      stamp(1005, 100),
      stamp(1006, 80),
    ]);
    expect(method).toContain('time stamps of the GPU');
    expect(providers.map(({ ep, timeShare }) => [ep, timeShare])).toEqual([
      ['webgpu', 0.9],
      ['cpu', 0.1],
    ]);
  });

  const onCpu = (operator: string, inputs: Types, outputs: Types) =>
    placementOf([...pass(0), node(7, 1, operator, CPU, inputs, outputs)]);

  it.each([
    ['Shape', ['float16'], ['int64']],
    ['Size', ['float'], ['int64']],
    ['ReduceSum', ['int64', 'int64'], ['int64']],
    ['Greater', ['int64', 'int64'], ['bool']],
    ['Where', ['bool', 'int32', 'int32'], ['int32']],
  ])('%s of %j to %j keeps books', (operator, inputs, outputs) => {
    expect(onCpu(operator, inputs, outputs)).toMatchObject({ cpuOperators: {} });
  });

  it.each([
    ['MatMul', ['float', 'float'], ['float']],
    ['Gather', ['float16', 'int64'], ['float16']],
    ['ArgMax', ['float'], ['int64']],
    ['Cast', ['int64'], ['float']],
    // Quantized numbers are integers, too.
    ['MatMulInteger', ['uint8', 'int8'], ['int32']],
    ['Gather', ['int8', 'int64'], ['int8']],
    ['Unknown', [], []],
  ])('%s of %j to %j computes', (operator, inputs, outputs) => {
    expect(onCpu(operator, inputs, outputs)).toMatchObject({
      cpuOperators: { [operator]: 1 },
      providers: [{ ep: 'webgpu' }, { ep: 'cpu', nodes: 1 }],
    });
  });
});
