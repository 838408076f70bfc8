// The roofline of each machine, execution provider and number of threads: what its memory and its products allow at every
// ratio of operations to bytes, and where the phases of its cases lie. Pure. docs/ceilings.md.
import type { CaseResult, ResultDocument } from '../../contract/result.js';
import type { PhaseWithCeiling } from '../../contract/views/figures.js';
import type { Entry, RoofPoint, Roofs } from '../../contract/views/report.js';
import { ARITHMETICS } from '../../contract/work.js';
import { ceilingShares } from '../ceiling-share.js';
import { groupBy } from '../group-by.js';
import { type Need, promptNeed, stepWork, tokenNeed } from '../work.js';

/** An entry with the document that it comes from. */
export interface Sourced {
  entry: Entry;
  result: CaseResult;
  document: ResultDocument;
}

export function roofsOf(sourced: readonly Sourced[]): Roofs[] {
  const withCeilings = sourced.filter(({ document }) => document.ceilings !== null);
  const groups = groupBy(withCeilings, ({ entry: { machine, key } }) => `${machine}\n${key.ep}\n${key.threads}`);
  return [...groups.values()].flatMap((group) => {
    const points = group.flatMap(pointsOf);
    const newest = group.reduce((a, b) => (b.entry.startedAt > a.entry.startedAt ? b : a));
    const bandwidths = group
      .filter(({ document }) => document === newest.document)
      .flatMap((one) => sharesOf(one).decode?.bytesPerSecond ?? []);
    if (points.length === 0 || bandwidths.length === 0) return [];
    const { machine, key, path } = newest.entry;
    return [
      {
        machine,
        ep: key.ep,
        threads: key.threads,
        bytesPerSecond: Math.max(...bandwidths),
        operationsPerSecond: productRates(newest),
        path,
        points,
      },
    ];
  });
}

function sharesOf({ document, result, entry }: Sourced) {
  return ceilingShares(document, result, (name) => entry.metrics[name]?.median ?? null);
}

function productRates({ document, entry: { key } }: Sourced): Roofs['operationsPerSecond'] {
  const own = (document.ceilings ?? []).filter(({ ep, threads }) => ep === key.ep && threads === key.threads);
  const rates = ARITHMETICS.map((arithmetic) => {
    const values = own.filter(({ kind }) => kind === `matmul-${arithmetic}`).flatMap(({ value }) => value ?? []);
    return [arithmetic, Math.max(0, ...values)] as const;
  });
  return Object.fromEntries(rates.filter(([, rate]) => rate > 0));
}

function pointsOf(sourced: Sourced): RoofPoint[] {
  const { entry, result } = sourced;
  const { workload } = result.key;
  const work = result.checkpoint?.graph.work;
  if (work === undefined || workload.kind === 'micro' || entry.status === 'impossible') return [];
  const shares = sharesOf(sourced);
  const point = (phase: PhaseWithCeiling, need: Need, tokens: number, rate: number | undefined): RoofPoint[] => {
    const operations = Object.values(need.operations).reduce((sum, count) => sum + count, 0);
    if (rate === undefined || operations === 0 || need.bytes === 0) return [];
    return [
      {
        ref: entry.ref,
        phase,
        operationsPerByte: operations / need.bytes,
        operationsPerSecond: (operations * rate) / tokens,
        share: shares[phase]?.share ?? null,
        boundBy: shares[phase]?.boundBy ?? null,
      },
    ];
  };
  const { prefillRate, decodeRate } = entry.metrics;
  return [
    ...point('prefill', promptNeed(work, workload), workload.prompt, prefillRate?.median),
    ...point('decode', tokenNeed(stepWork(work, result.key), workload), 1, decodeRate?.median),
  ];
}
