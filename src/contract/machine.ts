// A machine as a result document stores it. No hostname, no user: results are meant to be published.
import { z } from 'zod';

const clockSchema = z.strictObject({ resolutionNs: z.number().positive(), overheadNs: z.number().positive() });

export const machineSchema = z.strictObject({
  /** Hardware slug or chosen name; the folder of this machine's results. */
  id: z.string(),
  cpu: z.string(),
  arch: z.string(),
  /** Instruction sets that decide kernel choice; null where the system does not tell. */
  instructionSets: z.array(z.string()).nullable(),
  physicalCores: z.int(),
  logicalCores: z.int(),
  /** Cores that this process may use: affinity and cgroup quota applied. */
  usableCores: z.int(),
  memoryBytes: z.int().nonnegative(),
  os: z.string(),
  /** The clock that everything is timed with: its smallest step and what one reading costs. null in older documents. */
  clock: clockSchema.nullable().default(null),
});

const { arch, physicalCores, logicalCores, usableCores, memoryBytes, os } = machineSchema.shape;

/** The machine of a result. An imported one may tell of nothing but its processor. */
export const storedMachineSchema = machineSchema.extend({
  arch: arch.nullable(),
  physicalCores: physicalCores.nullable(),
  logicalCores: logicalCores.nullable(),
  usableCores: usableCores.nullable(),
  memoryBytes: memoryBytes.nullable(),
  os: os.nullable(),
});

export type Clock = z.output<typeof clockSchema>;
/** A machine as it describes itself, without the clock. */
export type Machine = Omit<z.output<typeof machineSchema>, 'clock'>;
export type StoredMachine = Omit<z.output<typeof storedMachineSchema>, 'clock'>;

/** Reported memory differs by some megabytes from boot to boot. */
const SAME_MEMORY = 0.05;

/** A slug of what the hardware reports, the id of a machine that was not named; of its name alone if no more is known. */
export function machineSlug(cpu: string, cores: number | null, memoryBytes: number | null): string {
  const words = cpu
    .replace(/\((r|tm)\)|@.*|\bcpu\b|\bprocessor\b|\d+-cores?\b/gi, ' ')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  const name = words || 'machine';
  return cores === null || memoryBytes === null ? name : `${name}-${cores}c-${Math.round(memoryBytes / 2 ** 30)}gb`;
}

/**
 * What shows that two documents come from two machines, each in words; null: nothing does. The hardware decides, and
 * names that people chose: many machines share a slug, and one of them has two where its memory is near half a gigabyte.
 */
export function machineDifference(a: StoredMachine, b: StoredMachine): { a: string; b: string } | null {
  const differing = PARTS.flatMap((words) => {
    const [one, other] = [words(a, b), words(b, a)];
    return one === other ? [] : [{ a: one, b: other }];
  });
  if (differing.length === 0) return null;
  const side = (name: 'a' | 'b') => differing.map((part) => part[name]).join(', ');
  return { a: side('a'), b: side('b') };
}

/** The words of a machine for each thing that decides its speed, equal where two machines do not differ in it. */
const PARTS: ((own: StoredMachine, other: StoredMachine) => string)[] = [
  (own, other) => (isNamed(own) || isNamed(other) ? own.id : ''),
  ({ cpu }) => cpu.replace(/\s+/g, ' ').trim(),
  ({ arch }, other) => (other.arch === null ? '' : (arch ?? '')),
  (own, other) => ownInstructionSets(own, other),
  ({ physicalCores, logicalCores, usableCores }, other) =>
    physicalCores === null || other.physicalCores === null
      ? ''
      : `${physicalCores} cores, ${logicalCores} logical, ${usableCores} usable`,
  ({ memoryBytes }, other) => {
    if (memoryBytes === null || other.memoryBytes === null) return '';
    const isSame = Math.abs(memoryBytes - other.memoryBytes) <= SAME_MEMORY * Math.max(memoryBytes, other.memoryBytes);
    return isSame ? '' : `${(memoryBytes / 2 ** 30).toFixed(1)} GiB of memory`;
  },
];

/** Of a machine whose cores are not known, only its name can tell which it is. */
function isNamed({ id, cpu, physicalCores, memoryBytes }: StoredMachine): boolean {
  return physicalCores === null || id !== machineSlug(cpu, physicalCores, memoryBytes);
}

/** Only those that the other lacks; where one of the systems does not tell, nothing is known to differ. */
function ownInstructionSets(
  { instructionSets: own }: StoredMachine,
  { instructionSets: others }: StoredMachine,
): string {
  if (own === null || others === null) return '';
  const extra = own.filter((name) => !others.includes(name));
  if (extra.length > 0) return `with ${extra.toSorted().join(' ')}`;
  const lacking = others.filter((name) => !own.includes(name));
  return lacking.length > 0 ? `without ${lacking.toSorted().join(' ')}` : '';
}
