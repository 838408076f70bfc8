// What the numbers of a stored result must be to make sense together: times that never decrease, as many as asked for,
// every round and every case once. For the schemas of result.ts.
import { z } from 'zod';
import { isForeign, type RuntimeName } from './runtimes.js';
import { type CaseWorkload, lengthsOf } from './workloads.js';

interface Fault {
  path: PropertyKey[];
  message: string;
}

/** A check of zod that reports every fault at its place. */
export function without<T>(faultsOf: (value: T) => Fault[]) {
  return (value: T, context: z.RefinementCtx): void => {
    for (const fault of faultsOf(value)) context.addIssue({ code: 'custom', ...fault });
  };
}

/** Times since one moment, in their order. */
export const arrivals = z
  .array(z.number().nonnegative())
  .min(1)
  .superRefine(
    without((times) => {
      const at = times.findIndex((time, i) => i > 0 && time < times[i - 1]!);
      return at < 0 ? [] : [{ path: [at], message: `expected ${times[at - 1]} or more, received ${times[at]}` }];
    }),
  );

interface Samples {
  tokenMs?: readonly number[];
  sampleMs?: readonly number[];
  passMs?: number;
}

interface StoredCase {
  key: { runtime: RuntimeName; workload: CaseWorkload };
  rounds: readonly { index: number; iterations?: readonly Samples[] }[];
}

export function faultsOfRounds({ key, rounds }: StoredCase): Fault[] {
  const samples = rounds.flatMap(({ iterations = [] }, i) =>
    iterations.flatMap((iteration, j) => faultsOfSamples(key, iteration, ['rounds', i, 'iterations', j])),
  );
  return [...repeats(rounds, 'index').map(({ path, message }) => ({ path: ['rounds', ...path], message })), ...samples];
}

/** Passes of a workload that generates tokens have the time of each token, others have samples; imported ones a whole time. */
function faultsOfSamples({ runtime, workload }: StoredCase['key'], iteration: Samples, path: PropertyKey[]): Fault[] {
  if (isForeign(runtime))
    return iteration.passMs === undefined
      ? [{ path, message: `expected passMs, since the runtime is ${runtime}` }]
      : [];
  const wanted = lengthsOf(workload)?.new;
  const field = wanted === undefined ? 'sampleMs' : 'tokenMs';
  const count = iteration[field]?.length;
  if (count === undefined) return [{ path, message: `expected ${field}, since the workload is ${workload.kind}` }];
  if (wanted === undefined || count === wanted) return [];
  return [{ path: [...path, field], message: `expected ${wanted} times, as the workload asks for, received ${count}` }];
}

/** Imported documents have cases of a foreign runtime and no others, each of a prompt or of generated tokens alone. */
export function faultsOfOrigin({ foreign, cases }: { foreign?: unknown; cases: readonly StoredCase[] }): Fault[] {
  return cases.flatMap(({ key: { runtime, workload } }, i): Fault[] => {
    const path = ['cases', i, 'key'];
    if (isForeign(runtime) !== (foreign !== undefined))
      return [
        { path: [...path, 'runtime'], message: `${runtime} in a document ${foreign ? 'with' : 'without'} "foreign"` },
      ];
    const lengths = lengthsOf(workload);
    if (lengths === null) return [];
    const phases = [lengths.prompt, lengths.new].filter((tokens) => tokens > 0).length;
    const wanted = isForeign(runtime) ? 1 : 2;
    if (phases === wanted) return [];
    return [
      { path: [...path, 'workload'], message: `expected ${wanted === 1 ? 'prompt or new' : 'prompt and new'} above 0` },
    ];
  });
}

/** Items whose `field` an earlier one has. */
export function repeats<F extends string>(items: readonly Record<F, string | number>[], field: F): Fault[] {
  const first = new Map<string | number, number>();
  return items.flatMap((item, i) => {
    const before = first.get(item[field]);
    if (before === undefined) first.set(item[field], i);
    return before === undefined ? [] : [{ path: [i, field], message: `${item[field]} is that of [${before}] already` }];
  });
}
