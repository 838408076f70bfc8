// `machine`: what edgeproof sees of this computer, which execution providers work on it, and what they do at best.

import { EXECUTION_PROVIDERS, type ExecutionProvider } from '../contract/execution-providers.js';
import { RUNTIME_NAMES, RUNTIMES } from '../contract/runtimes.js';
import type { MachineView } from '../contract/views/machine.js';
import { measureClock } from '../machine/clock.js';
import { describeMachine } from '../machine/describe.js';
import { automaticThreads } from '../machine/threads.js';
import { machinePage } from '../report/machine-page.js';
import { energyFacts } from '../run/energy.js';
import { describeVersions } from '../run/provenance.js';
import { ceilingsByThreads } from '../stats/ceilings-by-threads.js';
import { probeProvider } from '../worker/ask.js';
import { installCommand } from '../worker/runtimes/llama-cpp-package.js';
import { machineCeilings } from './machine-ceilings.js';
import { outputFormat, printPage } from './terminal.js';

export async function machine(options: { output: string; machine?: string; ceilings: boolean }): Promise<number> {
  const format = outputFormat(options.output);
  printPage(machinePage(await machineView(options)), format);
  return 0;
}

async function machineView(options: { machine?: string; ceilings: boolean }): Promise<MachineView> {
  const found = describeMachine(options.machine);
  const versions = describeVersions();
  const clock = measureClock();
  const { threads, why } = automaticThreads(found);
  const [executionProviders, energy] = await Promise.all([probeAll(), energyFacts()]);
  const working = executionProviders.flatMap(({ ep, failure }) => (failure === null ? [ep] : []));
  const ceilings = options.ceilings ? await machineCeilings(found, working) : null;
  const missing = RUNTIME_NAMES.filter((name) => RUNTIMES[name].optional !== null && versions[name] === null);
  return {
    ...found,
    clock,
    automaticThreads: threads,
    automaticThreadsWhy: why,
    energy: Object.fromEntries(energy),
    versions,
    executionProviders,
    ceilings,
    ceilingsByThreads: ceilingsByThreads(ceilings ?? []),
    notInstalled: missing.map((runtime) => ({ runtime, command: installCommand() })),
  };
}

const PLATFORM: Partial<Record<ExecutionProvider, NodeJS.Platform>> = { dml: 'win32', coreml: 'darwin' };

/** Each that exists on this system is tried by a tiny session in a process of its own. */
function probeAll() {
  const here = EXECUTION_PROVIDERS.filter((ep) => (PLATFORM[ep] ?? process.platform) === process.platform);
  return Promise.all(here.map(async (ep) => ({ ep, ...(await probeProvider(ep)) })));
}
