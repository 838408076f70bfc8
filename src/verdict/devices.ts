// Predictions for devices that nothing was measured on here: from their profiles, and from how far published runs of their
// class stayed behind the specification. Pure. docs/fit.md.
import type { DeviceClass, DeviceProfile } from '../contract/device-profile.js';
import type { PredictedMetric } from '../contract/prediction.js';
import type { PublishedRow } from '../contract/published.js';
import type { SizeFacts } from '../contract/size-facts.js';
import { tokenNeed } from '../stats/work.js';
import { coefficientsOf, type Expected } from './efficiency.js';
import {
  leaveOneOut,
  type Method,
  type Score,
  type Scored,
  type Spread,
  spreadOf,
  sumsOf,
  type Values,
} from './scores.js';
import type { Lengths } from './terms.js';

/** Seconds a generated token, seconds a token of a prompt, bytes at the peak. */
export type DeviceQuantity = 'decode' | 'prefill' | 'peak';

/**
 * What is assumed until something is published: kernels use two thirds of the bus and a fifth of the matrix rate, and memory
 * is a tenth more than the weights.
 */
const EXPECTED: Expected<DeviceQuantity> = {
  decode: [
    { value: 1.5, spread: 0.4 },
    { value: 3e-3, spread: 3, between: 2 },
  ],
  prefill: [{ value: 5, spread: 1 }],
  peak: [
    { value: 1.1, spread: 0.2 },
    { value: 2e8, spread: 0.7 },
  ],
};

export type PublishedCase = Scored<DeviceQuantity> & { row: PublishedRow };

const METHOD: Method<DeviceQuantity, PublishedCase> = { expected: EXPECTED, valuesFrom };

/** Rows whose device has no known bandwidth are left out. Nothing is fitted to outliers; they are scored. */
export function publishedCases(rows: readonly PublishedRow[]): PublishedCase[] {
  return rows.flatMap((row) => {
    const {
      bandwidthBytesPerSecond: bandwidth,
      operationsPerSecond: rate,
      bytes,
      parametersActive,
      model,
      family,
    } = row;
    if (bandwidth === null) return [];
    const terms = {
      decode: [bytes / bandwidth, 1],
      prefill: rate === null || row.prefillRate === null ? null : [(2 * parametersActive) / rate],
      peak: row.peakRssBytes === null ? null : [bytes, 1],
    };
    const { decodeRate, prefillRate, peakRssBytes } = row;
    const points = {
      decode: { terms: terms.decode, measured: 1 / decodeRate },
      prefill: terms.prefill && { terms: terms.prefill, measured: 1 / prefillRate! },
      peak: terms.peak && { terms: terms.peak, measured: peakRssBytes! },
    };
    const none = { decode: null, prefill: null, peak: null };
    return {
      path: [processorOf(row.class), row.class, row.device],
      model,
      family,
      row,
      terms,
      points: row.outlier === undefined ? points : none,
      values: { decodeRate, prefillRate: terms.prefill && prefillRate, ttftMs: null, peakRssBytes },
    };
  });
}

function valuesFrom({ decode, prefill, peak }: Record<DeviceQuantity, number | null>): Values {
  return {
    decodeRate: decode && 1 / decode,
    prefillRate: prefill && 1 / prefill,
    ttftMs: null,
    peakRssBytes: peak,
  };
}

/** The rate of 8-bit integers, or of floats where that is not known. */
function matrixRate({ matrixOperationsPerSecond: { int8, fp32 } }: DeviceProfile): number | null {
  return int8.value ?? fp32.value;
}

export interface DevicePredictor {
  values(size: SizeFacts, lengths: Lengths, device: DeviceProfile): Values;
  /** From the errors of its class, or of all classes with such a processor where its own has too few. */
  spreads(device: DeviceProfile): Record<PredictedMetric, Spread | null>;
}

export function devicePredictor(cases: readonly PublishedCase[]): DevicePredictor {
  const of = coefficientsOf(cases, EXPECTED);
  const isFitted = ({ scored: { row } }: Score<PublishedCase>) => row.outlier === undefined;
  const byFamily = publishedScores(cases, 'family').filter(isFitted);
  const byDevice = publishedScores(cases, 'device').filter(isFitted);
  const hasPrompts = new Set(
    cases.flatMap(({ row, points }) => (points.prefill === null ? [] : [processorOf(row.class)])),
  );
  const spread = (scores: typeof byFamily, metric: PredictedMetric, wanted: DeviceClass) =>
    spreadOf(
      scores.filter(({ scored: { row } }) => row.class === wanted),
      metric,
    ) ??
    spreadOf(
      scores.filter(({ scored: { row } }) => processorOf(row.class) === processorOf(wanted)),
      metric,
    );
  const pathTo = (device: DeviceProfile) => [processorOf(device.class), device.class, device.name];
  return {
    values(size, lengths, device) {
      const bandwidth = device.memoryBandwidthBytesPerSecond.specified.value;
      const { bytes } = tokenNeed(size.work, lengths);
      const rate = hasPrompts.has(processorOf(device.class)) ? matrixRate(device) : null;
      const positions = lengths.depth + lengths.prompt + lengths.new;
      const terms = {
        decode: [bytes / bandwidth, 1],
        prefill: rate === null ? null : [promptOperations(size, lengths) / lengths.prompt / rate],
        peak: [size.weightBytes, 1],
      };
      const { decodeRate, prefillRate, peakRssBytes } = valuesFrom(sumsOf(terms, of(pathTo(device))));
      return {
        decodeRate,
        prefillRate,
        ttftMs: prefillRate && (1000 * lengths.prompt) / prefillRate,
        peakRssBytes: peakRssBytes! + size.kvBytesPerToken * positions,
      };
    },
    spreads({ class: wanted }) {
      const prefillRate = spread(byDevice, 'prefillRate', wanted);
      return {
        decodeRate: spread(byFamily, 'decodeRate', wanted),
        prefillRate,
        ttftMs: prefillRate && { ...prefillRate, low: 1 / prefillRate.high, high: 1 / prefillRate.low },
        peakRssBytes: spread(byDevice, 'peakRssBytes', wanted) ?? spreadOf(byFamily, 'peakRssBytes'),
      };
    },
  };
}

/** What runs the model: published speeds of a class with few rows are taken with those of the other classes of its kind. */
function processorOf(name: DeviceClass): string {
  return name.slice(name.lastIndexOf('-') + 1);
}

/** Each row predicted without those of its architecture, or without those of its device; outliers too. */
export function publishedScores(cases: readonly PublishedCase[], left: 'family' | 'device'): Score<PublishedCase>[] {
  return leaveOneOut(cases, METHOD, ({ row }) => row[left]);
}

/** The operations of products with weights and of attention over what is in the cache. */
function promptOperations({ work, parametersActive }: SizeFacts, { prompt, depth }: Lengths): number {
  const attention = work.attention.reduce((sum, { layers, queryHeads, keySize, valueSize, window }) => {
    const rows = Math.min(window ?? Number.POSITIVE_INFINITY, depth + prompt / 2);
    return sum + layers * 2 * queryHeads * (keySize + valueSize) * rows * prompt;
  }, 0);
  return 2 * parametersActive * prompt + attention;
}
