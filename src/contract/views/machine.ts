// View of `machine`: what edgeproof sees of this computer, what works on it, and what it can do at best.
import { z } from 'zod';
import { ceilingSchema } from '../ceilings.js';
import { machineSchema } from '../machine.js';
import { failureSchema, resultSchema } from '../result.js';
import { RUNTIME_NAMES } from '../runtimes.js';
import { EXECUTION_PROVIDERS } from '../vocabulary.js';

const bestCeilingSchema = z.strictObject({
  threads: z.int().nullable(),
  value: z.number(),
  operator: z.string().nullable(),
  timesFirst: z.number().describe('How many times the rate of the first thread count.'),
});

const ceilingGroupSchema = z.strictObject({
  ...ceilingSchema.pick({ kind: true, ep: true, workingSetBytes: true, unit: true }).shape,
  isFloor: z
    .boolean()
    .describe('Products without ONNX Runtime: a floor, which counts only where it is above the kernels of its kind.'),
  best: z.array(bestCeilingSchema).describe('The best kernel at each thread count.'),
  reason: z.string().nullable().describe('Why nothing was measured; null where something was.'),
});
export type CeilingGroup = z.output<typeof ceilingGroupSchema>;

export const machineViewSchema = machineSchema
  .extend({
    clock: machineSchema.shape.clock.unwrap().unwrap(),
    automaticThreads: z.int(),
    automaticThreadsWhy: z.string(),
    energy: z.record(z.string(), z.string()),
    versions: resultSchema.shape.versions.extend({ node: z.string(), v8: z.string() }),
    executionProviders: z.array(
      z.strictObject({
        ep: z.enum(EXECUTION_PROVIDERS),
        failure: failureSchema.nullable(),
        longestPass: z.int().nullable().describe('The most tokens that it computes rightly in one pass; null: any.'),
      }),
    ),
    ceilings: z.array(ceilingSchema).nullable(),
    ceilingsByThreads: z.array(ceilingGroupSchema),
    notInstalled: z
      .array(z.strictObject({ runtime: z.enum(RUNTIME_NAMES), command: z.string() }))
      .describe('Optional runtimes that are missing, with the command that installs them.'),
  })
  .describe('What `edgeproof machine -o json` prints.');
export type MachineView = z.output<typeof machineViewSchema>;
