// Temperature and clock over time on a fake machine that heats up, throttles, and one that tells nothing.
import { describe, expect, it, vi } from 'vitest';
import { traceProcessor } from '../../../src/machine/condition/trace.js';
import { kernelTree, writeKernelFiles } from '../../fixtures/kernel-tree.js';

const state = (mhz: number, celsius: number, throttled: number) => ({
  'sys/devices/system/cpu/cpufreq/policy0/scaling_cur_freq': `${mhz * 1000}\n`,
  'sys/devices/system/cpu/cpufreq/policy0/affected_cpus': '0\n',
  'sys/class/hwmon/hwmon0/name': 'coretemp\n',
  'sys/class/hwmon/hwmon0/temp1_input': `${celsius * 1000}\n`,
  'sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count': `${throttled}\n`,
});

describe('the trace of a processor', () => {
  it('reads at the start, every five seconds and at the end; throttling counts from the start', () => {
    vi.useFakeTimers();
    try {
      const root = kernelTree(state(4000, 40, 17));
      const trace = traceProcessor(root, () => Date.now());
      trace.start();
      writeKernelFiles(root, state(3900, 80, 17));
      vi.advanceTimersByTime(2_000);
      trace.start();
      vi.advanceTimersByTime(3_500);
      writeKernelFiles(root, state(2800, 97, 21));
      vi.advanceTimersByTime(500);
      expect(trace.finish()).toEqual([
        { atMs: 0, mhz: 4000, celsius: 40, throttleEvents: 0 },
        { atMs: 5000, mhz: 3900, celsius: 80, throttleEvents: 0 },
        { atMs: 6000, mhz: 2800, celsius: 97, throttleEvents: 4 },
      ]);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('is null where the system does not tell, and empty when nothing ran', () => {
    const trace = traceProcessor(kernelTree({}));
    trace.start();
    expect(trace.finish()[0]).toEqual({ atMs: 0, mhz: null, celsius: null, throttleEvents: null });
    expect(traceProcessor(kernelTree({})).finish()).toEqual([]);
  });
});
