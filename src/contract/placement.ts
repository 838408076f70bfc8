// Where the nodes of a case ran, which proves that a GPU was used, and what counts as a fallback to the CPU. Stored once per
// case; worker/runtimes/ort/placement.ts finds it in a profiled session that is never timed.
import { z } from 'zod';
import { type EdgeproofError, problem } from '../errors.js';

export const placementSchema = z.strictObject({
  /** What was run and how the time was taken. */
  method: z.string(),
  providers: z.array(
    z.strictObject({
      ep: z.string(),
      /** Nodes that compute, copies between providers not counted. */
      nodes: z.int().nonnegative(),
      /** Nodes on shapes, positions and masks of integers: ONNX Runtime leaves them on the CPU by design. */
      bookkeepingNodes: z.int().nonnegative(),
      /** Share of the time in all nodes, copies not counted. */
      timeShare: z.number().min(0).max(1),
    }),
  ),
  /** Nodes that ONNX Runtime put in to move tensors between providers. */
  copies: z.int().nonnegative(),
  /** Computing nodes on the CPU, by operator. */
  cpuOperators: z.record(z.string(), z.int().positive()),
  /** The most tokens that the provider computes correctly in one pass; left out where there is no limit. */
  longestPass: z.int().positive().optional(),
});

export type Placement = z.output<typeof placementSchema>;

/** The failure of a case that asked for `ep` and computed on the CPU; null when it did as asked. */
export function fallbackOf({ providers, cpuOperators }: Placement, ep: string): EdgeproofError | null {
  const onCpu = providers.find((provider) => provider.ep === 'cpu')?.nodes ?? 0;
  if (ep === 'cpu' || onCpu === 0) return null;
  const operators = Object.entries(cpuOperators).map(([operator, count]) => `${operator} × ${count}`);
  const all = providers.reduce((sum, { nodes }) => sum + nodes, 0);
  return problem('ep-fallback', { ep, nodes: onCpu, of: all, operators });
}
