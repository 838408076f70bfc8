// Where a run reads energy: opened before its first round, with a baseline of the idle machine, closed after its last.
import type { ResultDocument } from '../contract/result.js';
import type { ExecutionProvider } from '../contract/vocabulary.js';
import type { EnergySource } from '../machine/energy/account.js';
import { idleMs, measureIdle } from '../machine/energy/idle.js';
import { isMeter } from '../machine/energy/meter.js';
import { closeSources, openSources, sourceFor } from '../machine/energy/sources.js';
import type { Listener } from './events.js';

export type RunEnergy = Awaited<ReturnType<typeof openRunEnergy>>;

export async function openRunEnergy({ cases }: ResultDocument, signal: AbortSignal, onEvent: Listener) {
  const eps = [...new Set(cases.map(({ key }) => key.ep))];
  const opened = await openSources({ gpu: eps.some((ep) => ep !== 'cpu') });
  const close = () => closeSources(opened);
  const baseline = async (ep: ExecutionProvider): Promise<[ExecutionProvider, EnergySource]> => {
    const source = sourceFor(ep, opened);
    if (!isMeter(source)) return [ep, source];
    const ms = idleMs(source);
    if (ms !== null) onEvent({ type: 'measuring-idle', source: source.source, ms });
    return [ep, await measureIdle(source, signal)];
  };
  try {
    const sources = new Map(await Promise.all(eps.map(baseline)));
    return { of: (ep: ExecutionProvider) => sources.get(ep)!, close };
  } catch (error) {
    close();
    throw error;
  }
}
