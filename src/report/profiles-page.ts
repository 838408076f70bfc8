// The device profiles and the use profiles as pages. Pure.
import type { DeviceProfile } from '../contract/device-profile.js';
import { USE_METRICS, type UseProfile, type UseWorkload } from '../contract/use-profile.js';
import { bytes, number } from './format.js';
import type { Page } from './page.js';

export function devicesPage(devices: readonly DeviceProfile[]): Page {
  return {
    heading: [],
    columns: [
      { key: 'device', title: 'device' },
      { key: 'name', title: 'name' },
      { key: 'memory', title: 'memory', align: 'right' },
      { key: 'app', title: 'for a model', align: 'right' },
      { key: 'bandwidth', title: 'bandwidth', unit: 'GB/s', align: 'right' },
      { key: 'int8', title: 'int8', unit: 'Gop/s', align: 'right' },
      { key: 'class', title: 'class' },
      { key: 'quality', title: 'sources' },
    ],
    rows: devices.map((device) => ({
      device: device.id,
      name: device.name,
      memory: bytes(device.memoryBytes.value),
      app: bytes(device.appMemoryBytes.value),
      bandwidth: number(device.memoryBandwidthBytesPerSecond.specified.value / 1e9),
      int8: rate(device.matrixOperationsPerSecond.int8.value),
      class: device.class,
      quality: device.quality,
    })),
    notes: [
      'Bandwidth is specified, bus width × rate; rates of integers are measured or computed, an upper bound. Sources: benchmarks/devices/, docs/devices.md.',
    ],
    json: devices,
    records: devices.map(({ id, name, kind, quality, memoryBytes, appMemoryBytes, ...device }) => ({
      ...{ device: id, name, kind, class: device.class, quality },
      ...{ memoryBytes: memoryBytes.value, appMemoryBytes: appMemoryBytes.value },
      bandwidthBytesPerSecond: device.memoryBandwidthBytesPerSecond.specified.value,
      int8OperationsPerSecond: device.matrixOperationsPerSecond.int8.value,
      fp32OperationsPerSecond: device.matrixOperationsPerSecond.fp32.value,
    })),
  };
}

function rate(operationsPerSecond: number | null): string {
  return operationsPerSecond === null ? 'unknown' : number(operationsPerSecond / 1e9);
}

export function usesPage(uses: readonly UseProfile[]): Page {
  return {
    heading: [],
    columns: [
      { key: 'use', title: 'use' },
      { key: 'what', title: 'what' },
      { key: 'workload', title: 'workload' },
      { key: 'needs', title: 'needs' },
    ],
    rows: uses.map(({ id, what, workload, thresholds }) => ({
      use: id,
      what,
      workload: workloadWords(workload),
      needs: thresholds
        .filter(({ metric }) => USE_METRICS[metric].predicted)
        .map(({ metric, better, acceptable }) => {
          const { words, unit } = USE_METRICS[metric];
          return `${words} ${better === 'higher' ? '≥' : '≤'} ${acceptable}${unit === '' ? '' : ` ${unit}`}`;
        })
        .join(', '),
    })),
    notes: ['Thresholds with their sources, and those that fit does not predict: benchmarks/uses/, docs/devices.md.'],
    json: uses,
    records: uses.flatMap(({ id, thresholds }) =>
      thresholds.map(({ metric, better, acceptable, good, basis }) => ({
        use: id,
        metric,
        better,
        acceptable,
        good,
        basis,
      })),
    ),
  };
}

/** `10 × (600 + 150) after 2,000` */
export function workloadWords(workload: UseWorkload): string {
  const { new: tokens } = workload;
  if (workload.kind === 'conversation')
    return `${workload.turns} × (${workload.input} + ${tokens}) after ${workload.system}`;
  if (workload.kind === 'repeated') return `${workload.changed} new of ${workload.prompt}, then ${tokens}`;
  return workload.kind === 'batch'
    ? `${workload.items} × (${workload.prompt} + ${tokens})`
    : `${workload.prompt} + ${tokens}`;
}
