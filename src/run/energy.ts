// Where a run reads energy: opened before its first round, with a baseline of the idle machine, closed after its last.

import { createProgress } from '../commands/terminal.js';
import type { ExecutionProvider } from '../contract/execution-providers.js';
import type { ResultDocument } from '../contract/result.js';
import type { EnergySource } from '../machine/energy/account.js';
import { idleMs, measureIdle } from '../machine/energy/idle.js';
import { isMeter } from '../machine/energy/meter.js';
import { GPU_METER } from '../machine/energy/nvidia.js';
import { closeSources, openSources, sourceFor } from '../machine/energy/sources.js';
import { duration } from '../report/format.js';

export interface RunEnergy {
  of(ep: ExecutionProvider): EnergySource;
  close(): void;
}

export async function openRunEnergy({ cases }: ResultDocument, signal: AbortSignal): Promise<RunEnergy> {
  const eps = [...new Set(cases.map(({ key }) => key.ep))];
  const opened = await openSources(eps.some((ep) => ep !== 'cpu') ? GPU_METER : null);
  const close = () => closeSources(opened);
  const progress = createProgress();
  const baseline = async (ep: ExecutionProvider): Promise<[ExecutionProvider, EnergySource]> => {
    const source = sourceFor(ep, opened);
    if (!isMeter(source)) return [ep, source];
    const ms = idleMs(source);
    if (ms !== null) progress.show(`energy (${source.source}): measuring the idle machine for ${duration(ms)}`, true);
    return [ep, await measureIdle(source, signal)];
  };
  try {
    const sources = new Map(await Promise.all(eps.map(baseline)));
    return { of: (ep) => sources.get(ep)!, close };
  } catch (error) {
    close();
    throw error;
  } finally {
    progress.clear();
  }
}

/** What `machine` says of it: the source with its tier, or why there is none and what to do. */
export async function energyFacts(): Promise<[fact: string, value: string][]> {
  const opened = await openSources(GPU_METER);
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
