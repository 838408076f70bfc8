// What counts as a fallback: computing on the CPU when a GPU was asked for, and nothing else.
import { describe, expect, it } from 'vitest';
import { fallbackOf, type Placement } from '../../src/contract/placement.js';

function placement(cpuNodes: number, bookkeepingNodes: number, cpuOperators: Record<string, number>): Placement {
  return {
    method: 'test',
    providers: [
      { ep: 'webgpu', nodes: 40, bookkeepingNodes: 0, timeShare: 0.9 },
      { ep: 'cpu', nodes: cpuNodes, bookkeepingNodes, timeShare: 0.1 },
    ],
    copies: 3,
    cpuOperators,
  };
}

describe('fallbackOf', () => {
  it('is null when only bookkeeping ran on the CPU', () => {
    expect(fallbackOf(placement(0, 9, {}), 'webgpu')).toBeNull();
  });

  it('is null when the CPU was asked for', () => {
    expect(fallbackOf(placement(3, 0, { MatMul: 3 }), 'cpu')).toBeNull();
  });

  it('names how many nodes and which operators', () => {
    expect(fallbackOf(placement(3, 9, { MatMulInteger: 2, Gather: 1 }), 'webgpu')).toMatchObject({
      code: 'ep-fallback',
      message: '3 of 43 computing nodes ran on the CPU instead of webgpu: MatMulInteger × 2, Gather × 1',
      hint: expect.stringContaining('--allow-fallback'),
    });
  });

  it('is a fallback although the CPU took almost no time', () => {
    const slight = placement(1, 0, { Gather: 1 });
    slight.providers[1]!.timeShare = 0;
    expect(fallbackOf(slight, 'cuda')).toMatchObject({
      code: 'ep-fallback',
      message: expect.stringMatching(/^1 of \d+ computing nodes ran on the CPU instead of cuda: Gather × 1$/),
    });
  });
});
