// Chooses the energy source of this machine: hardware counters first, then anything coarse, else the reason why there is none.
import type { Unmetered } from '../../contract/energy.js';
import { openBattery } from './battery.js';
import { combineMeters } from './combined.js';
import { isMeter, type Meter, unmetered } from './meter.js';
import { openNvidia } from './nvidia.js';
import { openPowercap } from './powercap.js';
import { openPowermetrics } from './powermetrics.js';

export interface EnergySources {
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
  if (isMeter(battery)) return battery;
  return counters;
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
