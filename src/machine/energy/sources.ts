// Which source of energy this machine has: counters before anything coarse, and why there is none.
import type { Unmetered } from '../../contract/energy.js';
import { openBattery } from './battery.js';
import { combineMeters } from './combined.js';
import { isMeter, type Meter, unmetered } from './meter.js';
import { openNvidia } from './nvidia.js';
import { openPowercap } from './powercap.js';
import { openPowermetrics } from './powermetrics.js';

export interface EnergySources {
  /** The processor's package, or what stands in for it. */
  processor: Meter | Unmetered;
  /** NVIDIA GPUs; null where they are not asked for, and on macOS, whose chip is one source. */
  gpu: Meter | Unmetered | null;
}

/** `gpuMeter`: the command that reads the counters of NVIDIA GPUs, where some case runs on a GPU. */
export async function openSources(
  gpuMeter: string[] | null,
  root = '/',
  platform: NodeJS.Platform = process.platform,
): Promise<EnergySources> {
  const [processor, gpu] = await Promise.all([
    openProcessor(root, platform),
    gpuMeter === null || platform === 'darwin' ? null : openNvidia(gpuMeter),
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

/** What a case on this execution provider uses: on a GPU, both counters together. */
export function sourceFor(ep: string, { processor, gpu }: EnergySources): Meter | Unmetered {
  if (ep === 'cpu' || gpu === null) return processor;
  if (!isMeter(gpu)) {
    // The whole machine runs off a battery; a package is not the whole of a GPU's work.
    return isMeter(processor) && processor.tier === 'coarse'
      ? processor
      : unmetered(`the GPU: ${gpu.reason}`, gpu.remedy);
  }
  if (!isMeter(processor) || processor.tier === 'coarse') return gpu;
  return combineMeters([processor, gpu]);
}
