// Routing of synthetic experts: what a schedule prescribes, and that the tokens of a running checkpoint go there.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROUTINGS, type Routing } from '../../../src/contract/vocabulary.js';
import { readModel } from '../../../src/formats/onnx/read.js';
import { encodeModel } from '../../../src/formats/onnx/write.js';
import { listCheckpoints } from '../../../src/models/checkpoint.js';
import { ensureSynthetic } from '../../../src/models/synthesize.js';
import { scheduleRows } from '../../../src/networks/blocks/schedule.js';
import { promptTokens } from '../../../src/worker/prompt.js';
import { TINY_CONFIG } from '../../reference/tiny-model.js';
import { TINY_SPARSE } from '../../reference/tiny-sparse.js';

function uses(rows: number[][], count: number): number[] {
  return Array.from({ length: count }, (_, e) => rows.flat().filter((chosen) => chosen === e).length);
}

describe.each([
  [8, 3],
  [60, 4],
  [64, 6],
  [128, 8],
  [32, 4],
])('a schedule of %i experts, %i a token', (count, perToken) => {
  it('names as many different experts for every token', () => {
    for (const routing of ['balanced', 'skewed', 'one'] as const) {
      for (const row of scheduleRows(routing, count, perToken)) {
        expect(new Set(row).size).toBe(perToken);
        expect(row.every((e) => Number.isInteger(e) && e >= 0 && e < count)).toBe(true);
      }
    }
  });

  it('uses all experts equally often when balanced', () => {
    expect(new Set(uses(scheduleRows('balanced', count, perToken), count)).size).toBe(1);
  });

  it('uses the same experts for every token when one', () => {
    expect(uses(scheduleRows('one', count, perToken), count).filter((n) => n > 0)).toHaveLength(perToken);
  });

  it('uses few experts much and many little when skewed', () => {
    const rows = scheduleRows('skewed', count, perToken);
    const found = uses(rows, count);
    // Drawing without replacement by 1 / (e + 1): the probability of the first draw bounds the first expert's from
    // below.
    const first = 1 / Array.from({ length: count }, (_, e) => 1 / (e + 1)).reduce((a, b) => a + b, 0);
    expect(found[0]! / rows.length).toBeGreaterThan(first);
    const share = (from: number, to: number) => found.slice(from, to).reduce((a, b) => a + b, 0) / (to - from);
    expect(share(0, count / 4)).toBeGreaterThan(2 * share(count / 4, count / 2));
    expect(share(count / 4, count / 2)).toBeGreaterThan(share(count / 2, count));
  });
});

describe('tokens of a checkpoint', () => {
  let cache: string;
  beforeAll(() => {
    cache = mkdtempSync(join(tmpdir(), 'edgeproof-schedule-'));
  });
  afterAll(() => rmSync(cache, { recursive: true, force: true }));

  const config = TINY_SPARSE.deepseek_v3!;
  const model = { id: 'tiny-experts', config };

  /** The experts that the router's TopK of the only sparse layer chose, a row a token. */
  async function chosen(routing: Routing, prompt: BigInt64Array): Promise<number[][]> {
    const { checkpoint } = await ensureSynthetic({ model, layout: 'tuned', dtype: 'q4', seed: 3, routing }, { cache });
    const graph = readModel(checkpoint.graph);
    const router = graph.nodes.find((node) => node.name === '/model/layers.1/moe/router/TopK')!;
    graph.outputs.push({ name: router.outputs[1]!, type: 'int64', dims: ['tokens', config.num_experts_per_tok] });
    // The last layer works on the wanted positions alone: all of them here.
    const path = join(dirname(checkpoint.graph), `${routing}-watched.onnx`);
    writeFileSync(path, encodeModel(graph));
    const session = await InferenceSession.create(path, { intraOpNumThreads: 1, logSeverityLevel: 3 });
    const past = Object.fromEntries(
      graph.inputs
        .filter(({ name }) => name.startsWith('past'))
        .map(({ name, dims }) => [name, new Tensor('float32', [], [1, dims[1] as number, 0, dims[3] as number])]),
    );
    const { [router.outputs[1]!]: found } = await session.run(
      {
        ...past,
        input_ids: new Tensor('int64', prompt, [1, prompt.length]),
        attention_mask: new Tensor('int64', new BigInt64Array(prompt.length).fill(1n), [1, prompt.length]),
        num_logits_to_keep: new Tensor('int64', [0n], []),
      },
      [router.outputs[1]!],
    );
    const flat = Array.from(found!.data as BigInt64Array, Number);
    return Array.from({ length: prompt.length }, (_, t) =>
      flat.slice(t * config.num_experts_per_tok, (t + 1) * config.num_experts_per_tok).sort((a, b) => a - b),
    );
  }

  it.each(['balanced', 'skewed', 'one'] as const)('go where the schedule says: %s', async (routing) => {
    const rows = scheduleRows(routing, config.n_routed_experts, config.num_experts_per_tok);
    const found = await chosen(routing, promptTokens(5, 64, config.vocab_size));
    expect(found).toEqual(found.map((_, t) => [...rows[t % rows.length]!].sort((a, b) => a - b)));
  });

  it('depend on the tokens where the router decides', async () => {
    const [first, second] = [
      await chosen('router', promptTokens(5, 64, 512)),
      await chosen('router', promptTokens(6, 64, 512)),
    ];
    expect(first).not.toEqual(second);
  });

  it('are part of the checkpoint: its directory, its manifest and its plan', async () => {
    const manifests = listCheckpoints(cache).map(({ directory, manifest }) => {
      if (manifest.weights !== 'synthetic') throw new Error(`${directory} is not synthetic`);
      return { name: directory.split('/').at(-1), ...manifest };
    });
    const found = manifests.map(({ name, routing }) => [name, routing]);
    expect(found).toEqual([...ROUTINGS].sort().map((routing) => [`tuned-q4-${routing}`, routing]));
    expect(new Set(manifests.map(({ plan }) => plan)).size).toBe(ROUTINGS.length);
  });

  it('cannot be routed in a model without experts', async () => {
    const dense = { id: 'dense', config: TINY_CONFIG };
    await expect(
      ensureSynthetic({ model: dense, layout: 'tuned', dtype: 'q4', seed: 3, routing: 'one' }, { cache }),
    ).rejects.toMatchObject({ code: 'input-invalid', message: 'dense has no experts to route tokens to' });
  });
});
