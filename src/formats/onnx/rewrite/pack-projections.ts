// Packs projections of the same input (gate and up; queries, keys and values) into one product and a split. The input
// is then rounded to integers once, and threads synchronise once.
import { type Initializer, integerOf, type Node, nodeOf } from '../model.js';
import { type Draft, freeName, int64Tensor, isOwn, type Outcome, tensorOf, type Wiring, wiringOf } from './draft.js';
import type { Recipe } from './recipe.js';

/** From this opset on, the sizes of a Split are an input. */
const SPLIT_WITH_SIZES = 13;

export function packProjections(draft: Draft): Outcome {
  const { model } = draft;
  if ((model.opsets[''] ?? model.opsets['ai.onnx'] ?? 0) < SPLIT_WITH_SIZES)
    return { skipped: `the graph is older than opset ${SPLIT_WITH_SIZES}` };
  const wiring = wiringOf(model);
  const groups = new Map<string, Node[]>();
  for (const node of model.nodes) {
    const key = keyOf(node, wiring);
    if (key !== null) groups.set(key, [...(groups.get(key) ?? []), node]);
  }
  const packed = new Map<Node, Node[]>();
  const made = new Map(draft.made);
  const added: Initializer[] = [];
  for (const group of groups.values()) {
    if (group.length < 2) continue;
    packed.set(group[0]!, packGroup(group, draft, made, added, wiring));
    for (const node of group.slice(1)) packed.set(node, []);
  }
  if (packed.size === 0) return { skipped: 'no two MatMulNBits of one format share their input' };
  const nodes = model.nodes.flatMap((node) => packed.get(node) ?? [node]);
  const initializers = [...new Map([...model.initializers, ...added].map((tensor) => [tensor.name, tensor])).values()];
  const products = [...packed.values()].filter((replacement) => replacement.length > 0).length;
  return { draft: { model: { ...model, nodes, initializers }, made }, did: `${packed.size} products as ${products}` };
}

/** Products with the same key can be packed; null for those that cannot. */
function keyOf(node: Node, wiring: Wiring): string | null {
  if (node.opType !== 'MatMulNBits' || node.opaque !== undefined || node.rest !== undefined) return null;
  const [input, ...weights] = node.inputs as [string, ...string[]];
  if ((node.inputs[4] ?? '') !== '') return null;
  if (weights.some((name) => name !== '' && !(wiring.tensors.has(name) && isOwn(wiring, name, node)))) return null;
  const { N, ...format } = node.attributes;
  const shapes = weights.map((name) => {
    const tensor = wiring.tensors.get(name);
    return tensor === undefined ? null : [tensor.type, rowOf(tensor, integerOf(node, 'N', 0))];
  });
  return JSON.stringify([input, Object.entries(format).sort(), shapes]);
}

/** The shape of one row. Older files have scales and zero points of all `rows` rows in a flat list. */
function rowOf({ dims }: Initializer, rows: number): number[] {
  return dims.length === 1 ? [dims[0]! / rows] : dims.slice(1);
}

function packGroup(
  group: Node[],
  draft: Draft,
  made: Map<string, Recipe>,
  added: Initializer[],
  { tensors }: Wiring,
): Node[] {
  const [first] = group as [Node, ...Node[]];
  const sizes = group.map((node) => integerOf(node, 'N', 0));
  const rows = sizes.reduce((sum, size) => sum + size, 0);
  const inputs = first.inputs.map((name, i) => {
    if (i === 0 || name === '') return name;
    const parts = group.map((node) => tensors.get(node.inputs[i]!)!);
    const row = rowOf(parts[0]!, sizes[0]!);
    const tensor = tensorOf(freeName(draft.model, `${name}_packed`), parts[0]!.type!, [rows, ...row]);
    made.set(tensor.name, {
      kind: 'joined',
      parts: parts.map((part) => made.get(part.name) ?? { kind: 'stored', tensor: part }),
    });
    added.push(tensor);
    return tensor.name;
  });
  const split = int64Tensor(freeName(draft.model, `split_${sizes.join('_')}`), sizes);
  added.push(split);
  const name = freeName(draft.model, `${first.outputs[0]}/packed`);
  const product: Node = { ...first, name, inputs, outputs: [name], attributes: { ...first.attributes, N: rows } };
  const outputs = group.map((node) => node.outputs[0]!);
  return [product, nodeOf('Split', `${name}/Split`, [name, split.name], { axis: -1 }, outputs)];
}
