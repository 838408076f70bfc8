// `machine`: what edgeproof sees of this computer, which execution providers work on it, and what they do at best.
import type { MachineView } from '../contract/views/machine.js';
import { EXECUTION_PROVIDERS, type ExecutionProvider } from '../contract/vocabulary.js';
import { measureClock } from '../machine/clock.js';
import { describeMachine } from '../machine/describe.js';
import { energyFacts } from '../machine/energy/sources.js';
import { automaticThreads } from '../machine/threads.js';
import { machinePage } from '../report/machine-page.js';
import { ceilingsByThreads } from '../stats/ceilings-by-threads.js';
import type { Executor } from '../worker/executor.js';
import { localExecutor } from '../worker/local-executor.js';
import { machineCeilings } from './machine-ceilings.js';
import { outputFormat, printPage } from './terminal.js';

export async function machine(options: { output: string; machine?: string; ceilings: boolean }): Promise<number> {
  const format = outputFormat(options.output);
  const found = describeMachine(options.machine);
  const executor = localExecutor();
  const versions = executor.versions();
  const clock = measureClock();
  const { threads, why } = automaticThreads(found);
  const [executionProviders, energy] = await Promise.all([probeAll(executor), energyFacts()]);
  const working = executionProviders.flatMap(({ ep, failure }) => (failure === null ? [ep] : []));
  const ceilings = options.ceilings ? await machineCeilings(executor, found, working) : null;
  const view: MachineView = {
    ...found,
    clock,
    automaticThreads: threads,
    automaticThreadsWhy: why,
    energy: Object.fromEntries(energy),
    versions,
    executionProviders,
    ceilings,
    ceilingsByThreads: ceilingsByThreads(ceilings ?? []),
    notInstalled: executor.missing(),
  };
  printPage(machinePage(view), format);
  return 0;
}

const PLATFORM: Partial<Record<ExecutionProvider, NodeJS.Platform>> = { dml: 'win32', coreml: 'darwin' };

/** Each that exists on this system is tried by a tiny session in a process of its own. */
function probeAll(executor: Executor) {
  const here = EXECUTION_PROVIDERS.filter((ep) => (PLATFORM[ep] ?? process.platform) === process.platform);
  return Promise.all(here.map(async (ep) => ({ ep, ...(await executor.probe(ep)) })));
}
