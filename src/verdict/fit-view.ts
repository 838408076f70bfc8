// What `fit` answers: for each model and dtype the sizes, the predictions and the uses that they serve. Pure. docs/fit.md.
import type { Dtype } from '../contract/dtypes.js';
import type { Layout } from '../contract/layouts.js';
import { PREDICTED_METRICS, type Prediction } from '../contract/prediction.js';
import type { SizeFacts } from '../contract/size-facts.js';
import type { UseProfile } from '../contract/use-profile.js';
import type { FitModel, FitVariant, FitView, Verdict } from '../contract/views/fit.js';
import { each } from './efficiency.js';
import { estimatedWeights } from './memory-fit.js';
import { predictionFor } from './prediction.js';
import type { Target } from './target.js';
import type { Lengths } from './terms.js';
import { boundsOf, useView } from './uses.js';

/** A model as it is asked about. */
export interface Asked {
  id: string;
  name: string;
  parameters: number | null;
  parametersActive: number | null;
  context: number | null;
  /** One for each dtype; `size` is null where no graph of its architecture can be planned. */
  variants: { layout: Layout; dtype: Dtype; size: SizeFacts | null }[];
}

export interface Question {
  lengths: Lengths;
  context: number;
  uses: readonly UseProfile[];
}

export function fitView(models: readonly Asked[], target: Target, question: Question): FitView {
  const { on, basis } = target;
  const { lengths, context } = question;
  return { on, basis, lengths, context, models: models.map((model) => fitModel(model, target, question)) };
}

/** Whether any model at its best fits and serves all that was asked for, or may do so. */
export function servesWhatIsAsked({ models }: FitView): boolean {
  return models.some(
    ({ variants, best }) => best !== null && variants[best]!.uses.every(({ verdict }) => verdict !== 'fail'),
  );
}

function fitModel(asked: Asked, target: Target, question: Question): FitModel {
  const { id, name, context } = asked;
  const variants = asked.variants.map((variant) => fitVariant(asked, variant, target, question));
  const sizes = asked.variants.flatMap(({ size }) => size ?? []);
  const best = bestOf(variants);
  return {
    model: id,
    name,
    parameters: sizes[0]?.parameters ?? asked.parameters,
    parametersActive: sizes[0]?.parametersActive ?? asked.parametersActive,
    context,
    variants,
    best,
    why: best === null ? whyNone(variants, target, question) : whyBest(variants, best),
  };
}

function fitVariant(
  asked: Asked,
  { layout, dtype, size }: Asked['variants'][number],
  target: Target,
  { lengths, context, uses }: Question,
): FitVariant {
  const tokens = Math.min(context, asked.context ?? context);
  const at = (wanted: Lengths) => predictionAt(size, wanted, target, layout, dtype);
  const full = { ...lengths, depth: Math.max(0, tokens - lengths.prompt - lengths.new) };
  const weightBytes = size?.weightBytes ?? weightsOf(asked.parameters, dtype);
  const needed =
    at(full).peakRssBytes ?? (weightBytes === null ? null : { value: weightBytes, low: weightBytes, high: null });
  const { memory } = target;
  const fits = needed === null ? 'not shown' : fitVerdict(boundsOf(needed), memory);
  return {
    layout: size === null ? null : layout,
    dtype,
    fileBytes: weightBytes,
    kvBytesPerToken: size?.kvBytesPerToken ?? null,
    bytesPerToken: size?.work.tokenBytes ?? null,
    operationsPerToken: size === null ? null : operationsOf(size),
    loadBytes: size === null ? null : target.loadBytes(size, layout, dtype),
    memory: { needed, available: memory, fits },
    prediction: at(lengths),
    uses: uses.map((use) =>
      withoutMemory(useView(use, { at, availableBytes: memory.value }, target.kind, asked.context), fits),
    ),
  };
}

/** What does not fit serves nothing, however fast it would be. */
function withoutMemory(view: ReturnType<typeof useView>, fits: Verdict): ReturnType<typeof useView> {
  return fits === 'fail' ? { ...view, verdict: 'fail' } : view;
}

function predictionAt(
  size: SizeFacts | null,
  lengths: Lengths,
  target: Target,
  layout: Layout,
  dtype: Dtype,
): Prediction {
  if (size === null) return each(PREDICTED_METRICS, () => null);
  return predictionFor(target, size, lengths, layout, dtype);
}

function weightsOf(parameters: number | null, dtype: Dtype): number | null {
  return parameters === null ? null : (estimatedWeights(parameters, dtype)?.bytes ?? null);
}

function fitVerdict(needed: { low: number; high: number }, available: Target['memory']): Verdict {
  if (needed.high <= available.value) return 'pass';
  return needed.low > available.high ? 'fail' : 'not shown';
}

function operationsOf({ work: { products, head } }: SizeFacts): number {
  return products.reduce((sum, { operations }) => sum + operations, head?.operations ?? 0);
}

/** Chooses among those that fit: the one that serves the most uses, then the fastest, then the smallest. */
function bestOf(variants: readonly FitVariant[]): number | null {
  const fitting = variants
    .map((variant, i) => ({ i, variant }))
    .filter(({ variant }) => variant.memory.fits !== 'fail');
  if (fitting.length === 0) return null;
  const served = ({ variant }: (typeof fitting)[number]) =>
    variant.uses.filter(({ verdict }) => verdict === 'pass').length;
  const rate = ({ variant }: (typeof fitting)[number]) => variant.prediction.decodeRate?.value ?? 0;
  const size = ({ variant }: (typeof fitting)[number]) => variant.fileBytes ?? Number.POSITIVE_INFINITY;
  const fits = ({ variant }: (typeof fitting)[number]) => (variant.memory.fits === 'pass' ? 1 : 0);
  return fitting.toSorted(
    (a, b) => fits(b) - fits(a) || served(b) - served(a) || rate(b) - rate(a) || size(a) - size(b),
  )[0]!.i;
}

/** The place of the variant with the smallest file. */
export function smallestOf(variants: readonly FitVariant[]): number {
  const bytes = variants.map(({ fileBytes }) => fileBytes ?? Number.POSITIVE_INFINITY);
  return Math.max(0, bytes.indexOf(Math.min(...bytes)));
}

function whyBest(variants: readonly FitVariant[], best: number): string {
  const { memory, dtype } = variants[best]!;
  const isSure = memory.fits === 'pass';
  const unsure = `whether it fits is not sure: ${need(variants[best]!)}`;
  if (variants.length === 1) return isSure ? `${dtype} fits` : unsure;
  const tooLarge = variants.filter((one) => one.memory.fits === 'fail').map((one) => one.dtype);
  const left =
    tooLarge.length === 0 ? 'all fit' : `${tooLarge.join(', ')} ${tooLarge.length === 1 ? 'does' : 'do'} not fit`;
  const what = variants[best]!.prediction.decodeRate === null ? 'smallest' : 'fastest';
  return `${dtype} is the ${what} that fits; ${isSure ? left : unsure}`;
}

function whyNone(variants: readonly FitVariant[], { on }: Target, { context }: Question): string {
  const smallest = variants[smallestOf(variants)]!;
  const kv =
    smallest.kvBytesPerToken === null
      ? ''
      : ` + ${gigabytes(smallest.kvBytesPerToken * context)} of KV cache for ${context.toLocaleString('en-US')} tokens`;
  const { available } = smallest.memory;
  return `${smallest.dtype} weights of ${gigabytes(smallest.fileBytes!)}${kv}; ${on.kind === 'device' ? on.name : on.id} has ${gigabytes(available.value)} for them`;
}

function need({ memory: { needed, available } }: FitVariant): string {
  if (needed === null) return 'nobody has published its size';
  const { low, high } = boundsOf(needed);
  return `${gigabytes(low)} to ${gigabytes(high)} of ${gigabytes(available.value)}`;
}

function gigabytes(bytes: number): string {
  const digits = bytes >= 1e11 ? 0 : bytes >= 1e10 ? 1 : 2;
  return `${(bytes / 1e9).toFixed(digits)} GB`;
}
