// Causal attention in float64 as ONNX Runtime's prefill kernel for WebGPU computes it: keys in steps, the softmax
// carried from step to step. Each of its two faults can be put in (docs/runtimes.md); without them it is plain
// attention.

export interface Steps {
  /** Keys that a step goes forward: the lanes of a subgroup. */
  width: number;
  /** Keys that a step counts. Those beyond its width are read from the lanes again, from the first on. */
  counted: number;
  /** Scores start at the weights of the step before, instead of at zero. */
  kept: boolean;
}

export const PLAIN: Steps = { width: 8, counted: 8, kept: false };

export interface Attention {
  rows: number;
  heads: number;
  size: number;
  query: Float32Array;
  /** Of one head, which all queries share. */
  key: Float32Array;
  value: Float32Array;
}

export function flashAttention({ rows, heads, size, query, key, value }: Attention, steps: Steps): Float64Array {
  const { width, counted, kept } = steps;
  const attended = new Float64Array(rows * heads * size);
  for (let row = 0; row < rows; row++)
    for (let head = 0; head < heads; head++) {
      const at = (row * heads + head) * size;
      const output = attended.subarray(at, at + size);
      let weights = new Float64Array(counted);
      let [largest, sum] = [Number.NEGATIVE_INFINITY, 0];
      for (let start = 0; start < rows; start += width) {
        const keys = Array.from(weights, (_, lane) => start + (lane % width));
        const scores = keys.map((place, lane) => {
          if (start + lane > row) return Number.NEGATIVE_INFINITY;
          const products = query.subarray(at, at + size).map((q, i) => q * (key[place * size + i] ?? 0));
          return products.reduce((a, b) => a + b, 0) / Math.sqrt(size) + (kept ? weights[lane]! : 0);
        });
        const next = Math.max(largest, ...scores);
        const before = sum * Math.exp(largest - next);
        const exponents = scores.map((score) => Math.exp(score - next));
        sum = before + exponents.reduce((a, b) => a + b, 0);
        largest = next;
        weights = Float64Array.from(exponents, (exponent) => exponent / sum);
        for (let i = 0; i < size; i++)
          output[i] = keys.reduce(
            (total, place, lane) => total + weights[lane]! * (value[place * size + i] ?? 0),
            (output[i]! * before) / sum,
          );
      }
    }
  return attended;
}
