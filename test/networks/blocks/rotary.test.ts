// Rotary frequencies of every way of stretching a context, at the sizes that published models have, against the
// formulas of the reference; and tables that are shared by layers of the same rope.
import { describe, expect, it } from 'vitest';
import { createGraphBuilder } from '../../../src/formats/onnx/graph-builder.js';
import { createRotaryTables, rotaryFrequencies } from '../../../src/networks/blocks/rotary.js';
import type { Rope, RopeScaling } from '../../../src/networks/plan.js';
import { mathsOf, type TinyArchitectureConfig } from '../../reference/architectures.js';
import { TINY_ARCHITECTURES } from '../../reference/tiny-architectures.js';

const rope = (over: Partial<Rope> = {}): Rope => ({
  theta: 500_000,
  size: 64,
  interleaved: false,
  scaling: { kind: 'none' },
  ...over,
});
const yarn = { kind: 'yarn', factor: 32, betaFast: 32, betaSlow: 1, originalContext: 4096, magnitude: 1 } as const;
const yarnConfig = { rope_type: 'yarn', factor: 32, beta_fast: 32, beta_slow: 1 };

describe('frequencies', () => {
  it.each<{ name: string; scaling: RopeScaling; config: Record<string, unknown> | null }>([
    { name: 'plain', scaling: { kind: 'none' }, config: null },
    { name: 'linear', scaling: { kind: 'linear', factor: 8 }, config: { rope_type: 'linear', factor: 8 } },
    {
      name: 'llama3',
      scaling: { kind: 'llama3', factor: 32, lowFrequency: 1, highFrequency: 4, originalContext: 8192 },
      config: {
        rope_type: 'llama3',
        factor: 32,
        low_freq_factor: 1,
        high_freq_factor: 4,
        original_max_position_embeddings: 8192,
      },
    },
    {
      name: 'yarn between whole pairs',
      scaling: { ...yarn, truncate: true },
      config: { ...yarnConfig, original_max_position_embeddings: 4096 },
    },
    {
      name: 'yarn between broken ones',
      scaling: { ...yarn, truncate: false },
      config: { ...yarnConfig, original_max_position_embeddings: 4096, truncate: false },
    },
  ])('$name, to single precision', ({ scaling, config }) => {
    for (const size of [64, 128]) {
      for (const theta of [10_000, 500_000]) {
        const llama: TinyArchitectureConfig = { ...TINY_ARCHITECTURES.llama!, head_dim: size, rope_theta: theta };
        const { frequencies } = mathsOf({ ...llama, rope_scaling: config }).layer(0);
        const found = rotaryFrequencies(rope({ theta, size, scaling }));
        expect(found.length).toBe(size / 2);
        found.forEach((frequency, i) => {
          expect(Math.abs(frequency / frequencies[i]! - 1), `pair ${i}`).toBeLessThan(2 ** -23);
        });
      }
    }
  });

  it('are a turn per 2π positions for the first pair, and slower for each after it', () => {
    const found = rotaryFrequencies(rope());
    expect(found[0]).toBe(1);
    for (let i = 1; i < found.length; i++) expect(found[i]!).toBeLessThan(found[i - 1]!);
  });
});

describe('tables', () => {
  const tablesOf = (ropes: Rope[], wide: boolean) => {
    const b = createGraphBuilder();
    const tables = createRotaryTables(b, { context: 100, type: 'float32', wide });
    return { used: ropes.map(tables), graph: b.graph };
  };

  it('are shared by equal ropes, however pairs are formed, and are one pair for each other rope', () => {
    const local = rope({ theta: 10_000 });
    const { used, graph } = tablesOf([rope(), local, rope({ interleaved: true }), local], false);
    expect(used[2]).toEqual(used[0]);
    expect(used[3]).toEqual(used[1]);
    expect(graph.weights.map(({ name, dims }) => [name, dims])).toEqual([
      ['cos_cache', [100, 32]],
      ['sin_cache', [100, 32]],
      ['rope_1.cos_cache', [100, 32]],
      ['rope_1.sin_cache', [100, 32]],
    ]);
  });

  it('are cut in half where an export keeps them wide', () => {
    const { used, graph } = tablesOf([rope(), rope({ size: 48 })], true);
    expect(graph.weights.map(({ dims }) => dims[1])).toEqual([64, 64, 48, 48]);
    expect(graph.nodes.map(({ opType }) => opType)).toEqual(Array(4).fill('Slice'));
    expect(used.map(({ cos }) => cos)).toEqual(graph.nodes.filter((_, i) => i % 2 === 0).map((n) => n.outputs[0]));
    const halves = graph.nodes.map(({ inputs }) => graph.constants.find(({ name }) => name === inputs[2])!.data);
    const values = halves.map((data) =>
      data.kind === 'inline' ? Number(Buffer.from(data.data!).readBigInt64LE()) : -1,
    );
    expect(values).toEqual([32, 32, 24, 24]);
  });
});
