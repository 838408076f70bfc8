// A draft is a graph that is being rewritten: its nodes, and a recipe for every tensor that the source file does not
// have. A rewrite step is a function from draft to draft.
import {
  type AttributeValue,
  byteLength,
  ELEMENT_TYPES,
  type ElementType,
  type Initializer,
  inlineTensor,
  type Node,
  type OnnxModel,
} from '../model.js';
import { leavingNames, producersOf, pruned } from '../uses.js';
import type { Recipe } from './recipe.js';

export interface Draft {
  model: OnnxModel;
  /** By tensor name. Tensors that are not in the map are copied from the source. */
  made: ReadonlyMap<string, Recipe>;
  /** When the draft is written, a prefill graph is derived from it. */
  prefillGraph?: boolean;
}

/** `did`: what the step changed. `skipped`: why it does not apply. Both in words. */
export type Outcome = { draft: Draft; did: string } | { skipped: string };

export interface RewriteOptions {
  headBits: 4 | 8;
}

export type Rewrite = (draft: Draft, options: RewriteOptions) => Outcome;

export function withAttribute(node: Node, name: string, value: AttributeValue): Node {
  const { [name]: _, ...opaque } = node.opaque ?? {};
  return { ...node, attributes: { ...node.attributes, [name]: value }, ...(node.opaque && { opaque }) };
}

/** How the tensors of a graph are connected. */
export interface Wiring {
  tensors: Map<string, Initializer>;
  producers: Map<string, Node>;
  /** The nodes of this graph that use a tensor. */
  users: Map<string, Node[]>;
  /** Whether it is also an output of the graph, or used by a graph inside a node. */
  isLeaving(name: string): boolean;
}

export function wiringOf(model: OnnxModel): Wiring {
  const users = new Map<string, Node[]>();
  for (const node of model.nodes)
    for (const name of new Set(node.inputs)) {
      const known = users.get(name);
      if (known === undefined) users.set(name, [node]);
      else known.push(node);
    }
  const leaving = leavingNames(model);
  return {
    tensors: new Map(model.initializers.map((tensor) => [tensor.name, tensor])),
    producers: producersOf(model),
    users,
    isLeaving: (name) => leaving.has(name),
  };
}

/** Whether `node` alone uses the tensor. */
export function isOwn({ users, isLeaving }: Wiring, name: string, node: Node): boolean {
  return !isLeaving(name) && users.get(name)?.every((user) => user === node) === true;
}

/** A tensor whose bytes a recipe makes. It is placed in the data file when the draft is written. */
export function tensorOf(name: string, type: ElementType, dims: number[]): Initializer {
  const data = { kind: 'inline', bytes: byteLength(type, dims), data: null } as const;
  return { name, type, typeCode: ELEMENT_TYPES[type].code, dims, data };
}

export function int64Tensor(name: string, values: number[]): Initializer {
  return inlineTensor(name, 'int64', [values.length], BigInt64Array.from(values, BigInt));
}

/** `name`, or `name_2`, `name_3` … where the graph already has a tensor or node of that name. */
export function freeName(model: OnnxModel, name: string): string {
  const taken = new Set([
    ...model.initializers.map((tensor) => tensor.name),
    ...model.inputs.map((input) => input.name),
    ...model.nodes.flatMap((node) => [node.name, ...node.inputs, ...node.outputs]),
    ...(model.usedInside ?? []),
  ]);
  for (let i = 1; ; i++) {
    const candidate = i === 1 ? name : `${name}_${i}`;
    if (!taken.has(candidate)) return candidate;
  }
}

/** The draft without the nodes and tensors that nothing uses any more. */
export function prune(draft: Draft): Draft {
  const model = pruned(draft.model);
  const kept = new Set(model.initializers.map(({ name }) => name));
  return { ...draft, model, made: new Map([...draft.made].filter(([name]) => kept.has(name))) };
}
