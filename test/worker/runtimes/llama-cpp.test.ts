// llama.cpp on synthetic GGUF files: its logits are those of the float64 reference that reads the same file with a
// reader of its own, and a generation is exactly as long as asked for, from any depth.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureSynthetic } from '../../../src/models/synthesize.js';
import type { GgufDtype } from '../../../src/networks/gguf/tensors.js';
import { promptTokens } from '../../../src/worker/prompt.js';
import { open as openLlamaCpp } from '../../../src/worker/runtimes/llama-cpp.js';
import { hasLlamaCpp, llamaCppNote } from '../../fixtures/llama-cpp.js';
import { mathsOf, type TinyArchitectureConfig } from '../../reference/architectures.js';
import { openReference } from '../../reference/decoder.js';
import { openGgufWeights } from '../../reference/gguf.js';
import { relativeError } from '../../reference/relative-error.js';
import { TINY_ARCHITECTURES } from '../../reference/tiny-architectures.js';
import { TINY_CONFIG } from '../../reference/tiny-model.js';

const VOCAB = TINY_CONFIG.vocab_size;
const CAPACITY = 64;

/** Every architecture with a GGUF mapping; what llama.cpp's own rules exclude is left out (gguf/metadata.ts). */
const ARCHITECTURES: Record<string, TinyArchitectureConfig> = {
  qwen2: TINY_CONFIG,
  'qwen2, untied head in blocks of 256': { ...TINY_CONFIG, hidden_size: 256, tie_word_embeddings: false },
  qwen3: TINY_ARCHITECTURES.qwen3!,
  llama: TINY_ARCHITECTURES.llama!,
  'llama with biases': TINY_ARCHITECTURES['llama with biases']!,
  gemma3_text: { ...TINY_ARCHITECTURES.gemma3_text!, attn_logit_softcapping: null, query_pre_attn_scalar: 64 },
};

/**
 * Of the relative error of logits: weights in half precision round activations to 11 bits (largest measured, on a Xeon
 * with AMX: 1.4e-3), blocks to 8 (3.4e-2). A wrong rope or a forgotten window gives 0.6 and more.
 */
const LARGEST_ERROR: Record<GgufDtype, number> = { fp16: 1e-2, int8: 0.1, q4: 0.1 };

let cache: string;
beforeAll(() => {
  cache = mkdtempSync(join(tmpdir(), 'edgeproof-llama-'));
});
afterAll(() => rmSync(cache, { recursive: true, force: true }));

async function synthesize(config: TinyArchitectureConfig, dtype: GgufDtype, id = 'tiny'): Promise<string> {
  const { checkpoint } = await ensureSynthetic({ model: { id, config }, layout: 'gguf', dtype, seed: 7 }, { cache });
  return checkpoint.graph;
}

const open = async (config: TinyArchitectureConfig = TINY_CONFIG, dtype: GgufDtype = 'q4') =>
  openLlamaCpp({ graph: await synthesize(config, dtype), threads: 1, capacity: CAPACITY });

/** The converter reorders the rows of Llama's queries and keys, so that llama.cpp rotates neighbours. */
function mathsOfLlamaCpp(config: TinyArchitectureConfig) {
  const maths = mathsOf(config);
  if (config.model_type !== 'llama') return maths;
  return { ...maths, layer: (index: number) => ({ ...maths.layer(index), interleaved: true }) };
}

describe.skipIf(!hasLlamaCpp)(`logits against the float64 reference${llamaCppNote}`, () => {
  const pairs = Object.entries(ARCHITECTURES).flatMap(([name, config]) =>
    (['fp16', 'int8', 'q4'] as const).map((dtype) => ({ name, config, dtype })),
  );
  it.each(pairs)('$name $dtype', async ({ name, config, dtype }) => {
    const path = await synthesize(config, dtype, name.replaceAll(/\W+/g, '-'));
    const reference = openReference(path, config, mathsOfLlamaCpp(config), openGgufWeights(path));
    const runtime = await openLlamaCpp({ graph: path, threads: 1, capacity: CAPACITY });
    const ids = promptTokens(1, 24, VOCAB);
    const expected = reference.logits([...ids].map(Number)).at(-1)!;
    expect(relativeError(await runtime.logits(ids), expected)).toBeLessThan(LARGEST_ERROR[dtype]);
  });
});

describe.skipIf(!hasLlamaCpp)(`a generation${llamaCppNote}`, () => {
  it('has exactly as many tokens as asked for, with rising arrival times, prefill and decode apart', async () => {
    const runtime = await open();
    for (const count of [1, 2, 30]) {
      let firstTokens = 0;
      const { tokenMs, tokens, sessionMs } = await runtime.generate(promptTokens(1, 16, VOCAB), count, () => {
        firstTokens++;
      });
      expect([tokenMs.length, tokens.length, firstTokens]).toEqual([count, count, 1]);
      expect([...tokenMs]).toEqual([...tokenMs].sort((a, b) => a - b));
      expect(sessionMs.prefill).toBeGreaterThan(0);
      expect(sessionMs.prefill + sessionMs.decode).toBeLessThan(tokenMs.at(-1)!);
      expect(sessionMs.decode > 0).toBe(count > 1);
    }
  });

  it('is greedy, and the same behind a depth as behind one long prompt', async () => {
    const all = promptTokens(2, 24, VOCAB);
    const whole = await (await open(TINY_CONFIG, 'fp16')).generate(all, 12, () => {});
    const deep = await open(TINY_CONFIG, 'fp16');
    await deep.fillDepth(all.slice(0, 10));
    const first = await deep.generate(all.slice(10), 12, () => {});
    const again = await deep.generate(all.slice(10), 12, () => {});
    expect([...again.tokens]).toEqual([...first.tokens]);
    expect([...first.tokens]).toEqual([...whole.tokens]);
    const logits = await deep.logits(all);
    expect(first.tokens[0]).toBe(logits.indexOf(Math.max(...logits)));
  });

  it('starts from the same depth again where a sliding window has passed it', async () => {
    const config = ARCHITECTURES.gemma3_text!;
    const all = promptTokens(3, 30, VOCAB);
    const deep = await openLlamaCpp({
      graph: await synthesize(config, 'fp16', 'gemma3'),
      threads: 1,
      capacity: CAPACITY,
    });
    await deep.fillDepth(all.slice(0, 20));
    const first = await deep.generate(all.slice(20), 20, () => {});
    const again = await deep.generate(all.slice(20), 20, () => {});
    expect([...again.tokens]).toEqual([...first.tokens]);
  });

  it('never stops at an end-of-sequence token', async () => {
    // Three of 512 tokens end a sequence; over many prompts greedy decoding meets them.
    const runtime = await open();
    const special = new Set([VOCAB - 3, VOCAB - 2, VOCAB - 1]);
    let met = 0;
    for (let seed = 0; seed < 60; seed++) {
      const { tokens } = await runtime.generate(promptTokens(seed, 4, VOCAB), 40, () => {});
      expect(tokens).toHaveLength(40);
      met += [...tokens].slice(0, -1).filter((token) => special.has(token)).length;
    }
    expect(met).toBeGreaterThan(0);
  });

  it('uses as many threads as asked for, and says so', async () => {
    const graph = await synthesize(TINY_CONFIG, 'q4');
    const { options } = await openLlamaCpp({ graph, threads: 2, capacity: CAPACITY });
    expect(options).toMatchObject({ intraOpThreads: 2, batchTokens: 512, kv: 'float16', gpuLayers: 0 });
  });
});

describe.skipIf(!hasLlamaCpp)(`a file that llama.cpp refuses${llamaCppNote}`, () => {
  it('fails with the words of llama.cpp', async () => {
    await expect(openLlamaCpp({ graph: join(cache, 'absent.gguf'), threads: 1, capacity: 8 })).rejects.toMatchObject({
      code: 'runtime-failed',
      message: expect.stringContaining('absent.gguf'),
    });
  });
});
