// The grade of a round: may its numbers be used? Stored readings → A, B or C, with reasons in plain words. Pure.
// The limits and why they are what they are: docs/condition.md.
import type { Condition } from '../contract/condition.js';
import type { OkRound } from '../contract/result.js';
import type { Graded, Reason } from '../contract/views/rounds.js';
import { GRADES, type Grade } from '../contract/vocabulary.js';
import { driftOf } from './drift.js';
import { passDrift } from './pass-drift.js';

/** A share up to `a` keeps grade A; a share above `c` means grade C. */
export const LIMITS = {
  others: { a: 0.05, c: 0.15, words: 'other programs took % of a core' },
  steal: { a: 0.05, c: 0.15, words: 'the hypervisor took % of a core' },
  quota: { a: 0.05, c: 0.15, words: 'the CPU quota took % of a core' },
  heat: { a: 0, c: 0.05, words: 'heat throttled the processor for % of the time' },
  memory: { a: 0.01, c: 0.05, words: 'tasks waited for memory for % of the time' },
  clock: { a: 0.05, c: 0.15, words: 'the clock of the processor fell by %' },
  drift: { a: 0.05, c: 0.15, words: 'the time per token drifted by %' },
} as const;

/** With this share of the weights in the page cache, load time does not depend on the disk. */
const RESIDENT = 0.95;

const DISK = 'only % of the weights lay in the page cache, so loading read the disk';
const THROTTLED = 'heat throttled the processor';
const COOLED = 'the system slowed the processor down to cool it';

/** Drivers under which the governor `powersave` still lets the clock rise. */
const SCALING_DRIVERS = /^(intel_pstate|amd-pstate|amd-pstate-epp|amd_pstate|amd_pstate_epp)$/;

/** `peers`: the rounds of its case, which show what drift a single pass has by itself. */
export function gradeRound(round: OkRound, peers: readonly OkRound[] = []): Graded {
  if (round.condition === null) return { grade: null, reasons: [] };
  const drift = roundDrift(round, peers);
  const all = [
    ...shareReasons(round.condition),
    ...(drift === null ? [] : limited('drift', Math.abs(drift))),
    ...plainReasons(round.condition, round.memory.phases),
  ];
  const meant = [...(isSustained(round) ? HEAT : []), ...(startsCold(round) ? [DISK] : [])];
  const reasons = all.filter(({ words }) => !meant.includes(words));
  const grade = reasons.some((reason) => reason.grade === 'C') ? 'C' : reasons.length > 0 ? 'B' : 'A';
  return { grade, reasons };
}

/** Over its iterations, or inside its only one. */
export function roundDrift(round: OkRound, peers: readonly OkRound[]): number | null {
  return driftOf(round) ?? passDrift(round, peers);
}

function shareReasons(condition: Condition): Reason[] {
  const { wallMs, cpuMs, quota, throttle, memory, frequency } = condition;
  const wall = Math.max(1, wallMs);
  const clocks = frequency?.mhz ?? [];
  return [
    ...limited('others', cpuMs.others / wall),
    ...limited('steal', (cpuMs.steal ?? 0) / wall),
    ...limited('quota', (quota?.throttledMs ?? 0) / wall),
    ...limited('heat', (throttle?.ms ?? 0) / wall),
    ...limited('memory', (memory?.stallMs ?? 0) / wall),
    ...(clocks.length < 2 ? [] : limited('clock', 1 - clocks.at(-1)! / Math.max(...clocks))),
  ];
}

function limited(name: keyof typeof LIMITS, share: number): Reason[] {
  const { a, c, words } = LIMITS[name];
  return share <= a ? [] : [{ grade: share > c ? 'C' : 'B', words, share }];
}

function plainReasons(condition: Condition, phases: OkRound['memory']['phases']): Reason[] {
  const { power, throttle, passiveCooling, frequency, memory, residency } = condition;
  const pinned = frequency?.driver != null && !SCALING_DRIVERS.test(frequency.driver);
  const swapped = Object.values(phases).some(({ peakSwapBytes }) => (peakSwapBytes ?? 0) > 0);
  const swapping = memory !== null && memory.stallMs === null && memory.swappedInBytes + memory.swappedOutBytes > 0;
  const resident = residency === null || residency.bytes === 0 ? null : residency.residentBytes / residency.bytes;
  const rules: [boolean, string, number | null][] = [
    [power === 'battery', 'the machine ran on its battery', null],
    [throttle !== null && throttle.ms === null && throttle.events > 0, THROTTLED, null],
    [passiveCooling === true, COOLED, null],
    [pinned && frequency!.governors.includes('powersave'), 'the governor powersave keeps the clock low', null],
    [swapped, 'part of the worker was swapped out', null],
    [swapping, 'the system was swapping', null],
    [resident !== null && resident < RESIDENT, DISK, resident],
  ];
  return rules.flatMap(([holds, words, share]): Reason[] => (holds ? [{ grade: 'B', words, share }] : []));
}

/** A sustained workload measures how a machine copes with its own heat, so heat is its result and no disturbance. */
const HEAT: readonly string[] = [LIMITS.heat.words, LIMITS.clock.words, LIMITS.drift.words, THROTTLED, COOLED];

function isSustained({ iterations }: OkRound): boolean {
  return iterations.some((iteration) => 'startMs' in iteration);
}

/** The files were evicted on purpose: for a cold start, or so that a memory limit counts them. */
function startsCold({ pageCache, limits }: OkRound): boolean {
  return pageCache !== undefined || (limits !== undefined && limits.memoryBytes !== null);
}

/** null when no round is graded. */
export function worstGrade(grades: readonly Pick<Graded, 'grade'>[]): Grade | null {
  return GRADES.findLast((grade) => grades.some((graded) => graded.grade === grade)) ?? null;
}

/** Whether what has this grade may be compared: it is as good or better, or has none, as before conditions were recorded. */
export function isSufficient({ grade }: Pick<Graded, 'grade'>, atLeast: Grade): boolean {
  return grade === null || GRADES.indexOf(grade) <= GRADES.indexOf(atLeast);
}
