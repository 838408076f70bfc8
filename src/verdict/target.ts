// What `fit` predicts for: a machine whose results are here, or a device by its profile. Pure. docs/fit.md.
import type { Ceiling } from '../contract/ceilings.js';
import type { DeviceProfile } from '../contract/device-profile.js';
import type { Dtype } from '../contract/dtypes.js';
import type { Layout } from '../contract/layouts.js';
import { PREDICTED_METRICS, type PredictedMetric } from '../contract/prediction.js';
import type { PublishedRow } from '../contract/published.js';
import type { RuntimeName } from '../contract/runtimes.js';
import type { SizeFacts } from '../contract/size-facts.js';
import type { Digest } from '../contract/views/digest.js';
import type { FitView } from '../contract/views/fit.js';
import type { ExecutionProvider } from '../contract/vocabulary.js';
import { devicePredictor, publishedCases } from './devices.js';
import { coefficientsOf, each } from './efficiency.js';
import {
  EXPECTED,
  hardwareOf,
  type MeasuredCase,
  measuredCases,
  OWN_METHOD,
  pathOf,
  termsOf,
  valuesFrom,
} from './own-machine.js';
import { leaveOneOut, type Spread, spreadOf, sumsOf, type Values } from './scores.js';
import type { Hardware, Lengths } from './terms.js';

export interface Target {
  on: FitView['on'];
  basis: FitView['basis'];
  /** null for a machine that has no profile. */
  kind: DeviceProfile['kind'] | null;
  memory: { low: number; value: number; high: number };
  values(size: SizeFacts, lengths: Lengths, layout: Layout | null, dtype: Dtype): Values;
  loadBytes(size: SizeFacts, layout: Layout | null, dtype: Dtype): number | null;
  spreads: Record<PredictedMetric, Spread | null>;
}

export function deviceTarget(profile: DeviceProfile, rows: readonly PublishedRow[]): Target {
  const cases = publishedCases(rows);
  const predictor = devicePredictor(cases);
  const spreads = predictor.spreads(profile);
  const { low, value, high } = profile.appMemoryBytes;
  return {
    on: { kind: 'device', id: profile.id, name: profile.name, class: profile.class, threads: null },
    basis: basisOf(cases.length, new Set(cases.map(({ family }) => family)).size, spreads),
    kind: profile.kind,
    memory: { low, value, high },
    values: (size, lengths) => predictor.values(size, lengths, profile),
    loadBytes: () => null,
    spreads,
  };
}

export interface OwnMachine {
  on: FitView['on'];
  memoryBytes: number;
  /** The results of one machine, the oldest first. */
  digests: readonly Digest[];
  familyOf(model: string): string;
  runtime: RuntimeName;
  ep: ExecutionProvider;
  threads: number;
  /** Those of now; of the newest result that has some if missing or null. */
  ceilings?: readonly Ceiling[] | null;
}

export function machineTarget({
  on,
  memoryBytes,
  digests,
  familyOf,
  runtime,
  ep,
  threads,
  ceilings,
}: OwnMachine): Target {
  const cases = measuredCases(digests, familyOf);
  const of = coefficientsOf(cases, EXPECTED);
  const all = [...digests.map((digest) => digest.ceilings ?? []), ceilings ?? []];
  const hardware = newestHardware(all, ep, threads);
  const spreads = spreadsOf(cases);
  const coefficients = (layout: Layout | null, dtype: Dtype) =>
    of(pathOf({ key: { runtime, layout, dtype, ep, threads } }));
  return {
    on,
    basis: basisOf(cases.length, new Set(cases.map(({ family }) => family)).size, spreads),
    kind: null,
    memory: { low: memoryBytes, value: memoryBytes, high: memoryBytes },
    values: (size, lengths, layout, dtype) =>
      valuesFrom(sumsOf(termsOf(size, lengths, hardware), coefficients(layout, dtype)), { lengths }),
    loadBytes: (size, layout, dtype) =>
      sumsOf({ ...NO_TERMS, load: termsOf(size, NO_LENGTHS, hardware).load }, coefficients(layout, dtype)).load,
    spreads,
  };
}

const NO_TERMS = { decode: null, prefill: null, load: null, run: null };
const NO_LENGTHS = { prompt: 1, new: 1, depth: 0 };

/** The errors of architectures that the predictions were made without. */
export function spreadsOf(cases: readonly MeasuredCase[]): Record<PredictedMetric, Spread | null> {
  const scores = leaveOneOut(cases, OWN_METHOD, ({ family }) => family);
  return each(PREDICTED_METRICS, (metric) => spreadOf(scores, metric));
}

/** The newest ceilings that were measured with these threads. */
function newestHardware(all: readonly (readonly Ceiling[])[], ep: ExecutionProvider, threads: number): Hardware {
  for (const ceilings of all.toReversed()) {
    const hardware = hardwareOf(ceilings, ep, threads);
    if (hardware.bandwidths.length > 0) return hardware;
  }
  return { bandwidths: [], products: [] };
}

function basisOf(cases: number, architectures: number, spreads: Target['spreads']): FitView['basis'] {
  const said = (spread: Spread | null) => spread && { coverage: spread.coverage, groups: spread.groups };
  return {
    cases,
    architectures,
    decode: said(spreads.decodeRate),
    prefill: said(spreads.prefillRate),
    memory: said(spreads.peakRssBytes),
  };
}
