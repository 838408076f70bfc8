// Every family against a float64 reference written from its modelling code: a prompt in one pass, then single steps.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DTYPES, type Dtype, LAYOUTS, type Layout } from '../../../src/models/architectures/linear.js';
import { ensureSynthetic } from '../../../src/models/synthesize.js';
import { promptTokens } from '../../../src/worker/prompt.js';
import { openOnnxRuntime } from '../../../src/worker/runtimes/onnxruntime.js';
import { openReference } from '../../reference/decoder.js';
import { halfValue } from '../../reference/half.js';
import { TINY_FAMILIES } from '../../reference/tiny-families.js';

let cache: string;
beforeAll(() => {
  cache = mkdtempSync(join(tmpdir(), 'edgeproof-families-'));
});
afterAll(() => rmSync(cache, { recursive: true, force: true }));

const FAMILIES = Object.entries(TINY_FAMILIES).map(([name, config]) => ({ name, config }));
const VOCAB = 512;

describe.each(FAMILIES)('$name', ({ name, config }) => {
  const open = async (layout: Layout, dtype: Dtype) => {
    const model = { id: name.replaceAll(' ', '-').replaceAll('_', '-'), config };
    const { checkpoint } = await ensureSynthetic({ model, layout, dtype, seed: 7 }, { cache });
    const runtime = await openOnnxRuntime({ graph: checkpoint.graph, threads: 1, ep: 'cpu', capacity: 64 });
    return { checkpoint, runtime };
  };

  it.each(LAYOUTS.flatMap((layout) => DTYPES.map((dtype) => ({ layout, dtype }))))(
    '$layout $dtype',
    async ({ layout, dtype }) => {
      const { checkpoint, runtime } = await open(layout, dtype);
      const reference = openReference(checkpoint.graph, config);
      const ids = promptTokens(1, 30, VOCAB);
      const expected = reference.logits([...ids].map(Number));
      const rowsOf = (l: Float32Array | Uint16Array) => {
        const v = l instanceof Uint16Array ? Float64Array.from(l, halfValue) : Float64Array.from(l);
        return Array.from({ length: v.length / VOCAB }, (_, r) => v.slice(r * VOCAB, (r + 1) * VOCAB));
      };
      const err = (f: Float64Array, e: Float64Array) =>
        Math.sqrt(f.reduce((s, v, i) => s + (v - e[i]!) ** 2, 0) / e.reduce((s, v) => s + v * v, 0));
      const first = rowsOf(await runtime.forward(ids.slice(0, 24)));
      const wanted = layout === 'published' ? expected.slice(0, 24) : [expected[23]!];
      let worst = Math.max(...first.map((row, i) => err(row, wanted[i]!)));
      for (let t = 24; t < 30; t++)
        worst = Math.max(worst, err(rowsOf(await runtime.forward(ids.slice(t, t + 1)))[0]!, expected[t]!));
      console.log(
        name,
        layout,
        dtype,
        worst.toExponential(1),
        Math.sqrt(expected[5]!.reduce((s, v) => s + v * v, 0) / VOCAB).toFixed(2),
      );
      expect(worst).toBeLessThan(0.5);
    },
  );
});
