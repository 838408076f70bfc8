// A device profile: what a phone, a board or a laptop offers to a language model, each number with its source. One file each
// in benchmarks/devices/ (docs/devices.md).
import { z } from 'zod';

/** Kinds of processors that were measured alike: published speeds of a class say how far its engines stay behind the bus. */
export const DEVICE_CLASSES = [
  'phone-cpu',
  'phone-gpu',
  'phone-npu',
  'board-cpu',
  'jetson-gpu',
  'apple-cpu',
  'apple-gpu',
  'x64-cpu',
  'integrated-gpu',
  'unified-gpu',
  'discrete-gpu',
  'server-cpu',
  'npu',
  'browser',
] as const;
export type DeviceClass = (typeof DEVICE_CLASSES)[number];
export const DEVICE_KINDS = ['phone', 'board', 'head-unit', 'mini-pc', 'laptop', 'desktop', 'server'] as const;

const source = z.string().min(1).describe('A page, a repository with its path, an issue; or "unverified:" and why.');
const positive = z.number().positive();
const sourced = { value: positive, source };
const unknownOr = <T extends z.ZodRawShape>(shape: T) =>
  z.strictObject({ ...shape, value: positive.nullable(), source });

const rateSchema = z.strictObject({
  value: positive.nullable(),
  quality: z.string().describe('measured, or computed: operations a cycle × clock × cores, an upper bound.'),
  formula: z.string(),
  source,
});

const acceleratorSchema = z.strictObject({
  kind: z.enum(['gpu', 'npu']),
  name: z.string(),
  sharesMemory: z.boolean(),
  memoryBytes: positive.optional(),
  note: z.string().optional(),
  source,
});

const wattsSchema = unknownOr({ label: z.string().optional() });

export const deviceProfileSchema = z
  .strictObject({
    $schema: z.string().optional(),
    id: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/),
    name: z.string(),
    kind: z.enum(DEVICE_KINDS),
    class: z.enum(DEVICE_CLASSES).describe('What a language model runs on there, and is compared with.'),
    quality: z
      .enum(['solid', 'mixed', 'weak'])
      .describe(
        'solid: bandwidth, memory and at least one run are sourced; mixed: one is not; weak: a class, no device.',
      ),
    memoryBytes: z.strictObject(sourced),
    appMemoryBytes: z
      .strictObject({ ...sourced, low: positive, high: positive, reason: z.string() })
      .describe('What one process may really use; of PCs with their own video memory, that memory.'),
    memoryBandwidthBytesPerSecond: z.strictObject({
      specified: z.strictObject({ ...sourced, arithmetic: z.string() }).describe('Bus width × rate.'),
      measured: z.array(
        z.strictObject({ ...sourced, method: z.string(), threads: z.string(), note: z.string().optional() }),
      ),
    }),
    cpu: z.strictObject({
      clusters: z.array(z.strictObject({ kind: z.string(), cores: z.int().positive(), hz: positive, source })).min(1),
    }),
    instructionSets: z.strictObject({ value: z.array(z.string()), source }),
    matrixOperationsPerSecond: z.strictObject({ int8: rateSchema, fp32: rateSchema }),
    accelerators: z.array(acceleratorSchema),
    storageReadBytesPerSecond: unknownOr({ kind: z.string() }),
    powerWatts: z.strictObject({
      idle: wattsSchema,
      sustained: wattsSchema,
      peak: wattsSchema,
      tdp: wattsSchema.optional(),
    }),
    thermal: unknownOr({ what: z.string() }).describe('Share of the first rate that is left under sustained load.'),
    runtimes: z.array(z.strictObject({ name: z.string(), note: z.string(), source })).min(1),
    notes: z.string().optional(),
  })
  .superRefine((profile, context) => {
    for (const [path, message] of faultsOf(profile)) context.addIssue({ code: 'custom', path, message });
  })
  .describe('A device profile of edgeproof.');

export type DeviceProfile = z.output<typeof deviceProfileSchema>;

/** The largest that any device of the next years has, by far: beyond them a number has a wrong unit. */
const LARGEST = { bytesPerSecond: 1e14, operationsPerSecond: 1e17, watts: 1e5, bytes: 1e14 };
/** No device with memory of its own has less. */
const SMALLEST_MEMORY = 64 * 2 ** 20;

type Parts = Pick<
  z.input<typeof deviceProfileSchema>,
  | 'memoryBytes'
  | 'appMemoryBytes'
  | 'memoryBandwidthBytesPerSecond'
  | 'matrixOperationsPerSecond'
  | 'accelerators'
  | 'powerWatts'
  | 'thermal'
>;

function* faultsOf(profile: Parts): Generator<[path: (string | number)[], message: string]> {
  const { memoryBytes, appMemoryBytes, accelerators, thermal } = profile;
  const { low, value, high } = appMemoryBytes;
  if (low > value || value > high)
    yield [['appMemoryBytes'], `low ${low}, value ${value} and high ${high} must not decrease`];
  const own = accelerators.flatMap((one) => one.memoryBytes ?? []);
  const most = Math.max(memoryBytes.value, ...own);
  if (high > most) yield [['appMemoryBytes', 'high'], `${high} is more than the memory of the device, ${most}`];
  if (memoryBytes.value < SMALLEST_MEMORY || memoryBytes.value > LARGEST.bytes)
    yield [['memoryBytes', 'value'], `${memoryBytes.value} bytes is no memory of a device`];
  const { specified, measured } = profile.memoryBandwidthBytesPerSecond;
  for (const [at, rate] of [specified, ...measured].entries()) {
    const path = ['memoryBandwidthBytesPerSecond', ...(at === 0 ? ['specified'] : ['measured', at - 1]), 'value'];
    if (rate.value < 1e8 || rate.value > LARGEST.bytesPerSecond)
      yield [path, `${rate.value} bytes a second is no bandwidth of a memory`];
  }
  for (const [name, { value }] of Object.entries(profile.matrixOperationsPerSecond))
    if (value !== null && (value < 1e9 || value > LARGEST.operationsPerSecond))
      yield [['matrixOperationsPerSecond', name, 'value'], `${value} operations a second is no rate of a processor`];
  for (const [name, watts] of Object.entries(profile.powerWatts))
    if ((watts?.value ?? 0) > LARGEST.watts) yield [['powerWatts', name, 'value'], `${watts?.value} W is no device`];
  const { idle, sustained, peak } = profile.powerWatts;
  const known = [idle, sustained, peak].flatMap(({ value }) => value ?? []);
  if (known.some((watts, i) => i > 0 && watts < known[i - 1]!))
    yield [['powerWatts'], `idle, sustained and peak must not decrease: ${known.join(', ')} W`];
  if ((thermal.value ?? 1) > 1) yield [['thermal', 'value'], `${thermal.value} is no share of the first rate`];
}
