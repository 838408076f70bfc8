// The weight formats, named as transformers.js names them. Pure.

interface DtypeRow {
  /** How transformers.js ends the name of the .onnx file; null for formats that only GGUF files have. */
  suffix: string | null;
  /** Bits of a stored weight. */
  bits: number;
  /** The scales: one for each block of weights. */
  scale?: { bits: number; block: number };
  /** Activations and the KV cache are in half precision. */
  half?: boolean;
  /** edgeproof can write synthetic checkpoints in it. */
  synthetic?: boolean;
}

export const DTYPES = {
  fp32: { suffix: '', bits: 32, synthetic: true },
  fp16: { suffix: '_fp16', bits: 16, half: true, synthetic: true },
  q8: { suffix: '_quantized', bits: 8 },
  int8: { suffix: '_int8', bits: 8, synthetic: true },
  uint8: { suffix: '_uint8', bits: 8 },
  q4: { suffix: '_q4', bits: 4, scale: { bits: 32, block: 32 }, synthetic: true },
  q4f16: { suffix: '_q4f16', bits: 4, scale: { bits: 16, block: 32 }, half: true, synthetic: true },
  bnb4: { suffix: '_bnb4', bits: 4, scale: { bits: 32, block: 64 } },
  q2: { suffix: '_q2', bits: 2, scale: { bits: 32, block: 32 } },
  q2f16: { suffix: '_q2f16', bits: 2, scale: { bits: 16, block: 32 }, half: true },
  q1: { suffix: '_q1', bits: 1, scale: { bits: 32, block: 32 } },
  q1f16: { suffix: '_q1f16', bits: 1, scale: { bits: 16, block: 32 }, half: true },
  q3: { suffix: null, bits: 3 },
  q5: { suffix: null, bits: 5 },
  q6: { suffix: null, bits: 6 },
} as const satisfies Record<string, DtypeRow>;

type Table = typeof DTYPES;
export type Dtype = keyof Table;
/** Formats of ONNX files. */
export type OnnxDtype = { [D in Dtype]: Table[D]['suffix'] extends string ? D : never }[Dtype];
/** Formats of synthetic checkpoints. */
export type SyntheticDtype = { [D in Dtype]: Table[D] extends { synthetic: true } ? D : never }[Dtype];

type List<T> = readonly [T, ...T[]];
const rowOf = (dtype: Dtype): DtypeRow => DTYPES[dtype];

export const DTYPE_NAMES = Object.keys(DTYPES) as unknown as List<Dtype>;
export const ONNX_DTYPES = DTYPE_NAMES.filter((dtype) => rowOf(dtype).suffix !== null) as unknown as List<OnnxDtype>;
/** In the order in which help texts list them. */
export const SYNTHETIC_DTYPES = ['fp32', 'fp16', 'q4', 'q4f16', 'int8'] as const satisfies List<SyntheticDtype>;

export function suffixOf(dtype: OnnxDtype): string {
  return DTYPES[dtype].suffix;
}

/** Bytes of one value of the KV cache that a graph of this dtype declares. */
export function kvValueBytes(dtype: Dtype): 2 | 4 {
  return rowOf(dtype).half === true ? 2 : 4;
}

/** Bits of a weight, and of its share of a scale. */
export function bitsPerWeight(dtype: Dtype): { bits: number; scaleBits: number } {
  const { bits, scale } = rowOf(dtype);
  return { bits, scaleBits: scale === undefined ? 0 : scale.bits / scale.block };
}
