// What the load time holds, on a clock that only moves when a graph is read, a session made or a loop built.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import type { Layout } from '../../../../src/contract/layouts.js';
import type { OptionSet } from '../../../../src/contract/option-set.js';
import { ensureSynthetic } from '../../../../src/models/synthesize.js';
import { openOnnxRuntime } from '../../../../src/worker/runtimes/onnxruntime.js';
import { TINY_CONFIG } from '../../../reference/tiny-model.js';

const clock = vi.hoisted(() => {
  let ms = 0;
  const slowed =
    <A extends unknown[], T>(taken: number, work: (...parameters: A) => T) =>
    (...parameters: A): T => {
      ms += taken;
      return work(...parameters);
    };
  return { now: () => ms, slowed };
});
vi.mock('../../../../src/formats/onnx/read.js', async (original) => {
  const real = await original<typeof import('../../../../src/formats/onnx/read.js')>();
  return {
    readModel: clock.slowed(1000, real.readModel),
    readWholeModel: clock.slowed(5000, real.readWholeModel),
  };
});
vi.mock('../../../../src/worker/runtimes/ort/session.js', async (original) => {
  const real = await original<typeof import('../../../../src/worker/runtimes/ort/session.js')>();
  return { ...real, createSession: clock.slowed(100, real.createSession) };
});
vi.mock('../../../../src/worker/runtimes/ort/decode-loop.js', async (original) => {
  const real = await original<typeof import('../../../../src/worker/runtimes/ort/decode-loop.js')>();
  return { createLoop: clock.slowed(10, real.createLoop) };
});

const cache = mkdtempSync(join(tmpdir(), 'edgeproof-load-'));
afterAll(() => rmSync(cache, { recursive: true, force: true }));

async function load(layout: Layout, options: OptionSet = {}) {
  const model = { id: 'tiny', config: TINY_CONFIG };
  const { checkpoint } = await ensureSynthetic({ model, layout, dtype: 'q4', seed: 7 }, { cache });
  const now = vi.spyOn(performance, 'now').mockImplementation(clock.now);
  const { loadMs } = await openOnnxRuntime({ graph: checkpoint.graph, threads: 1, capacity: 16, options });
  now.mockRestore();
  return loadMs;
}

it.each<[string, Layout, OptionSet, number, number]>([
  ['one graph: its session and loop; what it says of itself apart', 'tuned', {}, 110, 1000],
  ['a graph for prompts too: both', 'split', {}, 210, 2000],
  ['a graph that is changed on the way: the change is part of it', 'split', { kvDtype: 'int8' }, 5210, 1000],
])('%s', async (_, layout, options, session, graph) => {
  expect(await load(layout, options)).toEqual({ library: 0, session, graph });
});
