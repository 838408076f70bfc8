// The tensors of a decoder under llama.cpp's names, from the same plan as the ONNX graph. Their types are those that
// llama-quantize chooses.
import type { TensorInfo } from '../../formats/gguf/header.js';
import { blockOf, type TensorType } from '../../formats/gguf/tensor-types.js';
import { BIAS_FILL, floatExponent, floatFill, SPREAD, scaleExponent, TERMS_OF_EMBEDDING } from '../blocks/linear.js';
import { rotaryFrequencies } from '../blocks/rotary.js';
import type { DecoderPlan, GatedMlp, GroupedAttention, LayerPlan, Rope } from '../plan.js';
import type { WeightFill } from '../random-weights.js';

/** The dtypes of synthetic GGUF files, and the tensor type of their matrices. */
export const GGUF_DTYPES = { q4: 'Q4_0', int8: 'Q8_0', fp16: 'F16' } as const;
export type GgufDtype = keyof typeof GGUF_DTYPES;

export type PlannedTensor = TensorInfo & { fill: WeightFill };

/** A layer with grouped attention and a gated MLP; metadata.ts refuses others. */
export type PlainLayer = LayerPlan & { attention: GroupedAttention; mlp: GatedMlp };

export function planTensors(plan: DecoderPlan, layers: PlainLayer[], dtype: GgufDtype): PlannedTensor[] {
  const body = GGUF_DTYPES[dtype];
  const { hidden, vocab, tiedHead } = plan;
  const table = { k: hidden, n: vocab, terms: TERMS_OF_EMBEDDING };
  return [
    matrix('token_embd.weight', tiedHead ? outputType(body, hidden) : body, table),
    ...layers.flatMap((layer, i) => layerTensors(`blk.${i}`, hidden, body, layer)),
    norm('output_norm.weight', hidden),
    ...(tiedHead ? [] : [matrix('output.weight', outputType(body, hidden), { k: hidden, n: vocab })]),
    ...ropeFactors(layers[0]!.attention.rope),
  ];
}

/** Beside 4-bit matrices, llama-quantize gives the head 6 bits, or 8 where its rows are no multiple of those blocks. */
function outputType(body: TensorType, k: number): TensorType {
  if (body !== 'Q4_0') return body;
  return k % blockOf('Q6_K').elements === 0 ? 'Q6_K' : 'Q8_0';
}

function layerTensors(name: string, hidden: number, body: TensorType, layer: PlainLayer): PlannedTensor[] {
  const { heads, kvHeads, headSize, ...a } = layer.attention;
  const { intermediate, bias: mlpBias = false } = layer.mlp;
  const sandwich = layer.norms === 'sandwich';
  const project = (part: string, k: number, n: number, bias = false) => [
    matrix(`${name}.${part}.weight`, body, { k, n }),
    ...(bias ? [vector(`${name}.${part}.bias`, n, BIAS_FILL)] : []),
  ];
  return [
    norm(`${name}.attn_norm.weight`, hidden),
    ...project('attn_q', hidden, heads * headSize, a.qkvBias),
    ...project('attn_k', hidden, kvHeads * headSize, a.qkvBias),
    ...project('attn_v', hidden, kvHeads * headSize, a.qkvBias),
    ...(a.qkNorm ? [norm(`${name}.attn_q_norm.weight`, headSize), norm(`${name}.attn_k_norm.weight`, headSize)] : []),
    ...project('attn_output', heads * headSize, hidden, a.outputBias),
    ...(sandwich ? [norm(`${name}.post_attention_norm.weight`, hidden)] : []),
    norm(`${name}.ffn_norm.weight`, hidden),
    ...project('ffn_gate', hidden, intermediate, mlpBias),
    ...project('ffn_up', hidden, intermediate, mlpBias),
    ...project('ffn_down', intermediate, hidden, mlpBias),
    ...(sandwich ? [norm(`${name}.post_ffw_norm.weight`, hidden)] : []),
  ];
}

/** The divisors of the rotary frequencies, which llama.cpp reads for Llama 3's scaling. */
function ropeFactors(rope: Rope): PlannedTensor[] {
  if (rope.scaling.kind !== 'llama3') return [];
  const stretched = rotaryFrequencies(rope);
  const values = rotaryFrequencies({ ...rope, scaling: { kind: 'none' } }).map((plain, i) => plain / stretched[i]!);
  return [vector('rope_freqs.weight', values.length, { kind: 'values', values })];
}

function norm(name: string, size: number): PlannedTensor {
  return vector(name, size, { kind: 'float', exponent: 0, positive: true });
}

/** Vectors are in single precision in every GGUF file. */
function vector(name: string, size: number, fill: WeightFill): PlannedTensor {
  return { name, type: 'F32', dims: [size], fill };
}

/** [k, n]. Rows that are no multiple of a block are stored in half precision, as llama-quantize does. */
function matrix(name: string, wanted: TensorType, p: { k: number; n: number; terms?: number }): PlannedTensor {
  const type = p.k % blockOf(wanted).elements === 0 ? wanted : 'F16';
  return { name, type, dims: [p.k, p.n], fill: matrixFill(type, p.terms ?? p.k) };
}

/** Standard deviation of the integers of a Q6_K block (18.5) times that of their 8-bit scales. */
const SPREAD_Q6_K = 18.5 * SPREAD[8];
/** The smallest exponent of a half-precision number that is not denormal. */
const LEAST_EXPONENT = -14;

/** Random blocks with scales that keep a sum over `terms` near 1. */
function matrixFill(type: TensorType, terms: number): WeightFill {
  const blocks = (spread: number, scaleAt: number): WeightFill => {
    const exponent = Math.max(scaleExponent(terms, spread), LEAST_EXPONENT);
    return { kind: 'blocks', blockBytes: blockOf(type).bytes, scaleAt, exponent };
  };
  if (type === 'Q4_0') return blocks(SPREAD[4], 0);
  if (type === 'Q8_0') return blocks(SPREAD[8], 0);
  if (type === 'Q6_K') return blocks(SPREAD_Q6_K, 208);
  return floatFill(floatExponent(terms));
}
