// The ceilings of a machine, as a result document stores them: measured rates that no case can exceed (docs/ceilings.md).
import { z } from 'zod';
import { EXECUTION_PROVIDERS } from './vocabulary.js';

const rate = z.number().positive().nullable();

export const ceilingSchema = z.strictObject({
  kind: z.enum(['read-bandwidth', 'matmul-fp32', 'matmul-fp16', 'matmul-int8', 'storage-read']),
  /** null for storage. */
  ep: z.enum(EXECUTION_PROVIDERS).nullable(),
  threads: z.int().positive().nullable(),
  /** The operator that was run. A kind may have several; the best of them counts. */
  operator: z.string().nullable(),
  /** How much read-bandwidth reads again and again, or storage-read reads once. */
  workingSetBytes: z.int().positive().nullable(),
  unit: z.enum(['bytes/s', 'operations/s']),
  /** The best pass; null where it could not be measured. */
  value: rate,
  /** The median pass. */
  low: rate,
  /** As far above the best pass as the median is below it, at least 5 %. A rate beyond it is impossible. */
  high: rate,
  /** What was run and how often; the reason where `value` is null. */
  method: z.string(),
  measuredAt: z.string(),
});

export type Ceiling = z.output<typeof ceilingSchema>;

/** The operator of the read bandwidth that is measured without ONNX Runtime. */
export const READ_PROBE = 'WebAssembly v128.load';

/** The operators of matrix products that are measured without ONNX Runtime, by arithmetic. */
export const PRODUCT_PROBES = { fp32: 'WebAssembly f32x4.mul', int8: 'WebAssembly i32x4.dot_i16x8_s' } as const;

export function isProductProbe({ operator }: Pick<Ceiling, 'operator'>): boolean {
  return Object.values<string | null>(PRODUCT_PROBES).includes(operator);
}

/** A ceiling that could not be measured, and why. */
export function unknownCeiling(
  about: Pick<Ceiling, 'kind' | 'ep' | 'threads' | 'operator' | 'workingSetBytes' | 'measuredAt'>,
  reason: string,
): Ceiling {
  return { ...about, unit: unitOf(about.kind), value: null, low: null, high: null, method: `not measured: ${reason}` };
}

export function unitOf(kind: Ceiling['kind']): Ceiling['unit'] {
  return kind.startsWith('matmul') ? 'operations/s' : 'bytes/s';
}
