// RMS norms and the residual stream. A norm is fused with the addition before it wherever there is one.
import { type Composition, scaled, wantedPositions } from './composition.js';

function normWeight(c: Composition, name: string, size: number): string {
  return c.b.weight(`${name}.weight`, c.precision.activation, [size], { kind: 'float', exponent: 0, positive: true });
}

/** The RMS norm over the last axis, which has `size` elements. */
export function rmsNorm(c: Composition, p: { input: string; name: string; size: number }): string {
  return c.b.node(
    'SimplifiedLayerNormalization',
    `/${p.name.replaceAll('.', '/')}/LayerNorm`,
    [p.input, normWeight(c, p.name, p.size)],
    { axis: -1, epsilon: { float: c.plan.normEpsilon }, stash_type: 1 },
  );
}

/** [norm of the sum, sum] of residual + update. */
function addNorm(c: Composition, p: { residual: string; update: string; name: string }): [string, string] {
  const node = `/${p.name.replaceAll('.', '/')}/SkipLayerNorm`;
  const outputs: [string, string] = [`${node}/output_0`, `${node}/output_3`];
  c.b.node(
    'SkipSimplifiedLayerNormalization',
    node,
    [p.residual, p.update, normWeight(c, p.name, c.plan.hidden)],
    { epsilon: { float: c.plan.normEpsilon } },
    [outputs[0], '', '', outputs[1]],
  );
  return outputs;
}

export type ResidualStream = ReturnType<typeof residualStream>;

export function residualStream(c: Composition, input: string) {
  let sum = input;
  let update: string | null = null;
  return {
    /** The norm of the sum so far; `name` names its weight. */
    read(name: string): string {
      if (update === null) return rmsNorm(c, { input: sum, name, size: c.plan.hidden });
      const [normed, total] = addNorm(c, { residual: sum, update, name });
      [sum, update] = [total, null];
      return normed;
    },
    /** Adds the output of the block `node`, multiplied by the residual scale of the plan. */
    add(node: string, value: string): void {
      update = scaled(c, `${node}/residual`, value, c.plan.residualScale);
    },
    /** Keeps only the wanted positions; what is added afterwards must have those only. */
    keepWanted(): void {
      sum = wantedPositions(c.b, sum);
    },
  };
}
