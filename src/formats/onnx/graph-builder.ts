// Composes a graph node by node. Weights are only planned: name, type, shape and how to fill them. `planExternalData`
// gives each its place in the data file; models/ writes the bytes.
import { isDeepStrictEqual } from 'node:util';
import { nextPage } from './external-data.js';
import { toFloat16 } from './half.js';
import {
  type AttributeValue,
  byteLength,
  type ElementType,
  externalTensor,
  type Initializer,
  inlineTensor,
  type Node,
  nodeOf,
  type OnnxModel,
  type ValueInfo,
} from './model.js';

/** How a synthetic weight is filled. Plain data, so that a plan can be hashed and compared. */
export type Fill =
  /** Independent random bytes: packed 4-bit or 8-bit weights. */
  | { kind: 'bytes' }
  /** Random integers −64 … 63: kernels for CPUs without VNNI add two products of uint8 and int8 in 16 bits. */
  | { kind: 'seven-bits' }
  /** Random magnitudes in [2^exponent, 2^(exponent+1)), of random sign unless positive; never a denormal. */
  | { kind: 'float'; exponent: number; positive: boolean }
  /** Row p, column i: magnitude · cos or sin of p · frequencies[i]. Wider tables repeat the frequencies. */
  | { kind: 'rotary'; of: 'cos' | 'sin'; frequencies: number[]; magnitude: number }
  /** Booleans, true in the listed columns of each row. */
  | { kind: 'marks'; rows: number[][] };

export interface PlannedWeight {
  name: string;
  type: ElementType;
  dims: number[];
  fill: Fill;
}

export interface Graph {
  nodes: Node[];
  constants: Initializer[];
  weights: PlannedWeight[];
  inputs: ValueInfo[];
  outputs: ValueInfo[];
}

export function createGraphBuilder() {
  const graph: Graph = { nodes: [], constants: [], weights: [], inputs: [], outputs: [] };
  const builder = {
    graph,
    input(name: string, type: ElementType, dims: (number | string)[]): string {
      graph.inputs.push({ name, type, dims });
      return name;
    },
    output(name: string, type: ElementType, dims: (number | string)[]): void {
      graph.outputs.push({ name, type, dims });
    },
    weight(name: string, type: ElementType, dims: number[], fill: Fill): string {
      graph.weights.push({ name, type, dims, fill });
      return name;
    },
    /** A small integer constant (shapes, axes); scalars have no dims. */
    int64(name: string, values: number[], dims: number[] = [values.length]): string {
      return constant(name, 'int64', dims, BigInt64Array.from(values, BigInt));
    },
    scalar(name: string, type: 'float32' | 'float16' | 'int8' | 'uint8', value: number): string {
      if (type === 'float16') return constant(name, type, [], toFloat16(Float32Array.of(value)));
      const arrays = { float32: Float32Array, int8: Int8Array, uint8: Uint8Array };
      return constant(name, type, [], arrays[type].of(value));
    },
    /** Adds a node and returns its first output; `outputs` names them all when there are several. */
    node(
      opType: string,
      name: string,
      inputs: string[],
      attributes: Record<string, AttributeValue> = {},
      outputs: string[] = [`${name}/output_0`],
    ): string {
      graph.nodes.push(nodeOf(opType, name, inputs, attributes, outputs));
      return outputs[0]!;
    },
    renameLastOutput(name: string): void {
      graph.nodes.at(-1)!.outputs[0] = name;
    },
  };
  const constant = (name: string, type: ElementType, dims: number[], values: NodeJS.TypedArray): string => {
    const added = inlineTensor(name, type, dims, values);
    const known = graph.constants.find((other) => other.name === name);
    if (known === undefined) graph.constants.push(added);
    else if (!isDeepStrictEqual(known, added)) throw new Error(`two constants are called ${name}`);
    return name;
  };
  return builder;
}

export type GraphBuilder = ReturnType<typeof createGraphBuilder>;

/** A weight with its place in the data file. */
export interface PlacedWeight extends PlannedWeight {
  offset: number;
  bytes: number;
}

/** Lays the weights out one after the other in the data file `location`, `bytes` long, and returns the model. */
export function planExternalData(
  graph: Graph,
  location: string,
): { model: OnnxModel; weights: PlacedWeight[]; bytes: number } {
  let end = 0;
  const weights = graph.weights.map((weight): PlacedWeight => {
    const offset = nextPage(end);
    const bytes = byteLength(weight.type, weight.dims);
    end = offset + bytes;
    return { ...weight, offset, bytes };
  });
  const model: OnnxModel = {
    irVersion: 10,
    producer: 'edgeproof',
    opsets: { '': 21, 'com.microsoft': 1 },
    graphName: 'main_graph',
    nodes: graph.nodes,
    initializers: [...graph.constants, ...weights.map((weight) => externalTensor(weight, location))],
    inputs: graph.inputs,
    outputs: graph.outputs,
    subgraphs: 0,
  };
  return { model, weights, bytes: end };
}
