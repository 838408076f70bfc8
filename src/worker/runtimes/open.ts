// Finds a runtime by its name: its file has the same name, with dashes for dots, and exports `open`. Only this one file
// is imported, so that a worker loads the native library of its own runtime and no other.
import type { RuntimeName } from '../../contract/runtimes.js';
import { workloadRow } from '../../contract/workloads.js';
import type { Job } from '../protocol.js';
import type { OpenOptions, Runtime } from './runtime.js';

export type Open = (options: OpenOptions) => Promise<Runtime>;

export async function importRuntime(name: RuntimeName): Promise<Open> {
  const { open } = (await import(`./${name.replaceAll('.', '-')}.js`)) as { open: Open };
  return open;
}

/** What the runtime of a case is opened with. */
export function openOptions({
  key,
  directory,
  graph,
  longestPass,
}: Pick<Job, 'key' | 'directory' | 'graph' | 'longestPass'>): OpenOptions {
  const { dtype, threads, ep, options, workload } = key;
  const capacity = workloadRow(workload).positions(workload);
  return { directory, graph, dtype, threads, ep, options, capacity, longestPass };
}
