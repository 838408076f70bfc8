// Grades: every limit from both sides, every plain reason, and what is unknown.
import { describe, expect, it } from 'vitest';
import type { Condition } from '../../src/contract/condition.js';
import type { OkRound } from '../../src/contract/result.js';
import { GRADES } from '../../src/contract/vocabulary.js';
import { NO_EFFECTS } from '../../src/machine/limits/group.js';
import { gradeRound, LIMITS, worstGrade } from '../../src/stats/grade.js';
import { conditionOf, disturbed } from '../fixtures/condition.js';
import { generateCase } from '../fixtures/document.js';

const STEADY = [1, 2, 3].map(() => [100, 120, 140]);
const roundOf = (condition?: Condition, tokenMs = STEADY) =>
  generateCase([{ tokenMs, ...(condition === undefined ? {} : { condition }) }]).rounds[0] as OkRound;
const grade = (changes: Partial<Condition>) => gradeRound(roundOf(conditionOf(changes)));

describe('gradeRound', () => {
  it('is A without reasons for a machine left alone', () => {
    expect(grade({})).toEqual({ grade: 'A', reasons: [] });
  });

  it('is none where the condition was not recorded', () => {
    expect(gradeRound(roundOf())).toEqual({ grade: null, reasons: [] });
  });

  const wall = 10_000;
  const cpuMs = { worker: 9000, edgeproof: 10, others: 0, steal: 0 };
  const AT: Record<keyof typeof LIMITS, (share: number) => OkRound> = {
    others: (share) => roundOf(disturbed(share)),
    steal: (share) => roundOf(conditionOf({ cpuMs: { ...cpuMs, steal: wall * share } })),
    quota: (share) => roundOf(conditionOf({ quota: { cores: 2, throttledMs: wall * share } })),
    heat: (share) => roundOf(conditionOf({ throttle: { events: 1, ms: wall * share } })),
    memory: (share) =>
      roundOf(conditionOf({ memory: { swappedInBytes: 0, swappedOutBytes: 0, stallMs: wall * share } })),
    clock: (share) =>
      roundOf(
        conditionOf({ frequency: { driver: null, governors: [], maxMhz: null, mhz: [2000, 2000 * (1 - share)] } }),
      ),
    drift: (share) =>
      roundOf(conditionOf(), [
        [100, 100 + 1e6 * (1 - share / 2)],
        [100, 100 + 1e6 * (1 + share / 2)],
      ]),
  };

  it.each([
    ['others', 0.05, 0.15],
    ['steal', 0.05, 0.15],
    ['quota', 0.05, 0.15],
    ['heat', 0, 0.05],
    ['memory', 0.01, 0.05],
    ['clock', 0.05, 0.15],
    ['drift', 0.05, 0.15],
  ] as const)('%s is an A up to %d and a C above %d', (name, a, c) => {
    const { words } = LIMITS[name];
    const at = (share: number) => gradeRound(AT[name](share));
    expect(at(a * 0.999).grade).toBe('A');
    expect(at(a + 0.001)).toMatchObject({
      grade: 'B',
      reasons: [{ grade: 'B', words, share: expect.closeTo(a + 0.001, 6) }],
    });
    expect(at(c - 0.001).grade).toBe('B');
    expect(at(c + 0.001)).toMatchObject({
      grade: 'C',
      reasons: [{ grade: 'C', words, share: expect.closeTo(c + 0.001, 6) }],
    });
  });

  it('takes drift in either direction', () => {
    expect(
      gradeRound(
        roundOf(conditionOf(), [
          [100, 300],
          [100, 200],
        ]),
      ).grade,
    ).toBe('C');
  });

  const memory = { swappedInBytes: 4096, swappedOutBytes: 0, stallMs: null };
  const frequency = (driver: string) => ({ driver, governors: ['powersave'], maxMhz: 1800, mhz: [600, 600] });
  it.each([
    [{ power: 'battery' as const }, 'battery'],
    [{ throttle: { events: 2, ms: null } }, 'heat throttled'],
    [{ passiveCooling: true }, 'cool'],
    [{ frequency: frequency('acpi-cpufreq') }, 'powersave'],
    [{ frequency: frequency('cpufreq-dt') }, 'powersave'],
    [{ memory }, 'swapping'],
    [{ residency: { residentBytes: 900, bytes: 1000 } }, 'page cache'],
  ])('has a plain reason for a B: %j', (changes, words) => {
    const { grade: found, reasons } = grade(changes);
    expect(found).toBe('B');
    expect(reasons).toHaveLength(1);
    expect(reasons[0]!.words).toContain(words);
  });

  it('does not hold an empty page cache against a round that was to start without', () => {
    const onDisk = roundOf(conditionOf({ residency: { residentBytes: 0, bytes: 1000 } }));
    const evicted = { evicted: true, residentBytes: 0, method: 'mincore', reason: null };
    expect(gradeRound(onDisk).grade).toBe('B');
    expect(gradeRound({ ...onDisk, pageCache: evicted }).grade).toBe('A');
    const held = {
      method: 'cgroup v2',
      swapBytes: 0,
      cpuQuota: null,
      cpus: null,
      uncountedFileBytes: 0,
      effects: NO_EFFECTS,
    };
    expect(gradeRound({ ...onDisk, limits: { ...held, memoryBytes: 1e9 } }).grade).toBe('A');
    expect(gradeRound({ ...onDisk, limits: { ...held, memoryBytes: null } }).grade).toBe('B');
  });

  it('sees a worker that was swapped out', () => {
    const round = roundOf(conditionOf());
    round.memory.phases.decode!.peakSwapBytes = 1 << 20;
    expect(gradeRound(round)).toMatchObject({
      grade: 'B',
      reasons: [{ words: expect.stringContaining('swapped out') }],
    });
  });

  it('holds nothing against a system that does not tell, nor against what does no harm', () => {
    const unknown: Partial<Condition> = {
      loadAverage: null,
      cpuMs: { worker: 1, edgeproof: 1, others: 0, steal: null },
      quota: null,
      frequency: null,
      temperature: null,
      throttle: null,
      passiveCooling: null,
      power: null,
      memory: null,
      residency: null,
    };
    expect(grade(unknown).grade).toBe('A');
    expect(grade({ frequency: frequency('amd-pstate-epp') }).grade).toBe('A');
    expect(grade({ memory: { swappedInBytes: 4096, swappedOutBytes: 0, stallMs: 0 } }).grade).toBe('A');
    expect(grade({ residency: { residentBytes: 0, bytes: 0 } }).grade).toBe('A');
    expect(grade({ residency: { residentBytes: 950, bytes: 1000 } }).grade).toBe('A');
    expect(gradeRound(roundOf(conditionOf(), [[100, 120]])).grade).toBe('A');
  });

  it('is the worst of its reasons, and keeps them all', () => {
    const { grade: found, reasons } = grade({ power: 'battery', throttle: { events: 9, ms: 9000 } });
    expect(found).toBe('C');
    expect(reasons.map((reason) => reason.grade).sort()).toEqual(['B', 'C']);
  });
});

it('worstGrade passes over what is not graded', () => {
  const graded = (...grades: ('A' | 'B' | 'C' | null)[]) => grades.map((found) => ({ grade: found, reasons: [] }));
  expect(worstGrade(graded('A', null, 'B', 'A'))).toBe('B');
  expect(worstGrade(graded(null))).toBeNull();
  expect(GRADES).toEqual(['A', 'B', 'C']);
});
