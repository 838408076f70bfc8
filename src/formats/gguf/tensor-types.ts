// The tensor types of GGUF: their codes, and the size of the blocks that their rows consist of.
// Sources: ggml's ggml.h and ggml-common.h, gguf-py's constants.

/** name: [code, elements of a block, bytes of a block]. A row is a whole number of blocks. */
const TYPES = {
  F32: [0, 1, 4],
  F16: [1, 1, 2],
  Q4_0: [2, 32, 18],
  Q4_1: [3, 32, 20],
  Q5_0: [6, 32, 22],
  Q5_1: [7, 32, 24],
  Q8_0: [8, 32, 34],
  Q2_K: [10, 256, 84],
  Q3_K: [11, 256, 110],
  Q4_K: [12, 256, 144],
  Q5_K: [13, 256, 176],
  Q6_K: [14, 256, 210],
  IQ2_XXS: [16, 256, 66],
  IQ2_XS: [17, 256, 74],
  IQ3_XXS: [18, 256, 98],
  IQ1_S: [19, 256, 50],
  IQ4_NL: [20, 32, 18],
  IQ3_S: [21, 256, 110],
  IQ2_S: [22, 256, 82],
  IQ4_XS: [23, 256, 136],
  I8: [24, 1, 1],
  I16: [25, 1, 2],
  I32: [26, 1, 4],
  I64: [27, 1, 8],
  F64: [28, 1, 8],
  IQ1_M: [29, 256, 56],
  BF16: [30, 1, 2],
  TQ1_0: [34, 256, 54],
  TQ2_0: [35, 256, 66],
  MXFP4: [39, 32, 17],
  NVFP4: [40, 64, 36],
  Q1_0: [41, 128, 18],
  Q2_0: [42, 64, 18],
} as const satisfies Record<string, readonly [number, number, number]>;

export type TensorType = keyof typeof TYPES;

export function codeOf(type: TensorType): number {
  return TYPES[type][0];
}

export function typeOfCode(code: number): TensorType | null {
  const found = Object.entries(TYPES).find(([, [known]]) => known === code);
  return found === undefined ? null : (found[0] as TensorType);
}

export function blockOf(type: TensorType): { elements: number; bytes: number } {
  const [, elements, bytes] = TYPES[type];
  return { elements, bytes };
}

/** Bytes of a tensor; `dims` as GGUF writes them, the length of a row first. */
export function tensorBytes(type: TensorType, dims: readonly number[]): number {
  const { elements, bytes } = blockOf(type);
  return (dims.reduce((a, b) => a * b, 1) / elements) * bytes;
}
