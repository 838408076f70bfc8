// The plan of a synthetic GGUF file: its header, and every tensor with its place in the file and how to fill it.
import { encodeHeader } from '../../formats/gguf/header.js';
import type { FilledWeight } from '../random-weights.js';
import { type GgufSpec, plainLayers, planMetadata } from './metadata.js';
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
