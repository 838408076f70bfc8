// The answer of `fit` as a page: a row for each dtype of one model, or for each of several models at its best. Pure.
import { USE_METRICS, type UseMetric, type UseProfile } from '../contract/use-profile.js';
import type { FitModel, FitVariant, FitView, ThresholdView, UseView, Verdict } from '../contract/views/fit.js';
import { smallestOf } from '../verdict/fit-view.js';
import { worstOf } from '../verdict/uses.js';
import { bytes, count, number, plural } from './format.js';
import type { Page } from './page.js';
import { rangeWords } from './range.js';

interface Asked {
  isList: boolean;
  uses: readonly UseProfile[];
}

interface Row {
  model: FitModel;
  variant: FitVariant;
}

export function fitPage(view: FitView, { isList, uses }: Asked): Page {
  const rows = rowsOf(view, isList);
  const isSingle = view.models.length === 1 && !isList;
  return {
    heading: headingOf(view, isSingle),
    columns: [
      ...(isSingle
        ? []
        : [
            { key: 'model', title: 'model' },
            { key: 'parameters', title: 'parameters', align: 'right' as const },
          ]),
      { key: 'dtype', title: 'dtype' },
      { key: 'file', title: 'weights', align: 'right' },
      { key: 'memory', title: 'memory', unit: 'GB', align: 'right' },
      { key: 'fits', title: 'fits' },
      { key: 'prefill', title: 'prefill', unit: 'tok/s', align: 'right' },
      { key: 'ttft', title: 'TTFT', unit: 's', align: 'right' },
      { key: 'decode', title: 'decode', unit: 'tok/s', align: 'right' },
      ...uses.map(({ id }) => ({ key: id, title: id === 'asked' ? 'as asked' : id })),
    ],
    rows: rows.map((row) => cells(row)),
    notes: [
      ...(isList ? listNotes(view, rows, uses) : view.models.flatMap((model) => modelNotes(model, view, isSingle))),
      ...basisNotes(view, rows),
    ],
    json: view,
    records: view.models.flatMap((model) => model.variants.map((variant) => record(model, variant))),
  };
}

function headingOf({ on, lengths, context, models }: FitView, isSingle: boolean): string[] {
  const where = { 'this machine': `this machine (${on.id})`, results: `the machine ${on.id}`, device: on.name }[
    on.kind
  ];
  const { prompt, new: tokens } = lengths;
  const rates = `rates for pp${prompt} tg${tokens}, memory for ${count(context)} tokens of context`;
  const [model] = models;
  return [
    [
      'fit',
      ...(isSingle ? [model!.model] : []),
      where,
      ...(on.threads === null ? [] : [plural(on.threads, 'thread')]),
    ].join(' · '),
    ...(isSingle ? [modelLine(model!)] : []),
    `${rates}; nothing was measured or downloaded now`,
  ];
}

function modelLine({ name, parameters, parametersActive, context, variants }: FitModel): string {
  const active =
    parametersActive !== null && parametersActive !== parameters ? `, ${millions(parametersActive)} active` : '';
  const kv = variants[0]!.kvBytesPerToken;
  return [
    name,
    ...(parameters === null ? [] : [`${millions(parameters)} parameters${active}`]),
    ...(kv === null ? [] : [`${bytes(kv)} of KV cache a token`]),
    ...(context === null ? [] : [`made for ${count(context)} tokens`]),
  ].join(' · ');
}

function fileSize(value: number): string {
  return value >= 1e11 ? `${count(Math.round(value / 1e9))} GB` : bytes(value);
}

function millions(value: number): string {
  return value >= 999.5e6 ? `${number(value / 1e9)} B` : `${Math.round(value / 1e6)} M`;
}

const ORDER: Record<Verdict, number> = { pass: 0, 'not shown': 1, fail: 2 };

/** A list begins with models that serve what is asked, the largest first. */
function rowsOf({ models }: FitView, isList: boolean): Row[] {
  const [single] = models;
  if (models.length === 1 && !isList) return single!.variants.map((variant) => ({ model: single!, variant }));
  const rows = models.map((model) => ({ model, variant: model.variants[model.best ?? smallestOf(model.variants)]! }));
  if (!isList) return rows;
  return rows.toSorted(
    (a, b) => ORDER[verdictOf(a)] - ORDER[verdictOf(b)] || (b.model.parameters ?? 0) - (a.model.parameters ?? 0),
  );
}

function verdictOf({ variant: { uses, memory } }: Row): Verdict {
  return worstOf([memory.fits, ...uses.map(({ verdict }) => verdict)]);
}

function cells({ model, variant }: Row): Record<string, string> {
  const { prediction, memory, uses } = variant;
  return {
    model: model.model,
    parameters: model.parameters === null ? 'unknown' : millions(model.parameters),
    dtype: variant.dtype,
    file: variant.fileBytes === null ? 'unknown' : fileSize(variant.fileBytes),
    memory: rangeWords(memory.needed, 1e9),
    fits: { pass: 'yes', fail: 'no', 'not shown': 'not sure' }[memory.fits],
    prefill: rangeWords(prediction.prefillRate),
    ttft: rangeWords(prediction.ttftMs, 1000),
    decode: rangeWords(prediction.decodeRate),
    ...Object.fromEntries(uses.map(({ use, verdict }) => [use, verdict])),
  };
}

function modelNotes(model: FitModel, { on }: FitView, isSingle: boolean): string[] {
  const named = isSingle ? '' : `${model.model}: `;
  if (model.best === null) return [`${named}does not fit: ${model.why}.`];
  const { uses, dtype } = model.variants[model.best]!;
  const variant = model.variants[model.best]!;
  return [
    ...(isSingle ? [`${model.why}.`, ...tokenNote(variant)] : []),
    ...uses.map(
      (use) =>
        `${named}${use.use === 'asked' ? 'as asked' : use.use} at ${dtype}${on.kind === 'device' ? ` on ${on.id}` : ''}: ${use.verdict}${whyUse(use)}`,
    ),
  ];
}

/** What a token costs, and what loading takes. */
function tokenNote({ dtype, bytesPerToken, operationsPerToken, loadBytes }: FitVariant): string[] {
  if (bytesPerToken === null || operationsPerToken === null) return [];
  const load = loadBytes === null ? '' : `; loading peaks at about ${bytes(loadBytes)}`;
  return [
    `A token at ${dtype} reads ${bytes(bytesPerToken)} of weights and takes ${number(operationsPerToken / 1e9)} Gop${load}.`,
  ];
}

/** The thresholds that decide; of a pass all that are predicted. */
function whyUse({ verdict, tooLong, thresholds }: UseView): string {
  if (tooLong !== null) return ` · it takes ${count(tooLong)} tokens of context, more than the model was made for`;
  const deciding = thresholds.filter((one) => one.verdict !== null && (verdict === 'pass' || one.verdict === verdict));
  const unknown = thresholds.filter((one) => one.verdict === null).map(({ metric }) => USE_METRICS[metric].words);
  const said = deciding.map(thresholdWords).join(' · ');
  return `${said === '' ? '' : ` · ${said}`}${unknown.length === 0 ? '' : ` · not predicted: ${unknown.join(', ')}`}`;
}

/** `TTFT 1.0 to 1.4 s (needs ≤ 2)` */
function thresholdWords({ metric, better, acceptable, predicted }: ThresholdView): string {
  const { words, unit } = USE_METRICS[metric as UseMetric];
  const needs = `needs ${better === 'higher' ? '≥' : '≤'} ${trimmed(acceptable)}`;
  return `${words} ${rangeWords(predicted)}${unit === '' ? '' : ` ${unit}`} (${needs})`;
}

function trimmed(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function listNotes({ on }: FitView, rows: readonly Row[], uses: readonly UseProfile[]): string[] {
  const asked = uses.map(({ id, name }) => (id === 'asked' ? `at least ${name}` : id)).join(' and ');
  const where = on.kind === 'device' ? on.name : on.id;
  const serving = rows.filter((row) => verdictOf(row) === 'pass');
  const unsure = rows.filter((row) => verdictOf(row) === 'not shown');
  const largest = serving[0];
  const first =
    largest === undefined
      ? `No model is shown to serve ${asked} on ${where}.`
      : `${plural(serving.length, 'model')} of ${count(rows.length)} ${serving.length === 1 ? 'serves' : 'serve'} ${asked} on ${where}; the largest is ${largest.model.model} at ${largest.variant.dtype}: decode ${rangeWords(largest.variant.prediction.decodeRate)} tok/s, memory ${rangeWords(largest.variant.memory.needed, 1e9)} GB.`;
  const may =
    unsure[0] === undefined
      ? []
      : [
          `${plural(unsure.length, 'model')} may, the largest ${unsure[0].model.model}: a threshold lies inside its range.`,
        ];
  return [first, ...may];
}

function basisNotes({ on, basis, models }: FitView, rows: readonly Row[]): string[] {
  const unplanned = models.filter(({ variants }) => variants[0]!.layout === null).map(({ model }) => model);
  const coverage = [
    ['decode', basis.decode],
    ['prefill', basis.prefill],
    ['memory', basis.memory],
  ] as const;
  const said = coverage.flatMap(([name, known]) =>
    known === null ? [] : [`${name} ${Math.round(known.coverage * 100)} % (${known.groups})`],
  );
  const from =
    on.kind === 'device'
      ? `Predicted from the specification and from ${plural(basis.cases, 'published run')} of other devices and models (docs/fit.md).`
      : basis.cases === 0
        ? 'Nothing has been measured on this machine that rates could be predicted from: edgeproof run takes a minute, edgeproof run fit half an hour.'
        : `Predicted from ${plural(basis.cases, 'case')} of ${plural(basis.architectures, 'architecture')} measured on this machine (docs/fit.md).`;
  const ranges =
    said.length === 0
      ? ['No ranges: fewer than 3 architectures were measured; half to twice the value is taken to decide.']
      : [
          `Ranges hold this share of new models, by the errors over so many architectures or devices: ${said.join(', ')}; edgeproof fit --score has them.`,
        ];
  const isPredicted = rows.some(({ variant }) => variant.prediction.decodeRate !== null);
  return [
    from,
    ...(isPredicted ? ranges : []),
    ...(unplanned.length === 0
      ? []
      : [`Sizes by parameters alone, since their graphs cannot be planned: ${unplanned.join(', ')}.`]),
  ];
}

function record({ model, parameters, parametersActive }: FitModel, variant: FitVariant): Page['records'][number] {
  const { decodeRate, prefillRate, ttftMs } = variant.prediction;
  const { needed, fits } = variant.memory;
  const limits = (name: string, range: { value: number; low: number | null; high: number | null } | null) => ({
    [name]: range?.value ?? null,
    [`${name}Low`]: range?.low ?? null,
    [`${name}High`]: range?.high ?? null,
  });
  return {
    ...{ model, parameters, parametersActive, layout: variant.layout, dtype: variant.dtype },
    ...{ fileBytes: variant.fileBytes, kvBytesPerToken: variant.kvBytesPerToken, bytesPerToken: variant.bytesPerToken },
    ...{ operationsPerToken: variant.operationsPerToken, loadBytes: variant.loadBytes },
    ...limits('peakRssBytes', needed),
    fits,
    ...limits('prefillRate', prefillRate),
    ...limits('ttftMs', ttftMs),
    ...limits('decodeRate', decodeRate),
    ...Object.fromEntries(variant.uses.map(({ use, verdict }) => [use, verdict])),
  };
}
