// GroupQueryAttention on WebGPU against float64, by rows of a pass. On SwiftShader it pins down two faults of what
// onnxruntime-node 1.30 ships (docs/runtimes.md): when the last test fails, a newer one has mended one of them or both.
import { describe, expect, it } from 'vitest';
import {
  attend,
  attentionError,
  attentionInputs,
  HEAD_SIZE,
  HEADS,
  longestPass,
} from '../../../../src/worker/runtimes/ort/attention.js';
import { loadOrtLibrary } from '../../../../src/worker/runtimes/ort/library.js';
import { whyNoWebGpu } from '../../../fixtures/vulkan.js';
import { flashAttention, PLAIN, type Steps } from '../../../reference/flash-attention.js';
import { relativeError } from '../../../reference/relative-error.js';

const reason = whyNoWebGpu();
const onSwiftShader = reason === null && process.env.VK_ICD_FILENAMES?.includes('swiftshader') === true;
/** float32 sums in another order; measured 4e-7. */
const ROUNDING = 5e-6;

const found = (ep: 'cpu' | 'webgpu', rows: number) => attend(loadOrtLibrary(), ep, attentionInputs(rows));
const expected = (rows: number, steps: Steps) =>
  flashAttention({ ...attentionInputs(rows), heads: HEADS, size: HEAD_SIZE }, steps);

it.each([1, 31, 32, 128])('on the CPU, attention over %i rows is that of float64', (rows) => {
  expect(relativeError(found('cpu', rows), expected(rows, PLAIN))).toBeLessThan(ROUNDING);
});

it('nothing limits a pass on the CPU', () => {
  expect(longestPass(loadOrtLibrary(), 'cpu')).toBeNull();
});

it.each([8, 16])('the second fault alone, on subgroups of %i, would be found', (width) => {
  const faulty = expected(128, { width, counted: width, kept: true });
  expect(relativeError(faulty, expected(128, PLAIN))).toBeGreaterThan(1e-2);
});

describe.skipIf(reason !== null)(`WebGPU${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  it('a pass is as long as its attention is that of float64', () => {
    const longest = longestPass(loadOrtLibrary(), 'webgpu') ?? 128;
    for (const rows of [1, longest])
      expect(relativeError(found('webgpu', rows), expected(rows, PLAIN))).toBeLessThan(ROUNDING);
    if (longest < 128) expect(attentionError(loadOrtLibrary(), 'webgpu', 128)).toBeGreaterThan(1e-3);
  });

  it.runIf(onSwiftShader)('onnxruntime-node 1.30 on subgroups of 4: wrong from 32 rows on, by these two faults', () => {
    expect(longestPass(loadOrtLibrary(), 'webgpu')).toBe(31);
    for (const rows of [32, 33, 128]) {
      const error = (steps: Partial<Steps>) =>
        relativeError(found('webgpu', rows), expected(rows, { ...PLAIN, ...steps }));
      expect(error({})).toBeGreaterThan(0.05);
      expect(error({ width: 4 })).toBeGreaterThan(0.005);
      expect(error({ kept: true })).toBeGreaterThan(0.05);
      expect(error({ width: 4, kept: true }), `${rows} rows`).toBeLessThan(ROUNDING);
    }
  });
});
