// How the tensors of a graph are connected: which node makes one, which nodes compute with it, and which names are only
// views of another tensor.
import type { Node, OnnxModel } from './model.js';

/** Operators whose output is their first input in another form. Uses of a weight are looked up through them. */
export const VIEWS = new Set([
  'Reshape',
  'Transpose',
  'Slice',
  'Cast',
  'Squeeze',
  'Unsqueeze',
  'Identity',
  'Flatten',
  'DequantizeLinear',
]);

export interface Use {
  node: Node;
  index: number;
}

/** The node that makes each tensor. */
export function producersOf({ nodes }: Pick<OnnxModel, 'nodes'>): Map<string, Node> {
  return new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
}

/** Names of tensors that leave the graph: its outputs, and what graphs inside nodes use. */
export function leavingNames({ outputs, usedInside = [] }: OnnxModel): Set<string> {
  return new Set([...outputs.map(({ name }) => name), ...usedInside]);
}

/** The model without the nodes and tensors that nothing uses. Its inputs stay. */
export function pruned(model: OnnxModel): OnnxModel {
  const leaving = leavingNames(model);
  let { nodes } = model;
  let used = leaving;
  for (let before = -1; nodes.length !== before; ) {
    before = nodes.length;
    used = new Set([...leaving, ...nodes.flatMap((node) => node.inputs)]);
    used.delete('');
    nodes = nodes.filter((node) => node.outputs.length === 0 || node.outputs.some((name) => used.has(name)));
  }
  for (const { name } of model.inputs) used.add(name);
  const made = new Set(nodes.flatMap((node) => node.outputs));
  return {
    ...model,
    nodes,
    initializers: model.initializers.filter(({ name }) => used.has(name)),
    ...(model.values && { values: model.values.filter(({ name }) => made.has(name)) }),
  };
}

/** For each tensor name, the nodes that compute with it, looking through views. */
export function usesOf(model: OnnxModel): Map<string, Use[]> {
  const uses = new Map<string, Use[]>();
  const add = (name: string, use: Use) => {
    const known = uses.get(name);
    if (known === undefined) uses.set(name, [use]);
    else known.push(use);
  };
  for (let n = model.nodes.length - 1; n >= 0; n--) {
    const node = model.nodes[n]!;
    node.inputs.forEach((name, index) => {
      if (name === '') return;
      if (VIEWS.has(node.opType) && index === 0) {
        for (const use of uses.get(node.outputs[0] ?? '') ?? []) add(name, use);
      } else add(name, { node, index });
    });
  }
  return uses;
}

/** Views of views that are followed; a hostile file could make a circle of them. */
const MOST_VIEWS = 16;

/** Resolves the name of a view to the tensor behind it, and any other name to itself. */
export function viewOrigins(nodes: Node[]): (name: string) => string {
  const views = new Map(
    nodes.filter((node) => VIEWS.has(node.opType)).map((node) => [node.outputs[0], node.inputs[0]]),
  );
  return (name) => {
    let at = name;
    for (let step = 0; step < MOST_VIEWS; step++) {
      const before = views.get(at);
      if (before === undefined) break;
      at = before;
    }
    return at;
  };
}
