// Which share of a weight one token passes through, read from the graph: of a mixture of experts only the chosen ones.
import type { Initializer, Node, OnnxModel } from './model.js';
import { producersOf } from './uses.js';

/** Inputs of MoE and QMoE that all experts are packed into: everything but the tokens and their routes. */
const ROUTES: Record<string, number[]> = { MoE: [0, 1], QMoE: [0, 1, 14] };

/** Chosen experts over all experts, for every weight that belongs to one; other weights are not in the map. */
export function activeShares(model: OnnxModel): Map<string, number> {
  const initializers = new Map(model.initializers.map((tensor) => [tensor.name, tensor]));
  const producers = producersOf(model);
  const chosenBy = choices(producers, initializers);
  const shares = new Map<string, number>();
  const mark = (node: Node, share: number, routes: number[]) => {
    node.inputs.forEach((name, index) => {
      if (share < 1 && !routes.includes(index) && initializers.has(name)) shares.set(name, share);
    });
  };
  for (const node of model.nodes) {
    const routes = ROUTES[node.opType];
    if (routes !== undefined) {
      const count = initializers.get(node.inputs[2] ?? '')?.dims[0];
      const chosen = node.attributes.k;
      if (count !== undefined && typeof chosen === 'number') mark(node, chosen / count, routes);
      continue;
    }
    // An expert that is a projection of its own works on its part of a split whose sizes the router's TopK decides;
    // its bias is a row picked by the same choice.
    const split = producers.get(node.inputs[0] ?? '');
    const sizes = split?.opType === 'Split' ? split.inputs[1] : undefined;
    const rows = node.opType === 'Gather' ? initializers.get(node.inputs[0] ?? '')?.dims[0] : undefined;
    if (sizes !== undefined) mark(node, chosenBy(sizes) / split!.outputs.length, [0]);
    else if (rows !== undefined) mark(node, chosenBy(node.inputs[1] ?? '') / rows, [1]);
  }
  return shares;
}

/** For a tensor that a choice of experts leads to, the constant k of the nearest TopK above it; else NaN. */
function choices(producers: Map<string, Node>, initializers: Map<string, Initializer>): (name: string) => number {
  const known = new Map<string, number>();
  const find = (name: string): number => {
    const seen = new Set<string>();
    for (let level = [name]; level.length > 0; ) {
      const nodes = level.flatMap((input) => producers.get(input) ?? []);
      for (const node of nodes) {
        const data = node.opType === 'TopK' ? initializers.get(node.inputs[1] ?? '')?.data : undefined;
        if (data?.kind === 'inline' && data.data !== null) return Number(Buffer.from(data.data).readBigInt64LE());
      }
      level = nodes.flatMap((node) => node.inputs).filter((input) => input !== '' && !seen.has(input));
      for (const input of level) seen.add(input);
    }
    return Number.NaN;
  };
  return (name) => {
    if (!known.has(name)) known.set(name, find(name));
    return known.get(name)!;
  };
}
