// Chooses the energy source of this machine: hardware counters first, then anything coarse, else the reason why there is none.
import type { Unmetered } from '../../contract/energy.js';
import { openBattery } from './battery.js';
import { isMeter, type Joules, type Meter, unmetered } from './meter.js';
import { openNvidia } from './nvidia.js';
import { openPowercap } from './powercap.js';
import { openPowermetrics } from './powermetrics.js';

interface EnergySources {
  /** The processor's package; the battery or the whole chip where its counters cannot be read. */
  processor: Meter | Unmetered;
  /** NVIDIA GPUs; null when not asked for, and on macOS, where processor and GPU are one source. */
  gpu: Meter | Unmetered | null;
}

/** `gpu` opens the counters of NVIDIA GPUs as well. */
export async function openSources(
  { gpu: withGpu }: { gpu: boolean },
  root = '/',
  platform: NodeJS.Platform = process.platform,
): Promise<EnergySources> {
  const [processor, gpu] = await Promise.all([
    openProcessor(root, platform),
    withGpu && platform !== 'darwin' ? openNvidia() : null,
  ]);
  return { processor, gpu };
}

async function openProcessor(root: string, platform: NodeJS.Platform): Promise<Meter | Unmetered> {
  if (platform === 'darwin') return openPowermetrics();
  if (platform !== 'linux') return unmetered(`no counter of energy is read on ${platform}`);
  const counters = openPowercap(root);
  if (isMeter(counters)) return counters;
  const battery = openBattery(root);
  return isMeter(battery) ? battery : counters;
}

export function closeSources({ processor, gpu }: EnergySources): void {
  for (const source of [processor, gpu]) if (source !== null && isMeter(source)) source.close();
}

/** The source for a case on this execution provider: on a GPU, the counters of processor and GPU together. */
export function sourceFor(ep: string, { processor, gpu }: EnergySources): Meter | Unmetered {
  if (ep === 'cpu' || gpu === null) return processor;
  if (!isMeter(gpu)) {
    // A discharging battery includes the GPU; the counter of a processor does not.
    return isMeter(processor) && processor.tier === 'coarse'
      ? processor
      : unmetered(`the GPU: ${gpu.reason}`, gpu.remedy);
  }
  if (!isMeter(processor) || processor.tier === 'coarse') return gpu;
  return combineMeters([processor, gpu]);
}

/** Several meters read as one: processor and GPU of a case. */
export function combineMeters(meters: Meter[]): Meter {
  return {
    tier: meters.some(({ tier }) => tier === 'coarse') ? 'coarse' : 'counter',
    source: meters.map(({ source }) => source).join(' + '),
    updateMs: Math.max(...meters.map(({ updateMs }) => updateMs)),
    // At the earliest moment one meter is exact, and the others lie between two of their readings.
    read: () => Math.min(...meters.map((meter) => meter.read())),
    async known(atMs) {
      await Promise.all(meters.map((meter) => meter.known(atMs)));
    },
    usedBetween(startMs, endMs) {
      const used = meters.map((meter) => meter.usedBetween(startMs, endMs));
      const fault = used.find((joules) => typeof joules === 'string');
      return fault ?? (Object.assign({}, ...used) as Joules);
    },
    close() {
      for (const meter of meters) meter.close();
    },
  };
}

/** The sources in words: each with its tier, or why there is none and what to do. */
export async function energyFacts(): Promise<[fact: string, value: string][]> {
  const opened = await openSources({ gpu: true });
  closeSources(opened);
  const { processor, gpu } = opened;
  const named = [
    ['energy', processor],
    ['energy of GPUs', gpu],
  ] as const;
  return named.flatMap(([fact, source]): [string, string][] => {
    if (source === null) return [];
    if (isMeter(source)) return [[fact, `${source.source} (${source.tier})`]];
    return [[fact, `unavailable: ${source.reason}${source.remedy === null ? '' : `; ${source.remedy}`}`]];
  });
}
