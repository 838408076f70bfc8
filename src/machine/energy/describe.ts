// The energy sources of this machine in words: each with its tier, or why there is none and what to do.
import { isMeter } from './meter.js';
import { closeSources, openSources } from './sources.js';

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
