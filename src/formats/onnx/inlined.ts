// A graph with what lies inside its nodes: branches of If, bodies of Loop and Scan, tensors of Constant nodes. Facts are
// read from it, so that they see every weight and every product.
import { type Initializer, type Node, nodeOf, type OnnxModel, type Subgraph } from './model.js';

export interface Inlined {
  model: OnnxModel;
  /** The nodes that run at the least: of an If the cheaper branch, and a body once. */
  running: Set<Node>;
}

type Rename = (name: string) => string;

/** Names inside a graph become names of their own, since two branches may use the same ones. */
export function inlined(model: OnnxModel): Inlined {
  const initializers = [...model.initializers];
  const nodes: Node[] = [];
  const running = new Set<Node>();
  const bytes = new Map(model.initializers.map(({ name, data }) => [name, data.bytes]));
  let graphs = 0;
  const add = (node: Node, rename: Rename, runs: boolean) => {
    const constant = constantOf(node);
    if (constant !== null) {
      initializers.push({ ...constant, name: rename(constant.name) });
      return;
    }
    const own = { ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) };
    nodes.push(own);
    if (runs) running.add(own);
    const cheapest = node.opType === 'If' ? cheapestOf(node.graphs ?? [], bytes) : null;
    for (const graph of node.graphs ?? []) {
      const isCheapest = graph === cheapest;
      const within = addGraph(graph, rename, runs && (cheapest === null || isCheapest));
      if (isCheapest)
        link(
          own.outputs,
          graph.outputs.map(({ name }) => within(name)),
          runs,
        );
    }
  };
  const addGraph = (graph: Subgraph, outer: Rename, runs: boolean): Rename => {
    const rename = inside(graph, graphs++, outer);
    initializers.push(...graph.initializers.map((tensor) => ({ ...tensor, name: rename(tensor.name) })));
    for (const node of graph.nodes) add(node, rename, runs);
    return rename;
  };
  /** Makes the outputs of a branch those of its If. */
  const link = (outputs: string[], made: string[], runs: boolean) => {
    outputs.slice(0, made.length).forEach((output, i) => {
      const identity = nodeOf('Identity', '', [made[i]!], {}, [output]);
      nodes.push(identity);
      if (runs) running.add(identity);
    });
  };
  for (const node of model.nodes) add(node, (name) => name, true);
  return { model: { ...model, nodes, initializers }, running };
}

/** Every node of a graph and of the graphs inside it. */
export function* nodesWithin({ nodes }: Pick<Subgraph, 'nodes'>): Generator<Node> {
  for (const node of nodes) {
    yield node;
    for (const graph of node.graphs ?? []) yield* nodesWithin(graph);
  }
}

function inside(graph: Subgraph, number: number, outer: Rename): Rename {
  const own = new Set([
    ...graph.inputs.map(({ name }) => name),
    ...graph.initializers.map(({ name }) => name),
    ...graph.nodes.flatMap(({ outputs }) => outputs),
  ]);
  own.delete('');
  return (name) => (own.has(name) ? `graph ${number}/${name}` : outer(name));
}

function constantOf({ opType, attributes, outputs }: Node): Initializer | null {
  const { value } = attributes;
  if (opType !== 'Constant' || typeof value !== 'object' || !('dims' in value)) return null;
  return { ...value, name: outputs[0] ?? '' };
}

/** The branch whose nodes use the fewest bytes of weights; of equal ones that with the fewest nodes. */
function cheapestOf(graphs: Subgraph[], bytes: Map<string, number>): Subgraph | null {
  const cost = (graph: Subgraph): number => {
    const own = new Map(graph.initializers.map(({ name, data }) => [name, data.bytes]));
    const of = (node: Node): number => {
      const inner = (node.graphs ?? []).map(cost);
      const used = node.inputs.reduce((sum, name) => sum + (own.get(name) ?? bytes.get(name) ?? 0), 0);
      const least = node.opType === 'If' ? Math.min(...inner) : inner.reduce((sum, one) => sum + one, 0);
      return used + (constantOf(node)?.data.bytes ?? 0) + (inner.length > 0 ? least : 0);
    };
    return graph.nodes.reduce((sum, node) => sum + of(node), 0);
  };
  const ranked = graphs.map((graph) => ({ graph, cost: cost(graph) }));
  ranked.sort((a, b) => a.cost - b.cost || a.graph.nodes.length - b.graph.nodes.length);
  return ranked[0]?.graph ?? null;
}
