// What the inputs of operators hold, where they are not plain parameters: weights of matrix products, tables of which a
// token reads a row, scales, zero points. Inputs are counted from 0, as the documents of ONNX and of ONNX Runtime's
// contrib operators list them.

interface Operator {
  /** Inputs that a product multiplies; they are weights where they are initializers. */
  products?: readonly number[];
  /** Inputs of which one token reads a single row. */
  rows?: readonly number[];
  /** Inputs that hold scales, zero points or tables rather than parameters. */
  notParameters?: readonly number[];
  /** Its output is its first input times one matrix, so that the shapes of both tell how many operations it took. */
  plain?: true;
  /** The product is one of integers. */
  integers?: true;
}

const OPERATORS: Record<string, Operator> = {
  MatMul: { products: [0, 1], plain: true },
  FusedMatMul: { products: [0, 1], plain: true },
  Gemm: { products: [0, 1], plain: true },
  Einsum: { products: [0, 1] },
  MatMulNBits: { products: [1], plain: true, notParameters: [2, 3, 4] },
  MatMulBnb4: { products: [1], plain: true, notParameters: [2] },
  MatMulInteger: { products: [0, 1], plain: true, notParameters: [2, 3], integers: true },
  MatMulIntegerToFloat: { products: [0, 1], plain: true, notParameters: [2, 3, 4, 5], integers: true },
  DynamicQuantizeMatMul: { products: [0, 1], plain: true, notParameters: [2, 3], integers: true },
  QLinearMatMul: { products: [0, 3], notParameters: [1, 2, 4, 5, 6, 7], integers: true },
  QGemm: { products: [0, 3], notParameters: [1, 2, 4, 5, 7, 8], integers: true },
  MoE: { products: [2, 5, 8] },
  // Its kernels multiply in floats or integers. Integers are faster, and work is a lower bound.
  QMoE: { products: [2, 5, 8], notParameters: [3, 6, 9, 11, 12, 13], integers: true },
  // Attention of ONNX Runtime, which holds the projections; that of ONNX has activations there.
  Attention: { products: [1] },
  PackedAttention: { products: [1] },
  DecoderMaskedSelfAttention: { products: [1] },
  QAttention: { products: [1], notParameters: [3, 4, 6, 7], integers: true },
  Conv: { products: [1] },
  FusedConv: { products: [1] },
  ConvTranspose: { products: [1] },
  ConvInteger: { products: [1], notParameters: [2, 3], integers: true },
  QLinearConv: { products: [3], notParameters: [1, 2, 4, 5, 6, 7], integers: true },
  RNN: { products: [1, 2] },
  GRU: { products: [1, 2] },
  LSTM: { products: [1, 2] },
  DynamicQuantizeLSTM: { products: [1, 2], notParameters: [8, 9, 10, 11], integers: true },
  Gather: { rows: [0] },
  GatherBlockQuantized: { rows: [0, 2, 3], notParameters: [2, 3] },
  EmbedLayerNormalization: { rows: [2, 3, 4] },
  GroupQueryAttention: { rows: [7, 8], notParameters: [7, 8, 12, 13] },
  RotaryEmbedding: { rows: [2, 3], notParameters: [2, 3] },
  DequantizeLinear: { notParameters: [1, 2] },
  QuantizeLinear: { notParameters: [1, 2] },
};

function rowOf(operator: string): Operator {
  return (Object.hasOwn(OPERATORS, operator) && OPERATORS[operator]) || {};
}

export const isProduct = (operator: string) => rowOf(operator).products !== undefined;
export const isPlainProduct = (operator: string) => rowOf(operator).plain === true;
export const multiplies = (operator: string, input: number) => rowOf(operator).products?.includes(input) === true;
export const multipliesIntegers = (operator: string) => rowOf(operator).integers === true;
export const readsRowOf = (operator: string, input: number) => rowOf(operator).rows?.includes(input) === true;
export const isParameterOf = (operator: string, input: number) =>
  rowOf(operator).notParameters?.includes(input) !== true;
