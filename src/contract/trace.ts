// The state of the processor while a sustained workload runs, as a result document stores it; read by
// machine/condition/trace.ts. Unknown is null.
import { z } from 'zod';

export const tracePointSchema = z.strictObject({
  /** After the start of the first pass. */
  atMs: z.number().nonnegative(),
  /** Of the core that is fastest at that moment. */
  mhz: z.number().nullable(),
  /** Of the hottest sensor of the processor. */
  celsius: z.number().nullable(),
  /** Thermal throttling that the processor has counted since the first pass. */
  throttleEvents: z.int().nonnegative().nullable(),
});

export type TracePoint = z.output<typeof tracePointSchema>;
