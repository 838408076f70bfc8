// Memory of another process from the kernel's own counters, per phase: the peak of RSS exactly, its parts by sampling.
// Linux: /proc/<pid>/status. VmHWM, the kernel's high-water mark, is reset between phases through clear_refs. Elsewhere the
// worker reports its size and its peak so far at the end of each phase that is not timed.
import { writeFileSync } from 'node:fs';
import type { MomentMemory, PhaseMemory } from '../contract/memory.js';
import { bytesField, readText } from './kernel-text.js';

interface MemoryReading {
  rssBytes: number;
  peakRssBytes: number;
  anonymousBytes: number;
  fileBytes: number;
  swapBytes: number;
}

/** null where the system has no /proc/<pid>/status, or the process is gone. */
export function readProcessMemory(pid: number): MemoryReading | null {
  const status = readText('/', `proc/${pid}/status`);
  return status === null ? null : parseStatus(status);
}

/** Parses /proc/<pid>/status; null for a zombie, which has none of these fields. */
export function parseStatus(status: string): MemoryReading | null {
  const bytes = (field: string) => bytesField(status, field);
  const [rss, peak, anonymous, file] = ['VmRSS', 'VmHWM', 'RssAnon', 'RssFile'].map(bytes);
  if (rss == null || peak == null || anonymous == null || file == null) return null;
  const swapBytes = bytes('VmSwap') ?? 0;
  return { rssBytes: rss, peakRssBytes: peak, anonymousBytes: anonymous, fileBytes: file, swapBytes };
}

/** Resets the high-water mark of the process to its present size; false where that is not allowed. */
export function resetPeak(pid: number): boolean {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
    return true;
  } catch {
    return false;
  }
}

const SAMPLE_INTERVAL_MS = 200;

/**
 * Watches a process from outside. Sampling every 50 ms cost a 2-core machine 2 to 3 % of its prefill rate; every 200 ms costs
 * nothing that can be measured.
 */
export function watchMemory(pid: number, firstPhase: string) {
  const phases: Record<string, PhaseMemory> = {};
  const reports: ReportedMoment[] = [];
  let phase = firstPhase;
  let resets = true;
  let readings = 0;
  let resting = false;
  const sample = () => {
    if (resting) return;
    const reading = readProcessMemory(pid);
    if (reading === null) return;
    readings++;
    const known = phases[phase];
    const largest = (value: number, before: number | null | undefined) => Math.max(value, before ?? 0);
    phases[phase] = {
      // Where it cannot be reset, the mark may come from an earlier phase, so the samples are used instead.
      peakRssBytes: largest(resets ? reading.peakRssBytes : reading.rssBytes, known?.peakRssBytes),
      peakAnonymousBytes: largest(reading.anonymousBytes, known?.peakAnonymousBytes),
      peakFileBytes: largest(reading.fileBytes, known?.peakFileBytes),
      peakSwapBytes: largest(reading.swapBytes, known?.peakSwapBytes),
      end: null,
    };
  };
  let timer: NodeJS.Timeout;
  /** Samples at whole multiples of the interval, so that frequent rests do not make samples rarer. */
  const sampleLater = () => {
    timer = setTimeout(
      () => {
        sample();
        sampleLater();
      },
      SAMPLE_INTERVAL_MS - (performance.now() % SAMPLE_INTERVAL_MS),
    ).unref();
  };
  sampleLater();
  return {
    /** Ends the present phase and begins another. A phase may be entered many times. */
    enter(next: string): void {
      if (next === phase) return;
      sample();
      if (!resting && !resetPeak(pid) && readProcessMemory(pid) !== null) resets = false;
      phase = next;
      sample();
    },
    /** Takes what the worker read of itself at the end of a phase. */
    report: (moment: ReportedMoment) => reports.push(moment),
    /** While resting, nothing is read and no timer runs; the self-test compares this with watching. */
    rest(next: boolean): void {
      if (next === resting) return;
      resting = next;
      clearTimeout(timer);
      if (!resting) sampleLater();
    },
    /** Reads once more and stops sampling. */
    stop(): void {
      sample();
      clearTimeout(timer);
    },
    phases(): Record<string, PhaseMemory> {
      if (readings === 0) return phasesOfReports(reports);
      const ends = new Map(reports.map(({ phase: ended, end }) => [ended, end]));
      return Object.fromEntries(
        Object.entries(phases).map(([name, memory]) => [name, { ...memory, end: ends.get(name) ?? null }]),
      );
    },
    method(): string {
      if (readings === 0 && reports.length > 0) return reportedMethod(process.platform);
      if (readings === 0) return `unavailable: ${process.platform} has no /proc/<pid>/status`;
      return resets
        ? 'VmHWM of /proc/<pid>/status, reset per phase'
        : `VmRSS of /proc/<pid>/status, every ${SAMPLE_INTERVAL_MS} ms`;
    },
  };
}

interface ReportedMoment {
  phase: string;
  /** The highest since the process started. */
  peakRssBytes: number;
  end: MomentMemory;
}

/** A peak that did not rise belongs to an earlier phase. */
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
