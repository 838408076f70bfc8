// Sizes of models from a few layers of theirs: the same, to the byte, as of the whole graph.
import { describe, expect, it } from 'vitest';
import type { SyntheticDtype } from '../../src/contract/dtypes.js';
import type { Layout } from '../../src/contract/layouts.js';
import { decoderFacts, describedDecoder, dtypesOf } from '../../src/models/checkpoint-plan.js';
import { loadRegistry } from '../../src/models/registry.js';
import { sizeFacts } from '../../src/models/size-facts.js';

const registry = loadRegistry();
/** One of each architecture that has another kind of layer, each of a size whose whole graph is soon built. */
const MODELS = [
  'qwen2.5-0.5b',
  'qwen3-0.6b',
  'smollm2-135m',
  'gemma-3-270m',
  'phi-3.5-mini',
  'ernie-4.5-0.3b',
  'granite-4.0-350m',
  'qwen1.5-moe-a2.7b',
  'deepseek-v2-lite',
  'ernie-4.5-21b-a3b',
  'gpt-oss-20b',
];
const VARIANTS: [Layout, SyntheticDtype][] = [
  ['tuned', 'q4'],
  ['published', 'q4'],
  ['published', 'fp16'],
  ['matched', 'int8'],
  ['gguf', 'q4'],
];

describe.each(MODELS)('%s', (id) => {
  const model = registry.find((known) => known.id === id)!;

  it.each(VARIANTS)('as %s %s', (layout, dtype) => {
    const spec = { model, layout, dtype };
    if (layout === 'gguf' && isWithoutGguf(spec)) return;
    expect(dtypesOf(layout)).toContain(dtype);
    const described = describedDecoder(spec);
    const whole = decoderFacts(spec, described, described.decoder);
    expect(sizeFacts(spec)).toEqual({
      parameters: whole.parameters,
      parametersActive: whole.parametersActive,
      weightBytes: whole.weightBytes,
      kvBytesPerToken: whole.kv!.bytesPerToken,
      tiedHead: whole.head!.tied,
      work: {
        tokenBytes: whole.work.tokenBytes,
        products: whole.work.products,
        head: whole.work.head,
        attention: whole.work.attention,
      },
    });
  });
});

function isWithoutGguf(spec: Parameters<typeof sizeFacts>[0]): boolean {
  try {
    const described = describedDecoder(spec);
    decoderFacts(spec, described, described.decoder);
    return false;
  } catch (error) {
    expect((error as { code: string }).code).toBe('gguf-unsupported');
    return true;
  }
}

it('knows the published count of the largest model', () => {
  const model = registry.find(({ id }) => id === 'deepseek-r1')!;
  const { parameters, parametersActive } = sizeFacts({ model, layout: 'tuned', dtype: 'q4' });
  expect(parameters).toBe(model.parameters);
  expect(parametersActive).toBe(model.activeParameters);
});
