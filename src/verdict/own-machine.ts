// Predictions for a machine that has measured cases: its ceilings, and how far its kernels stay behind them. Pure.
// docs/fit.md.
import type { Ceiling } from '../contract/ceilings.js';
import { DEFAULT_OPTIONS } from '../contract/options.js';
import { PREDICTED_METRICS } from '../contract/prediction.js';
import type { SizeFacts } from '../contract/size-facts.js';
import type { CaseDigest, Digest } from '../contract/views/digest.js';
import { lengthsOf } from '../contract/workloads.js';
import { digestMedian } from '../stats/digest.js';
import { groupBy } from '../stats/group-by.js';
import { medianOfKnown } from '../stats/summary.js';
import { type Calibration, type Expected, each } from './efficiency.js';
import type { Method, Scored, Values } from './scores.js';
import { decodeTerms, type Hardware, type Lengths, loadTerms, prefillTerms, runTerms } from './terms.js';

/** Seconds a token, seconds a prompt, bytes at the peak of loading and of running. */
export const QUANTITIES = ['decode', 'prefill', 'load', 'run'] as const;
export type Quantity = (typeof QUANTITIES)[number];

/**
 * What is assumed until something is measured: kernels read weights at 70 % of the bandwidth, and a layer starts a dozen
 * nodes.
 */
export const EXPECTED: Expected<Quantity> = {
  decode: [
    { value: 1.4, spread: 0.5 },
    { value: 10, spread: 1 },
    { value: 40e-6, spread: 1 },
  ],
  prefill: [
    { value: 1.5, spread: 0.5 },
    { value: 2, spread: 1 },
    { value: 200e-6, spread: 1 },
  ],
  load: [
    { value: 1.2, spread: 0.3 },
    { value: 1, spread: 0.3 },
    { value: 110e6, spread: 0.3 },
  ],
  run: [
    { value: 1.2, spread: 0.3 },
    { value: 1, spread: 0.3 },
    { value: 1, spread: 0.2 },
    { value: 10, spread: 1 },
    { value: 110e6, spread: 0.3 },
  ],
};

export function termsOf(size: SizeFacts, lengths: Lengths, hardware: Hardware): Record<Quantity, number[] | null> {
  return {
    decode: decodeTerms(size, lengths, hardware),
    prefill: prefillTerms(size, lengths, hardware),
    load: loadTerms(size),
    run: runTerms(size, lengths),
  };
}

/** The runtime, and how the weights are laid out for it. */
export function pathOf({
  key: { runtime, layout, dtype, ep, threads },
}: {
  key: Pick<CaseDigest['key'], 'runtime' | 'layout' | 'dtype' | 'ep' | 'threads'>;
}): string[] {
  return [[runtime, ep, threads].join(' '), [layout, dtype].join(' ')];
}

/** The best of what was measured with these threads, kernel by kernel. */
export function hardwareOf(ceilings: readonly Ceiling[], ep: string, threads: number | null): Hardware {
  const own = ceilings.filter((one) => one.ep === ep && one.threads === threads && one.value !== null);
  return {
    bandwidths: own
      .filter(({ kind }) => kind === 'read-bandwidth')
      .map(({ workingSetBytes, value }) => ({ workingSetBytes, bytesPerSecond: value! })),
    products: own
      .filter(({ kind }) => kind.startsWith('matmul-'))
      .map(({ kind, operator, value }) => ({
        arithmetic: kind.replace('matmul-', '') as 'fp32',
        operator,
        operationsPerSecond: value!,
      })),
  };
}

export interface MeasuredCase extends Scored<Quantity> {
  size: SizeFacts;
  lengths: Lengths;
  /** What was predicted before it was run; null where nothing was. */
  stored: Values | null;
}

/** Cases that predictions can be made from: sound, of the default options and without limits, with work and ceilings. */
export function measuredCases(digests: readonly Digest[], familyOf: (model: string) => string): MeasuredCase[] {
  const all = digests.flatMap(({ ceilings, cases }) =>
    cases.flatMap((one): MeasuredCase[] => {
      const { key, size, status, isSound } = one;
      const lengths = lengthsOf(key.workload);
      if (ceilings === null || size === null || lengths === null || status !== 'ok' || !isSound) return [];
      if (key.workload.kind !== 'generate' || !isPlain(one)) return [];
      const terms = termsOf(size, lengths, hardwareOf(ceilings, key.ep, key.threads));
      const values = valuesOf(one);
      if (Object.values(values).every((value) => value === null)) return [];
      return [
        {
          path: pathOf(one),
          model: key.model,
          family: familyOf(key.model),
          size,
          lengths,
          stored: storedValues(one.predicted),
          values,
          terms,
          points: pointsOf(one, lengths, values, terms),
        },
      ];
    }),
  );
  const same = ({ path, model, lengths }: MeasuredCase) => JSON.stringify([path, model, lengths]);
  return [...groupBy(all, same).values()].map(combined);
}

/** One case of what was measured in several sittings: the median of each figure, and what the newest needed. */
function combined(cases: readonly MeasuredCase[]): MeasuredCase {
  const newest = cases.at(-1)!;
  const values = each(PREDICTED_METRICS, (metric) => medianOfKnown(cases.map((one) => one.values[metric])));
  const points = each(QUANTITIES, (name) => {
    const measured = medianOfKnown(cases.map((one) => one.points[name]?.measured ?? null));
    const terms = newest.terms[name];
    return measured === null || terms === null ? null : { terms, measured };
  });
  return { ...newest, values, points };
}

function isPlain({ key: { options = {}, limits } }: CaseDigest): boolean {
  const defaults: Record<string, unknown> = DEFAULT_OPTIONS;
  return limits === undefined && Object.entries(options).every(([name, value]) => value === defaults[name]);
}

function valuesOf(one: CaseDigest): Values {
  const of = (metric: keyof Values) => digestMedian(metric, one, 'B');
  return {
    decodeRate: of('decodeRate'),
    prefillRate: of('prefillRate'),
    ttftMs: of('ttftMs'),
    peakRssBytes: of('peakRssBytes'),
  };
}

function storedValues(predicted: CaseDigest['predicted']): Values | null {
  return predicted && each(PREDICTED_METRICS, (metric) => predicted[metric]?.value ?? null);
}

function pointsOf(
  { peaks }: CaseDigest,
  { prompt }: Lengths,
  { decodeRate, prefillRate }: Values,
  terms: Record<Quantity, number[] | null>,
): Calibration<Quantity>['points'] {
  const took: Record<Quantity, number | null> = {
    decode: decodeRate && 1 / decodeRate,
    prefill: prefillRate && prompt / prefillRate,
    load: peaks?.load ?? null,
    run: peaks?.run ?? null,
  };
  return each(QUANTITIES, (name) => {
    const [own, measured] = [terms[name], took[name]];
    // Peaks of systems that do not tell them are 0.
    return own === null || measured === null || measured <= 0 ? null : { terms: own, measured };
  });
}

/** Converts what a case takes into its metrics. */
export function valuesFrom(sums: Record<Quantity, number | null>, { lengths }: { lengths: Lengths }): Values {
  const { decode, prefill, load, run } = sums;
  const { prompt } = lengths;
  return {
    decodeRate: decode && 1 / decode,
    prefillRate: prefill && prompt / prefill,
    ttftMs: prefill && prefill * 1000,
    peakRssBytes: load === null || run === null ? null : Math.max(load, run),
  };
}

export const OWN_METHOD: Method<Quantity, MeasuredCase> = { expected: EXPECTED, valuesFrom };
