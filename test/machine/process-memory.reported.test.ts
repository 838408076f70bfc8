// Phases of a worker that nobody can read from outside: which phase a peak belongs to, and how the way is named.
import { describe, expect, it } from 'vitest';
import { phasesOfReports, reportedMethod, watchMemory } from '../../src/machine/process-memory.js';

const moment = (phase: string, peakRssBytes: number, rssBytes: number) => ({
  phase,
  peakRssBytes,
  end: { rssBytes, pssBytes: null, anonymousBytes: null, swapBytes: null },
});
const REPORTS = [
  moment('start', 60, 55),
  moment('load', 500, 300),
  moment('firstRun', 500, 320),
  moment('decode', 510, 330),
];

describe('phasesOfReports', () => {
  it('gives a peak to the phase in which it rose, and to others their size at the end', () => {
    const peaks = Object.entries(phasesOfReports(REPORTS)).map(([phase, memory]) => [phase, memory.peakRssBytes]);
    expect(peaks).toEqual([
      ['start', 60],
      ['load', 500],
      ['firstRun', 320],
      ['decode', 510],
    ]);
  });

  it('knows no parts', () => {
    expect(phasesOfReports(REPORTS).load).toEqual({
      peakRssBytes: 500,
      peakAnonymousBytes: null,
      peakFileBytes: null,
      peakSwapBytes: null,
      end: { rssBytes: 300, pssBytes: null, anonymousBytes: null, swapBytes: null },
    });
  });
});

it.each([
  ['darwin', 'task_info'],
  ['win32', 'PeakWorkingSetSize'],
  ['freebsd', 'getrusage'],
] as const)('the method of %s names its source', (platform, source) => {
  expect(reportedMethod(platform)).toContain(source);
});

it('is what a watch has of a process that it cannot read', () => {
  const watch = watchMemory(2 ** 30, 'start');
  for (const report of REPORTS) watch.report(report);
  watch.stop();
  expect(watch.phases()).toEqual(phasesOfReports(REPORTS));
  expect(watch.method()).toContain('read by the worker');
});
