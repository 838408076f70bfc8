// The share of each weight that one token passes through. In a mixture of experts it is chosen experts over all
// experts.
import { firstInteger, type Initializer, type Node, type OnnxModel, rowOf } from './model.js';
import { producersOf } from './uses.js';

/** Inputs of MoE and QMoE that are not packed weights of all experts: the tokens and their routes. */
const ROUTES: Record<string, number[]> = { MoE: [0, 1], QMoE: [0, 1, 14] };

/** By tensor name. Weights that every token passes through are not in the map. */
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
    const routes = rowOf(ROUTES, node.opType);
    if (routes !== undefined) {
      const count = initializers.get(node.inputs[2] ?? '')?.dims[0];
      const chosen = node.attributes.k;
      if (count !== undefined && typeof chosen === 'number') mark(node, chosen / count, routes);
      continue;
    }
    // Where each expert is a projection of its own, its input is one part of a Split, and the router's TopK decides the
    // sizes of the parts. Its bias is a row that is gathered by the same choice.
    const split = producers.get(node.inputs[0] ?? '');
    const sizes = split?.opType === 'Split' ? split.inputs[1] : undefined;
    const rows = node.opType === 'Gather' ? initializers.get(node.inputs[0] ?? '')?.dims[0] : undefined;
    if (sizes !== undefined) mark(node, chosenBy(sizes) / split!.outputs.length, [0]);
    else if (rows !== undefined) mark(node, chosenBy(node.inputs[1] ?? '') / rows, [1]);
  }
  return shares;
}

/** The constant k of the nearest TopK above a tensor; NaN where there is none. */
function choices(producers: Map<string, Node>, initializers: Map<string, Initializer>): (name: string) => number {
  const known = new Map<string, number>();
  const find = (name: string): number => {
    const seen = new Set<string>();
    for (let level = [name]; level.length > 0; ) {
      const nodes = level.flatMap((input) => producers.get(input) ?? []);
      for (const node of nodes) {
        const k = node.opType === 'TopK' ? firstInteger(initializers.get(node.inputs[1] ?? '')) : null;
        if (k !== null && k > 0) return k;
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
