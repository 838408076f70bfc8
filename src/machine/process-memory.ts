// Memory of another process from the kernel's own counters, per phase: peak RSS exactly, its split by sampling.
// Linux: /proc/<pid>/status; VmHWM is the kernel's high-water mark and is reset between phases through clear_refs.
import { readFileSync, writeFileSync } from 'node:fs';
import type { PhaseMemory } from '../contract/memory.js';
import { phasesOfReports, type ReportedMoment, reportedMethod } from './reported-memory.js';

export interface MemoryReading {
  rssBytes: number;
  peakRssBytes: number;
  anonymousBytes: number;
  fileBytes: number;
  swapBytes: number;
}

/** null where the system has no /proc/<pid>/status, or the process is gone. */
export function readProcessMemory(pid: number): MemoryReading | null {
  let status: string;
  try {
    status = readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return null;
  }
  return parseStatus(status);
}

/** The fields of /proc/<pid>/status that we use; null for a zombie, which has none of them. */
export function parseStatus(status: string): MemoryReading | null {
  const bytes = (field: string) => {
    const match = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status);
    return match === null ? null : Number(match[1]) * 1024;
  };
  const [rss, peak, anonymous, file] = ['VmRSS', 'VmHWM', 'RssAnon', 'RssFile'].map(bytes);
  if (rss == null || peak == null || anonymous == null || file == null) return null;
  const swapBytes = bytes('VmSwap') ?? 0;
  return { rssBytes: rss, peakRssBytes: peak, anonymousBytes: anonymous, fileBytes: file, swapBytes };
}

/** Sets the process's high-water mark back to its present size; false where that is not allowed. */
export function resetPeak(pid: number): boolean {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
    return true;
  } catch {
    return false;
  }
}

export interface MemoryWatch {
  /** Ends the present phase and begins another; a phase may be entered many times. */
  enter(phase: string): void;
  /** What the worker read of itself at the end of a phase. */
  report(moment: ReportedMoment): void;
  /** Resting, it reads nothing and has no timer: the self-test compares that with watching. */
  rest(resting: boolean): void;
  /** Reads once more and stops sampling. */
  stop(): void;
  phases(): Record<string, PhaseMemory>;
  method(): string;
}

const SAMPLE_INTERVAL_MS = 200;

/** Watches a process from outside. Every 50 ms cost a 2-core machine 2 to 3 % of its prefill rate; 200 ms cannot be told from none. */
export function watchMemory(pid: number, firstPhase: string): MemoryWatch {
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
      // Without resets the mark only tells of this phase once it has risen in it; then samples stand in.
      peakRssBytes: largest(resets ? reading.peakRssBytes : reading.rssBytes, known?.peakRssBytes),
      peakAnonymousBytes: largest(reading.anonymousBytes, known?.peakAnonymousBytes),
      peakFileBytes: largest(reading.fileBytes, known?.peakFileBytes),
      peakSwapBytes: largest(reading.swapBytes, known?.peakSwapBytes),
      end: null,
    };
  };
  let timer: NodeJS.Timeout;
  /** At whole multiples of the interval: as often as ever, however short the time between two rests. */
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
    enter(next) {
      if (next === phase) return;
      sample();
      if (!resting && !resetPeak(pid) && readProcessMemory(pid) !== null) resets = false;
      phase = next;
      sample();
    },
    report: (moment) => reports.push(moment),
    rest(next) {
      if (next === resting) return;
      resting = next;
      clearTimeout(timer);
      if (!resting) sampleLater();
    },
    stop() {
      sample();
      clearTimeout(timer);
    },
    phases() {
      if (readings === 0) return phasesOfReports(reports);
      const ends = new Map(reports.map(({ phase: ended, end }) => [ended, end]));
      return Object.fromEntries(
        Object.entries(phases).map(([name, memory]) => [name, { ...memory, end: ends.get(name) ?? null }]),
      );
    },
    method() {
      if (readings === 0 && reports.length > 0) return reportedMethod(process.platform);
      if (readings === 0) return `unavailable: ${process.platform} has no /proc/<pid>/status`;
      return resets
        ? 'VmHWM of /proc/<pid>/status, reset per phase'
        : `VmRSS of /proc/<pid>/status, every ${SAMPLE_INTERVAL_MS} ms`;
    },
  };
}
