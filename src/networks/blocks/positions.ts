// The positions of the tokens of a pass, derived from the attention mask.
import type { Composition } from './composition.js';

/** int64 [tokens]: past, past + 1, …. The nodes are added once. */
export function sequencePositions(c: Pick<Composition, 'b' | 'lengths'>): string {
  const { b } = c;
  const node = '/model/positions';
  const output = `${node}/Range/output_0`;
  if (b.graph.nodes.some((known) => known.outputs[0] === output)) return output;
  const dims = b.node('Shape', `${node}/Shape`, ['input_ids']);
  const tokens = b.node('Gather', `${node}/Gather`, [dims, b.int64('index_1', [1], [])], { axis: 0 });
  const total = b.node('Cast', `${node}/Cast`, [c.lengths.total], { to: 7 });
  const past = b.node('Sub', `${node}/Sub`, [total, tokens]);
  return b.node('Range', `${node}/Range`, [past, total, b.int64('step_1', [1], [])]);
}
