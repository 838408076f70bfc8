// OnnxModel → bytes of a .onnx file. Large tensors must be external: a protobuf message is limited to 2 GiB.
import {
  type AttributeValue,
  ELEMENT_TYPES,
  type Initializer,
  type Node,
  type OnnxModel,
  type ValueInfo,
} from './model.js';
import { createWriter } from './protobuf.js';

/** External tensors are written as references, inline ones with their bytes. Throws where those were not kept. */
export function encodeModel(model: OnnxModel): Uint8Array {
  const writer = createWriter().int(1, model.irVersion).string(2, model.producer).bytes(7, encodeGraph(model));
  for (const [domain, version] of Object.entries(model.opsets)) {
    writer.bytes(8, createWriter().string(1, domain).int(2, version).finish());
  }
  return writer.encoded(model.rest).finish();
}

function encodeGraph(model: OnnxModel): Uint8Array {
  const writer = createWriter();
  for (const node of model.nodes) writer.bytes(1, encodeNode(node));
  writer.string(2, model.graphName);
  for (const tensor of model.initializers) writer.bytes(5, encodeTensor(tensor));
  const values = (field: number, list: ValueInfo[]) => {
    for (const value of list) {
      if (value.opaque === undefined) writer.bytes(field, encodeValue(value));
      else writer.encoded(value.opaque);
    }
  };
  values(11, model.inputs);
  values(12, model.outputs);
  values(13, model.values ?? []);
  return writer.encoded(model.graphRest).finish();
}

function encodeNode(node: Node): Uint8Array {
  const writer = createWriter();
  for (const input of node.inputs) writer.string(1, input);
  for (const output of node.outputs) writer.string(2, output);
  writer.string(3, node.name).string(4, node.opType);
  const { opaque = {} } = node;
  for (const [name, value] of Object.entries(node.attributes))
    if (!Object.hasOwn(opaque, name)) writer.bytes(5, encodeAttribute(name, value));
  for (const attribute of Object.values(opaque)) writer.encoded(attribute);
  return writer.string(7, node.domain).encoded(node.rest).finish();
}

function encodeAttribute(name: string, value: AttributeValue): Uint8Array {
  const writer = createWriter().string(1, name);
  if (typeof value === 'number') return writer.int(3, value).int(20, 2).finish();
  if (typeof value === 'string') return writer.string(4, value).int(20, 3).finish();
  if (Array.isArray(value)) {
    for (const item of value) writer.int(8, item);
    return writer.int(20, 7).finish();
  }
  if ('float' in value) return writer.float(2, value.float).int(20, 1).finish();
  if ('floats' in value) {
    for (const item of value.floats) writer.float(7, item);
    return writer.int(20, 6).finish();
  }
  return writer.bytes(5, encodeTensor(value)).int(20, 4).finish();
}

function encodeTensor(tensor: Initializer): Uint8Array {
  const writer = createWriter();
  for (const dim of tensor.dims) writer.int(1, dim);
  writer.int(2, tensor.typeCode).string(8, tensor.name);
  if (tensor.data.kind === 'external') {
    const entry = (key: string, value: string) => createWriter().string(1, key).string(2, value).finish();
    writer.bytes(13, entry('location', tensor.data.location));
    writer.bytes(13, entry('offset', String(tensor.data.offset)));
    writer.bytes(13, entry('length', String(tensor.data.bytes)));
    return writer.int(14, 1).encoded(tensor.rest).finish();
  }
  const { data, at } = tensor.data;
  if (data !== null) writer.bytes(9, data);
  // Values in typed fields (int64_data …) are part of `rest`.
  else if (at !== undefined || tensor.rest === undefined)
    throw new Error(`the bytes of ${tensor.name} were not kept, so it cannot be written`);
  return writer.encoded(tensor.rest).finish();
}

function encodeValue(value: ValueInfo): Uint8Array {
  const shape = createWriter();
  for (const dim of value.dims) {
    const encoded = createWriter();
    if (typeof dim === 'number') encoded.int(1, dim);
    else if (dim !== null) encoded.string(2, dim);
    shape.bytes(1, encoded.finish());
  }
  const code = value.type === null ? 0 : ELEMENT_TYPES[value.type].code;
  const tensor = createWriter().int(1, code).bytes(2, shape.finish()).finish();
  return createWriter().string(1, value.name).bytes(2, createWriter().bytes(1, tensor).finish()).finish();
}
