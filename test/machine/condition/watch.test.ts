// The condition of a round: fake machines that change between two readings, and this one beside a process that is busy.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { conditionSchema } from '../../../src/contract/condition.js';
import { watchCondition } from '../../../src/machine/condition/watch.js';
import { type KernelFiles, kernelTree, writeKernelFiles } from '../../fixtures/kernel-tree.js';

const GRAPH = '/nowhere/model.onnx';

const stat = (busy: [number, number, number], steal: number) =>
  busy.map((ticks, cpu) => `cpu${cpu} ${ticks} 0 0 5000 0 0 0 ${cpu === 0 ? steal : 0} 0 0`).join('\n');
const clock = (mhz: number): KernelFiles => ({
  'sys/devices/system/cpu/cpufreq/policy0/scaling_cur_freq': `${mhz * 1000}\n`,
});

const BEFORE: KernelFiles = {
  'proc/stat': stat([1000, 2000, 9000], 7),
  'proc/self/status': 'Cpus_allowed_list:\t0-1\n',
  'proc/self/cgroup': '0::/box\n',
  'sys/fs/cgroup/box/cpu.max': '150000 100000\n',
  'sys/fs/cgroup/box/cpu.stat': 'throttled_usec 1000\n',
  'proc/vmstat': 'pswpin 1\npswpout 2\n',
  'proc/pressure/memory': 'some avg10=0.00 avg60=0.00 avg300=0.00 total=5000\n',
  'sys/class/power_supply/AC/type': 'Mains\n',
  'sys/class/power_supply/AC/online': '1\n',
  'sys/class/thermal/thermal_zone0/type': 'x86_pkg_temp\n',
  'sys/class/thermal/thermal_zone0/temp': '45000\n',
  'sys/class/thermal/cooling_device0/type': 'Processor\n',
  'sys/class/thermal/cooling_device0/cur_state': '0\n',
  'sys/devices/system/cpu/cpu0/thermal_throttle/package_throttle_count': '3\n',
  'sys/devices/system/cpu/cpu0/thermal_throttle/package_throttle_total_time_ms': '30\n',
  'sys/devices/system/cpu/cpufreq/policy0/affected_cpus': '0 1 2\n',
  'sys/devices/system/cpu/cpufreq/policy0/scaling_driver': 'intel_pstate\n',
  'sys/devices/system/cpu/cpufreq/policy0/scaling_governor': 'performance\n',
  'sys/devices/system/cpu/cpufreq/policy0/cpuinfo_max_freq': '4700000\n',
  ...clock(800),
};
const AFTER: KernelFiles = {
  'proc/stat': stat([1400, 2300, 9900], 27),
  'sys/fs/cgroup/box/cpu.stat': 'throttled_usec 26000\n',
  'proc/vmstat': 'pswpin 1\npswpout 12\n',
  'proc/pressure/memory': 'some avg10=0.00 avg60=0.00 avg300=0.00 total=9000\n',
  'sys/class/thermal/thermal_zone0/temp': '88000\n',
  'sys/class/thermal/cooling_device0/cur_state': '1\n',
  'sys/devices/system/cpu/cpu0/thermal_throttle/package_throttle_count': '5\n',
  'sys/devices/system/cpu/cpu0/thermal_throttle/package_throttle_total_time_ms': '130\n',
};

describe('the condition of a round', () => {
  it('is what changed between two readings', () => {
    const root = kernelTree(BEFORE);
    const watch = watchCondition(GRAPH, root, 'linux');
    for (const mhz of [4500, 4400]) {
      writeKernelFiles(root, clock(mhz));
      watch.sample();
    }
    writeKernelFiles(root, AFTER);
    const condition = watch.finish({ cpuMs: 6500, majorFaults: 4 });
    expect(conditionSchema.parse(condition)).toEqual(condition);
    expect(condition).toMatchObject({
      cpus: 2,
      cpuset: '0-1',
      quota: { cores: 1.5, throttledMs: 25 },
      frequency: { driver: 'intel_pstate', governors: ['performance'], maxMhz: 4700, mhz: [4500, 4400] },
      temperature: { sensor: 'x86_pkg_temp', beforeC: 45, afterC: 88 },
      throttle: { events: 2, ms: 100 },
      passiveCooling: true,
      power: 'mains',
      memory: { swappedInBytes: 0, swappedOutBytes: 40_960, stallMs: 4 },
      workerMajorFaults: 4,
      residency: null,
      unknown: { residency: 'the files of the weights are not there' },
    });
    // 4 and 3 s on the two CPUs, of which the worker took 6.5 s and this process next to nothing.
    const { worker, edgeproof, others, steal } = condition.cpuMs;
    expect([worker, others + edgeproof, steal]).toEqual([6500, expect.closeTo(500, -0.5), 200]);
  });

  it('is never less than nothing when the worker counts finer than the kernel', () => {
    const root = kernelTree(BEFORE);
    expect(watchCondition(GRAPH, root, 'linux').finish({ cpuMs: 3, majorFaults: 0 }).cpuMs.others).toBe(0);
  });

  it('has a reason for everything that a bare machine does not tell', () => {
    const condition = watchCondition(GRAPH, kernelTree({}), 'linux').finish({ cpuMs: 0, majorFaults: 0 });
    expect(conditionSchema.parse(condition)).toEqual(condition);
    const missing = Object.entries(condition).flatMap(([name, value]) => (value === null ? [name] : []));
    expect(Object.keys(condition.unknown).sort()).toEqual([...missing, 'steal'].sort());
    for (const reason of Object.values(condition.unknown)) expect(reason).toMatch(/^(no|neither|the) \w.{10,}/);
  });

  it('says so on a system that it does not read', () => {
    const condition = watchCondition(GRAPH, kernelTree({}), 'win32').finish({ cpuMs: 0, majorFaults: 0 });
    expect(conditionSchema.parse(condition)).toEqual(condition);
    expect(condition.loadAverage).toBeNull();
    expect(condition.unknown).toMatchObject({ power: 'not read on win32', loadAverage: 'not read on win32' });
  });

  it('survives files that vanish meanwhile', () => {
    const root = kernelTree({ ...BEFORE });
    const watch = watchCondition(GRAPH, root, 'linux');
    writeKernelFiles(root, { 'sys/fs/cgroup/box/cpu.stat': '', 'proc/vmstat': 'nr_free_pages 1\n', 'proc/stat': '' });
    watch.sample();
    const condition = watch.finish({ cpuMs: 10, majorFaults: 0 });
    expect(conditionSchema.parse(condition)).toEqual(condition);
    expect(condition).toMatchObject({ memory: null, cpus: 0, cpuMs: { others: 0, steal: null } });
  });
});

const BUSY = `
  while (process.cpuUsage().user < 400_000) for (let i = 0; i < 1e6; i++);
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  console.log((userCPUTime + systemCPUTime) / 1000);
`;

it.runIf(process.platform === 'linux')('others are found by the time that they take, the worker is not', async () => {
  const used = async () => {
    const child = spawn(process.execPath, ['-e', BUSY], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [text] = (await once(child.stdout, 'data')) as [Buffer];
    await once(child, 'exit');
    return Number(text);
  };
  const watch = watchCondition(GRAPH);
  const [worker, other] = await Promise.all([used(), used()]);
  const { cpuMs } = watch.finish({ cpuMs: worker, majorFaults: 0 });
  expect(cpuMs.worker).toBe(Math.round(worker));
  // Ticks of 10 ms; whatever else runs here comes on top.
  expect(cpuMs.others).toBeGreaterThan(other * 0.8);
});
