// Computes logits for the last positions only; a prompt needs those of its last token. Everything behind the last
// attention works on each position by itself, so the cut is made there and saves the last MLP as well as the head.
import { type Node, nodeOf, type OnnxModel } from '../model.js';
import { type Draft, freeName, int64Tensor, type Outcome, type Wiring, wiringOf } from './draft.js';
import { extents, isRowwise } from './rowwise.js';

const KEEP = 'num_logits_to_keep';

export function keepLastLogits(draft: Draft): Outcome {
  const { model } = draft;
  if (model.inputs.some(({ name }) => name === KEEP)) return { skipped: `the graph has ${KEEP}` };
  const logits = model.outputs.find(({ name }) => name === 'logits');
  if (logits?.dims[1] === 1) return { skipped: 'it gives the last position alone' };
  const wiring = wiringOf(model);
  const extentOf = extents(model, wiring);
  const tail = tailOf(model, wiring, (node) => isRowwise(node, wiring, extentOf));
  if (tail.size === 0) return { skipped: 'what makes the logits is not known to work on single positions' };
  const made = new Set([...tail].flatMap((node) => node.outputs));
  const cuts = [...new Set([...tail].flatMap((node) => node.inputs))].filter(
    (name) => !made.has(name) && extentOf(name) === 'rows',
  );
  const shorter = new Map(cuts.map((name) => [name, freeName(model, `${name}/wanted`)]));
  const { nodes: before, start, constants } = startOfWanted(model);
  const slices = new Map(
    cuts.map((name) => [
      name,
      nodeOf('Slice', shorter.get(name)!, [name, start, constants.end.name, constants.axis.name]),
    ]),
  );
  const nodes = model.nodes.flatMap((node) => {
    const cut = tail.has(node) ? { ...node, inputs: node.inputs.map((name) => shorter.get(name) ?? name) } : node;
    return [cut, ...node.outputs.flatMap((name) => slices.get(name) ?? [])];
  });
  return {
    draft: {
      ...draft,
      model: {
        ...model,
        nodes: [...before, ...nodes],
        initializers: [...model.initializers, ...Object.values(constants)],
        inputs: [...model.inputs, { name: KEEP, type: 'int64', dims: [] }],
        outputs: model.outputs.map((output) =>
          output === logits ? { ...output, dims: output.dims.with(1, 'logits_length') } : output,
        ),
        ...(model.values && { values: model.values.filter(({ name }) => !made.has(name)) }),
      },
    },
    did: `${tail.size} nodes behind the last attention compute the last \`${KEEP}\` positions`,
  };
}

/** The last nodes that work on each position by itself and whose outputs go only to each other and to `logits`. */
function tailOf(model: OnnxModel, { users, isLeaving }: Wiring, isRowwiseNode: (node: Node) => boolean): Set<Node> {
  const tail = new Set<Node>();
  for (const node of model.nodes.toReversed()) {
    const outputs = node.outputs.filter((name) => name !== '');
    const stays = outputs.every(
      (name) => (name === 'logits' || !isLeaving(name)) && (users.get(name) ?? []).every((user) => tail.has(user)),
    );
    const leads = outputs.some((name) => name === 'logits' || users.has(name));
    if (stays && leads && isRowwiseNode(node)) tail.add(node);
  }
  return tail;
}

/** Nodes that compute the start of the slice, [−num_logits_to_keep]: 0 keeps all positions, n the last n. */
function startOfWanted(model: OnnxModel) {
  const constants = {
    one: int64Tensor(freeName(model, 'keep_shape'), [1]),
    end: int64Tensor(freeName(model, 'keep_end'), [Number.MAX_SAFE_INTEGER]),
    axis: int64Tensor(freeName(model, 'keep_axis'), [1]),
  };
  const negative = freeName(model, 'keep_negative');
  const start = freeName(model, 'keep_start');
  const nodes = [nodeOf('Neg', negative, [KEEP]), nodeOf('Reshape', start, [negative, constants.one.name])];
  return { nodes, start, constants };
}
