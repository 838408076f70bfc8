// Memory per phase where it cannot be read from outside (macOS, Windows): the worker reports its size and its peak so far at
// the end of each phase that is not timed. A peak that did not rise belongs to an earlier phase.
import type { MomentMemory, PhaseMemory } from '../contract/memory.js';

export interface ReportedMoment {
  phase: string;
  /** The highest since the process started. */
  peakRssBytes: number;
  end: MomentMemory;
}

export function phasesOfReports(reports: readonly ReportedMoment[]): Record<string, PhaseMemory> {
  let highest = 0;
  return Object.fromEntries(
    reports.map(({ phase, peakRssBytes, end }) => {
      const rose = peakRssBytes > highest;
      highest = Math.max(highest, peakRssBytes);
      const peak = rose ? peakRssBytes : end.rssBytes;
      return [phase, { peakRssBytes: peak, peakAnonymousBytes: null, peakFileBytes: null, peakSwapBytes: null, end }];
    }),
  );
}

const SOURCES: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'resident_size of task_info and the peak of getrusage',
  win32: 'WorkingSetSize and PeakWorkingSetSize of GetProcessMemoryInfo',
};

export function reportedMethod(platform: NodeJS.Platform): string {
  const source = SOURCES[platform] ?? 'resident size and the peak of getrusage';
  return `${source}, read by the worker at the end of each phase that is not timed; a peak that did not rise is its size then`;
}
