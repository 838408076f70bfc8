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

export type Clock = z.output<typeof clockSchema>;
/** A machine as it describes itself, without the clock. */
export type Machine = Omit<z.output<typeof machineSchema>, 'clock'>;

/** Reported memory differs by some megabytes from boot to boot. */
const SAME_MEMORY = 0.05;

/** A slug of what the hardware reports, the id of a machine that was not named. */
export function machineSlug(cpu: string, cores: number, memoryBytes: number): string {
  const words = cpu
    .replace(/\((r|tm)\)|@.*|\bcpu\b|\bprocessor\b|\d+-cores?\b/gi, ' ')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return `${words || 'machine'}-${cores}c-${Math.round(memoryBytes / 2 ** 30)}gb`;
}

/**
 * What shows that two documents come from two machines, each in words; null: nothing does. The hardware decides, and
 * names that people chose: many machines share a slug, and one of them has two where its memory is near half a gigabyte.
 */
export function machineDifference(a: Machine, b: Machine): { a: string; b: string } | null {
  const differing = PARTS.flatMap((words) => {
    const [one, other] = [words(a, b), words(b, a)];
    return one === other ? [] : [{ a: one, b: other }];
  });
  if (differing.length === 0) return null;
  const side = (name: 'a' | 'b') => differing.map((part) => part[name]).join(', ');
  return { a: side('a'), b: side('b') };
}

/** The words of a machine for each thing that decides its speed, equal where two machines do not differ in it. */
const PARTS: ((own: Machine, other: Machine) => string)[] = [
  (own, other) => (isNamed(own) || isNamed(other) ? own.id : ''),
  ({ cpu }) => cpu.replace(/\s+/g, ' ').trim(),
  ({ arch }) => arch,
  (own, other) => ownInstructionSets(own, other),
  ({ physicalCores, logicalCores, usableCores }) =>
    `${physicalCores} cores, ${logicalCores} logical, ${usableCores} usable`,
  ({ memoryBytes }, other) => {
    const isSame = Math.abs(memoryBytes - other.memoryBytes) <= SAME_MEMORY * Math.max(memoryBytes, other.memoryBytes);
    return isSame ? '' : `${(memoryBytes / 2 ** 30).toFixed(1)} GiB of memory`;
  },
];

function isNamed({ id, cpu, physicalCores, memoryBytes }: Machine): boolean {
  return id !== machineSlug(cpu, physicalCores, memoryBytes);
}

/** Only those that the other lacks; where one of the systems does not tell, nothing is known to differ. */
function ownInstructionSets({ instructionSets: own }: Machine, { instructionSets: others }: Machine): string {
  if (own === null || others === null) return '';
  const extra = own.filter((name) => !others.includes(name));
  if (extra.length > 0) return `with ${extra.toSorted().join(' ')}`;
  const lacking = others.filter((name) => !own.includes(name));
  return lacking.length > 0 ? `without ${lacking.toSorted().join(' ')}` : '';
}
