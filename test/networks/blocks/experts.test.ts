// Architectures with experts or latent attention against a float64 reference: a prompt in one pass, then single steps,
// in every layout and dtype; the router's own choice in float, where no rounding can tip it, prescribed experts
// elsewhere.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SyntheticDtype } from '../../../src/contract/dtypes.js';
import { GRAPH_LAYOUTS, type GraphLayout, type OnnxLayout } from '../../../src/contract/layouts.js';
import type { Routing } from '../../../src/contract/vocabulary.js';
import { dtypesOf } from '../../../src/models/checkpoint-plan.js';
import { ensureSynthetic } from '../../../src/models/synthesize.js';
import { scheduleRows } from '../../../src/networks/blocks/schedule.js';
import { promptTokens } from '../../../src/worker/prompt.js';
import { openOnnxRuntime } from '../../../src/worker/runtimes/onnxruntime.js';
import { open as openTransformers } from '../../../src/worker/runtimes/transformers-js.js';
import { halfValue } from '../../reference/half.js';
import type { SparseConfig } from '../../reference/mixture.js';
import { relativeError } from '../../reference/relative-error.js';
import { openSparseReference } from '../../reference/sparse.js';
import { TINY_SPARSE } from '../../reference/tiny-sparse.js';

let cache: string;
beforeAll(() => {
  cache = mkdtempSync(join(tmpdir(), 'edgeproof-experts-'));
});
afterAll(() => rmSync(cache, { recursive: true, force: true }));

const VOCAB = 512;
const PROMPT = 12;
const LENGTH = 16;
const ARCHITECTURES = Object.entries(TINY_SPARSE).map(([name, config]) => ({ name, config }));

const BOUND: Record<GraphLayout, Partial<Record<SyntheticDtype, number>>> = {
  published: { fp32: 2e-5, q4: 2e-5, int8: 0.2, fp16: 1.5e-2, q4f16: 1.5e-2 },
  tuned: { fp32: 2e-5, q4: 0.25, int8: 0.25, fp16: 1.5e-2, q4f16: 0.2 },
  matched: { q4: 0.25, int8: 0.25, fp16: 1.5e-2 },
};

const expertsOf = (c: SparseConfig) => c.num_experts ?? c.n_routed_experts ?? c.moe_num_experts ?? c.num_local_experts;

function prescribedBy(routing: Routing, c: SparseConfig) {
  if (routing === 'router') return null;
  const rows = scheduleRows(routing, expertsOf(c), c.num_experts_per_tok ?? c.moe_k);
  return (position: number) => rows[position % rows.length]!;
}

function rowsOf(logits: Float32Array | Uint16Array): Float64Array[] {
  const values = logits instanceof Uint16Array ? Float64Array.from(logits, halfValue) : Float64Array.from(logits);
  return Array.from({ length: values.length / VOCAB }, (_, row) => values.slice(row * VOCAB, (row + 1) * VOCAB));
}

describe.each(ARCHITECTURES)('$name', ({ name, config }) => {
  const checkpointOf = async (layout: OnnxLayout, dtype: SyntheticDtype, routing: Routing) => {
    const model = { id: name.replaceAll(/[ _]/g, '-'), config };
    return (await ensureSynthetic({ model, layout, dtype, seed: 7, routing }, { cache })).checkpoint;
  };

  const cases = GRAPH_LAYOUTS.flatMap((layout) =>
    dtypesOf(layout).map((dtype) => ({
      layout,
      dtype,
      routing: dtype === 'fp32' ? ('router' as const) : ('balanced' as const),
    })),
  );
  it.each(cases)('$layout $dtype $routing', async ({ layout, dtype, routing }) => {
    const { graph } = await checkpointOf(layout, dtype, routing);
    const ids = promptTokens(1, LENGTH, VOCAB);
    const expected = openSparseReference(graph, config, prescribedBy(routing, config)).logits([...ids].map(Number));
    const runtime = await openOnnxRuntime({ graph, threads: 1, capacity: 64 });
    const found = rowsOf(await runtime.forward(ids.slice(0, PROMPT)));
    const wanted = layout === 'published' ? expected.slice(0, PROMPT) : [expected[PROMPT - 1]!];
    for (let t = PROMPT; t < LENGTH; t++) {
      found.push(...rowsOf(await runtime.forward(ids.slice(t, t + 1))));
      wanted.push(expected[t]!);
    }
    expect(found.length).toBe(wanted.length);
    const worst = Math.max(...found.map((row, i) => relativeError(row, wanted[i]!)));
    expect(worst).toBeLessThan(BOUND[layout][dtype]!);
  });

  it('split q4: behind a prompt in int8, its experts included', async () => {
    const { graph } = await checkpointOf('split', 'q4', 'balanced');
    const ids = promptTokens(1, LENGTH, VOCAB);
    const expected = openSparseReference(graph, config, prescribedBy('balanced', config)).logits([...ids].map(Number));
    const runtime = await openOnnxRuntime({ graph, threads: 1, capacity: 64 });
    await runtime.fillDepth(ids.slice(0, PROMPT));
    const errors: number[] = [];
    for (let t = PROMPT; t < LENGTH; t++) {
      const [row] = rowsOf(await runtime.forward(ids.slice(t, t + 1)));
      errors.push(relativeError(row!, expected[t]!));
    }
    expect(Math.max(...errors)).toBeLessThan(BOUND.tuned.q4!);
  });

  // transformers.js 4.3.1 knows these types (models/registry.js).
  it.runIf(['qwen2_moe', 'qwen3_moe', 'deepseek_v3', 'gpt_oss'].includes(name))(
    'both runtimes generate the same tokens',
    async () => {
      for (const layout of GRAPH_LAYOUTS) {
        const { graph, directory } = await checkpointOf(layout, 'q4', 'balanced');
        const prompt = promptTokens(3, 11, VOCAB);
        const ours = await openOnnxRuntime({ graph, threads: 1, capacity: 64 });
        const theirs = await openTransformers({ directory, dtype: 'q4', threads: 1, ep: 'cpu' });
        const { tokens } = await ours.generate(prompt, 8, () => {});
        expect([...tokens], layout).toEqual([...(await theirs.generate(prompt, 8, () => {})).tokens]);
      }
    },
  );
});
