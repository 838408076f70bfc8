// Rotary positions: the frequencies for each kind of scaling, and one pair of tables for each distinct rope.
// Source of the formulas: transformers' modeling_rope_utils.
import type { GraphBuilder } from '../../formats/onnx/graph-builder.js';
import type { Rope, RopeScaling } from '../plan.js';
import type { RotaryTables } from './composition.js';
import type { ActivationType } from './linear.js';

/** Radians per position of each rotated pair, in single precision as in the modelling code. */
export function rotaryFrequencies(rope: Rope): number[] {
  const plain = Array.from({ length: rope.size / 2 }, (_, i) => rope.theta ** ((-2 * i) / rope.size));
  return plain.map((frequency, i) => Math.fround(frequency * stretch(rope, frequency, i)));
}

/** Factor of cos and sin. */
export function rotaryMagnitude(scaling: RopeScaling): number {
  return 'magnitude' in scaling ? scaling.magnitude : 1;
}

/** Factor of the i-th frequency. */
function stretch(rope: Rope, frequency: number, i: number): number {
  const { scaling } = rope;
  switch (scaling.kind) {
    case 'none':
      return 1;
    case 'linear':
      return 1 / scaling.factor;
    case 'longrope':
      return 1 / scaling.factors[i]!;
    case 'llama3': {
      // Pairs that make few turns over the original context are stretched, those that make many are not.
      const turns = (scaling.originalContext * frequency) / (2 * Math.PI);
      return blend(
        1 / scaling.factor,
        1,
        (turns - scaling.lowFrequency) / (scaling.highFrequency - scaling.lowFrequency),
      );
    }
    case 'yarn': {
      const [low, high] = yarnRange(rope, scaling);
      return blend(1, 1 / scaling.factor, (i - low) / (high - low));
    }
  }
}

/** The pairs between which yarn changes from extrapolation to interpolation. */
function yarnRange(rope: Rope, scaling: Extract<RopeScaling, { kind: 'yarn' }>): [number, number] {
  const pairOf = (turns: number) =>
    (rope.size * Math.log(scaling.originalContext / (turns * 2 * Math.PI))) / (2 * Math.log(rope.theta));
  const [fast, slow] = [pairOf(scaling.betaFast), pairOf(scaling.betaSlow)];
  const low = Math.max(scaling.truncate ? Math.floor(fast) : fast, 0);
  const high = Math.min(scaling.truncate ? Math.ceil(slow) : slow, rope.size - 1);
  return [low, low === high ? high + 0.001 : high];
}

/** From a to b as t goes from 0 to 1. */
function blend(a: number, b: number, t: number): number {
  const part = Math.min(Math.max(t, 0), 1);
  return a * (1 - part) + b * part;
}

/** `wide` tables repeat their columns, as older exports do; a Slice takes the half that the kernel needs. */
export function createRotaryTables(
  b: GraphBuilder,
  p: { context: number; type: ActivationType; wide: boolean },
): RotaryTables {
  const known = new Map<string, { cos: string; sin: string }>();
  const write = (rope: Rope, of: 'cos' | 'sin', suffix: string) => {
    const half = rope.size / 2;
    const frequencies = rotaryFrequencies(rope);
    const fill = { kind: 'rotary', of, frequencies, magnitude: rotaryMagnitude(rope.scaling) } as const;
    const columns = p.wide ? rope.size : half;
    const name = suffix === '' ? `${of}_cache` : `rope${suffix}.${of}_cache`;
    const table = b.weight(name, p.type, [p.context, columns], fill);
    if (columns === half) return table;
    return b.node('Slice', `/model/rotary${suffix}/${of}/Slice`, [
      table,
      b.int64('slice_start', [0]),
      b.int64(`half_head${suffix}`, [half]),
      b.int64('axis_1', [1]),
    ]);
  };
  return (rope) => {
    const key = JSON.stringify([rope.theta, rope.size, rope.scaling]);
    const found = known.get(key);
    if (found !== undefined) return found;
    const suffix = known.size === 0 ? '' : `_${known.size}`;
    const tables = { cos: write(rope, 'cos', suffix), sin: write(rope, 'sin', suffix) };
    known.set(key, tables);
    return tables;
  };
}
