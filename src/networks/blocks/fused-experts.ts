// Experts in one QMoE operator, as exports for ONNX Runtime have them: all weights of a layer in two packed tensors.
// The CPU kernel converts each chosen expert to floats and multiplies in float (figures in docs/checkpoints.md).
import type { Composition } from './composition.js';
import { BIAS_FILL, scaleFill } from './linear.js';
import type { ExpertsBlock, Routes } from './router.js';

export interface FusedFormat {
  bits: 4 | 8;
  /** Elements that share a scale; null where a whole row does. */
  blockSize: 32 | 128 | null;
}

export function fusedExperts(c: Composition, p: ExpertsBlock & { routes: Routes; format: FusedFormat }): string {
  const { b, precision } = c;
  const { count, intermediate, router, activation, perToken } = p.plan;
  const { bits, blockSize } = p.format;
  const part = (name: string, k: number, n: number) => {
    const weight = `model.layers.${p.layer}.moe.experts.${name}`;
    const scales = blockSize === null ? [count, n] : [count, n, Math.ceil(k / blockSize)];
    return [
      b.weight(`${weight}.qweight`, 'uint8', [count, n, (k * bits) / 8], { kind: 'bytes' }),
      b.weight(`${weight}.scales`, precision.activation, scales, scaleFill(k, bits)),
      p.plan.bias ? expertBias(c, { layer: p.layer, name, count, size: n }) : '',
    ];
  };
  // Rows of gate and up alternate, gate first, because the kernel supports no other order.
  const gateUp = part('gate_up_proj', c.plan.hidden, 2 * intermediate);
  const down = part('down_proj', intermediate, c.plan.hidden);
  const swiglu = activation === 'silu' ? { alpha: 1, beta: 0 } : { ...activation, beta: 1 };
  return b.node(
    'QMoE',
    `${p.node}/QMoE`,
    [p.input, p.routes.choice, ...gateUp, ...down, '', '', '', '', '', '', p.routes.scores],
    {
      k: perToken,
      expert_weight_bits: bits,
      ...(blockSize === null ? {} : { block_size: blockSize }),
      normalize_routing_weights: router.normalized ? 1 : 0,
      activation_type: 'swiglu',
      swiglu_fusion: 1,
      activation_alpha: { float: swiglu.alpha },
      activation_beta: { float: swiglu.beta },
      ...('limit' in swiglu ? { swiglu_limit: { float: swiglu.limit } } : {}),
    },
  );
}

/** [experts, size]. */
export function expertBias(c: Composition, p: { layer: number; name: string; count: number; size: number }): string {
  const name = `model.layers.${p.layer}.moe.experts.${p.name}.bias`;
  return c.b.weight(name, c.precision.activation, [p.count, p.size], BIAS_FILL);
}
