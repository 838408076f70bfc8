// The plan of a synthetic GGUF file: its header, and every tensor with its place in the file and how to fill it.

import type { GgufFile, GgufValue } from '../../formats/gguf/file.js';
import { encodeHeader, type MetadataValue, VERSION } from '../../formats/gguf/header.js';
import { tensorBytes } from '../../formats/gguf/tensor-types.js';
import type { FilledWeight } from '../random-weights.js';
import { type GgufSpec, ownMetadata, plainLayers, planMetadata } from './metadata.js';
import { planTensors } from './tensors.js';

export function planGguf(p: GgufSpec) {
  const layers = plainLayers(p.config.model_type, p.plan);
  const tensors = planTensors(p.plan, layers, p.dtype);
  const { header, places, fileBytes } = encodeHeader(planMetadata(p, layers), tensors);
  const weights = tensors.map(({ name, type, dims, fill }, i): FilledWeight => {
    const element = type === 'F32' ? 'float32' : type === 'F16' ? 'float16' : 'uint8';
    return { name, type: element, dims, fill, ...places[i]! };
  });
  // The divisors of rotary frequencies are computed, not learned.
  const learned = tensors.filter(({ fill }) => fill.kind !== 'values');
  const parameters = learned.reduce((sum, { dims }) => sum + dims.reduce((a, b) => a * b, 1), 0);
  return { header, weights, bytes: fileBytes, parameters };
}

/** The file as it will be read, but for the places of its tensors and its vocabulary, of which the size is known. */
export function plannedFile(p: GgufSpec): GgufFile {
  const layers = plainLayers(p.config.model_type, p.plan);
  const metadata = Object.entries(ownMetadata(p, layers)).map(([key, entry]) => [key, asRead(entry)] as const);
  const tensors = planTensors(p.plan, layers, p.dtype).map(({ name, type, dims }) => {
    return { name, type, dims, offset: 0, bytes: tensorBytes(type, dims) };
  });
  return { version: VERSION, metadata: new Map(metadata), tensors };
}

function asRead({ value }: MetadataValue): GgufValue {
  return Array.isArray(value) ? { length: value.length, values: value } : value;
}
