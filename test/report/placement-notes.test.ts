// The line that tells where a case ran, as people read it.
import { expect, it } from 'vitest';
import type { Placement } from '../../src/contract/placement.js';
import type { CaseResult } from '../../src/contract/result.js';
import { placementNotes } from '../../src/report/placement-notes.js';
import { showView } from '../../src/stats/show.js';
import { documentOf, generateCase, steadyRound } from '../fixtures/document.js';

const notesOf = (cases: CaseResult[]) => placementNotes(showView(documentOf(cases), null).cases);

it('is one line for the cases of a checkpoint, and none on the CPU', () => {
  const placed = (depth: number) => {
    const workload = { kind: 'generate', prompt: 512, new: 5, depth } as const;
    const result = generateCase([steadyRound(100, 10)], { key: { ep: 'webgpu', workload } });
    result.placement = {
      method: 'test',
      providers: [
        { ep: 'webgpu', nodes: 46, bookkeepingNodes: 0, timeShare: 0.9889 },
        { ep: 'cpu', nodes: 1, bookkeepingNodes: 6, timeShare: 0.0111 },
      ],
      copies: 31,
      cpuOperators: { Gather: 1 },
    };
    return result;
  };
  expect(notesOf([generateCase([steadyRound(100, 10)]), placed(0), placed(512)])).toEqual([
    'Placement of qwen2.5-0.5b tuned q4: 46 nodes and 98.9 % of the time on webgpu, 1 node and 1.1 % of the time on cpu; ' +
      'besides 6 bookkeeping nodes, 31 copies.',
  ]);
});

it('says what became of prompts where long passes are computed wrongly', () => {
  const ran = (runtime: 'onnxruntime' | 'transformers.js', prompt: number, depth = 0) => {
    const workload = { kind: 'generate', prompt, new: 5, depth } as const;
    const result = generateCase([steadyRound(100, 10)], { key: { ep: 'webgpu', runtime, workload } });
    const providers = [{ ep: 'webgpu', nodes: 46, bookkeepingNodes: 0, timeShare: 1 }];
    result.placement = { method: 'test', providers, copies: 1, cpuOperators: {}, longestPass: 31 } satisfies Placement;
    return notesOf([result])[1];
  };
  const fault = 'Attention on webgpu is wrong here in passes of more than 31 tokens (docs/runtimes.md)';
  expect(ran('onnxruntime', 512)).toBe(`${fault}: onnxruntime ran prompts in shorter ones.`);
  expect(ran('transformers.js', 31)).toBeUndefined();
  for (const wrong of [ran('transformers.js', 32), ran('transformers.js', 8, 512)])
    expect(wrong).toBe(`${fault}: transformers.js ran its prompts in one pass, and computed them wrongly.`);
});
