import { mkdtempSync } from 'node:fs';
import { test } from 'vitest';
import { ensureSynthetic } from '../../../src/models/synthesize.js';
import { openOnnxRuntime } from '../../../src/worker/runtimes/onnxruntime.js';
import { promptTokens } from '../../../src/worker/prompt.js';
import { mode, openQwen2Reference } from './probe-reference.js';
import { halfValue } from '../../reference/half.js';
import { tinyModel, TINY_CONFIG } from '../../reference/tiny-model.js';
test('probe', async () => {
  const cache = mkdtempSync('/tmp/ep/cache-');
  for (const tie of [true, false]) for (const layout of ['tuned'] as const) for (const dtype of ['q4', 'int8', 'q4f16'] as const) {
 mode.kind='int8';
    const m = tinyModel({ tie_word_embeddings: tie }, tie ? 'tiny' : 'untied');
    let worst = 0, worstRms = 0, rmsMin = 9e9, agree = 0, n = 0, prefillWorst = 0, stepWorst=0;
    for (const seed of [1, 2, 3,4,5]) {
      const { checkpoint } = await ensureSynthetic({ model: m, layout, dtype, seed }, { cache });
      const ref = openQwen2Reference(checkpoint.graph, { ...TINY_CONFIG, tie_word_embeddings: tie });
      const rt = await openOnnxRuntime({ graph: checkpoint.graph, threads: 1, ep: 'cpu', capacity: 64 });
      const ids = [...promptTokens(seed, 40, 512)];
      const expected = ref.logits(ids.map(Number));
      const compare = (got: Float32Array | Uint16Array, rows: Float64Array[], kind: string) => {
        const g = got instanceof Uint16Array ? Float64Array.from(got, halfValue) : Float64Array.from(got);
        const count = g.length / 512;
        const want = rows.slice(-count);
        want.forEach((w, r) => {
          const row = g.slice(r * 512, (r + 1) * 512);
          const rms = Math.sqrt(w.reduce((a, b) => a + b * b, 0) / 512);
          const d = row.map((v, i) => Math.abs(v - w[i]!));
          const e = Math.max(...d) / rms;
          worst = Math.max(worst, e);
          if (kind === 'p') prefillWorst = Math.max(prefillWorst, e); else stepWorst=Math.max(stepWorst,e);
          worstRms = Math.max(worstRms, Math.sqrt(d.reduce((a, b) => a + b * b, 0) / 512) / rms);
          rmsMin = Math.min(rmsMin, rms);
          n++;
          if (row.indexOf(Math.max(...row)) === w.indexOf(Math.max(...w))) agree++;
        });
      };
      compare(await rt.forward(BigInt64Array.from(ids.slice(0, 24))), expected.slice(0, 24), 'p');
      for (let i = 24; i < 40; i++) compare(await rt.forward(BigInt64Array.from(ids.slice(i, i + 1))), expected.slice(0, i + 1), 's');
    }
    console.log(tie, layout, dtype, 'max/rms', worst.toExponential(2), 'p', prefillWorst.toExponential(2),'s', stepWorst.toExponential(2), 'rms/rms', worstRms.toExponential(2), 'rms logits', rmsMin.toFixed(2), `argmax ${agree}/${n}`);
  }
});
