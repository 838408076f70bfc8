// Profiles written by hand: which products count, the tokens that they saw, and operations that a pencil confirms.
import { expect, it } from 'vitest';
import { multipliedIn } from '../../../../src/worker/runtimes/ort/multiplied.js';
import type { ProfileEvent } from '../../../../src/worker/runtimes/ort/placement.js';

function ran(operator: string, node: string, inputs: number[][], output: number[]): ProfileEvent {
  const shapes = (all: number[][]) => all.map((dims) => ({ float: dims }));
  const args = { op_name: operator, node_index: '1', input_type_shape: shapes(inputs) };
  const name = `/${node}_kernel_time`;
  return { cat: 'Node', name, ts: 0, dur: 1, args: { ...args, output_type_shape: shapes([output]) } };
}

/** A pass over some tokens: packed weights of 4 bits, plain ones that a kernel has packed away, attention, and the head. */
const pass = (tokens: number) => [
  ran('MatMulNBits', 'q', [[1, tokens, 64], [32, 2, 16], [64]], [1, tokens, 32]),
  ran('MatMul', 'o', [[1, tokens, 32]], [1, tokens, 64]),
  ran(
    'MatMul',
    'scores',
    [
      [1, 4, tokens, 8],
      [1, 4, 8, 900],
    ],
    [1, 4, tokens, 900],
  ),
  ran('Softmax', 'softmax', [[1, 4, tokens, 900]], [1, 4, tokens, 900]),
  ran(
    'MatMul',
    'head',
    [
      [1, 1, 64],
      [64, 100],
    ],
    [1, 1, 100],
  ),
];

it('counts products with weights, over all passes of all sessions', () => {
  const other: ProfileEvent = { cat: 'Session', name: 'model_run', ts: 0, dur: 9, args: {} };
  // 128 + 31 tokens go through one session, 2 through the other: 2 × 64 × 32 operations each in q and in o.
  const found = multipliedIn([
    [...pass(128), other, ...pass(31)],
    [...pass(1), ...pass(1)],
  ]);
  expect(found).toEqual({ seen: 161, products: 12, operations: 161 * 2 * (2 * 64 * 32) + 4 * (2 * 64 * 100) });
});

it.each(['QMoE', 'MatMulNBitsMlp'])('sees the tokens of %s, whose operations its shapes do not tell', (operator) => {
  const fused = ran(
    operator,
    'fused',
    [
      [7, 64],
      [4, 32, 32],
    ],
    [7, 64],
  );
  expect(
    multipliedIn([
      [
        fused,
        ran(
          'Gather',
          'embed',
          [
            [100, 64],
            [1, 9],
          ],
          [1, 9, 64],
        ),
      ],
    ]),
  ).toEqual({
    seen: 7,
    products: 1,
    operations: null,
  });
});

it('of a profile without products sees nothing', () => {
  expect(multipliedIn([[]])).toEqual({ seen: 0, products: 0, operations: 0 });
});
