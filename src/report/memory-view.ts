// Memory of each case phase by phase, the moment of the peak, and the KV cache predicted and observed. Pure.
import type { CaseResult, ResultDocument } from '../contract/result.js';
import { type KvMemory, kvMemory, memoryByPhase, type Peak, peakMoment } from '../stats/memory-anatomy.js';
import { bytes, count, number } from './format.js';
import { caseLabel, labelsOf } from './labels.js';
import type { Column, View } from './view.js';

const COLUMNS: Column[] = [
  { key: 'case', title: 'case' },
  { key: 'phase', title: 'phase' },
  ...(
    [
      ['peakRssBytes', 'peak'],
      ['peakAnonymousBytes', 'anonymous'],
      ['peakFileBytes', 'file-backed'],
      ['peakSwapBytes', 'swapped'],
      ['rssBytes', 'at its end'],
      ['pssBytes', 'PSS then'],
    ] as const
  ).map(([key, title]): Column => ({ key, title, unit: 'MB', align: 'right' })),
];

export function memoryView(document: ResultDocument, path: string | null): View {
  const labels = labelsOf(document.cases);
  const name = (result: CaseResult) => caseLabel(labels, result);
  const records = document.cases.flatMap((result) =>
    Object.entries(memoryByPhase(result)).map(([phase, { end, ...peaks }]) => {
      const { rssBytes = null, pssBytes = null, anonymousBytes = null, swapBytes = null } = end ?? {};
      return { id: result.id, phase, ...peaks, rssBytes, pssBytes, anonymousBytes, swapBytes };
    }),
  );
  return {
    heading: [
      `${document.suite.content.name} · ${labels.shared} · memory by phase${path === null ? '' : ` · ${path}`}`,
      ...methodsOf(document.cases).map((method) => `read as ${method}`),
    ],
    columns: COLUMNS,
    rows: document.cases.flatMap((result) =>
      records
        .filter(({ id }) => id === result.id)
        .map((record, i) => {
          const cells = Object.entries(record).flatMap(([key, value]) =>
            typeof value === 'number' ? [[key, value === 0 ? '0' : number(value / 1e6)]] : [],
          );
          return {
            ...Object.fromEntries(cells),
            case: i === 0 ? name(result) : '',
            phase: PHASES[record.phase] ?? record.phase,
          };
        }),
    ),
    notes: document.cases.flatMap((result) => anatomyNote(name(result), result)),
    json: document.cases.map((result) => ({
      id: result.id,
      phases: memoryByPhase(result),
      peak: peakMoment(result),
      kv: kvMemory(result),
    })),
    records,
  };
}

const PHASES: Record<string, string> = { start: 'before loading', firstRun: 'first run' };

function methodsOf(cases: CaseResult[]): string[] {
  return [
    ...new Set(
      cases.flatMap(({ rounds }) => rounds.flatMap((round) => (round.status === 'ok' ? round.memory.method : []))),
    ),
  ];
}

function anatomyNote(name: string, result: CaseResult): string[] {
  const [peak, kv] = [peakMoment(result), kvMemory(result)];
  if (peak === null) return [];
  return [`${name}: the peak of ${bytes(peak.bytes)} came ${momentInWords(peak)}.${kv === null ? '' : kvInWords(kv)}`];
}

const MOMENTS: Record<string, string> = {
  start: 'before anything was loaded',
  load: 'while loading',
  depth: 'while filling the cache',
  firstRun: 'in the first run',
  prefill: 'during prefill',
  decode: 'during decode',
};

/** When memory is at its highest, once for all cases; only where the phases were told apart. */
export function peakNotes(cases: CaseResult[]): string[] {
  const moments = cases.flatMap((result) => {
    const peak = Object.keys(memoryByPhase(result)).length > 1 ? peakMoment(result) : null;
    return peak === null ? [] : [MOMENTS[peak.phase] ?? peak.phase];
  });
  if (moments.length === 0) return [];
  const counted = [...new Set(moments)].map((moment) => {
    const same = moments.filter((other) => other === moment).length;
    return same === moments.length ? moment : `${moment} (${same} of ${moments.length} cases)`;
  });
  return [`Memory peaks ${counted.join(', ')}; phase by phase: edgeproof show --memory.`];
}

/** Weights that are packed for the processor are held twice for a while. */
export function momentInWords({ phase, bytes: peak, leftBytes }: Peak): string {
  const words = MOMENTS[phase] ?? `in the phase ${phase}`;
  if (phase !== 'load' || leftBytes === null || leftBytes > peak * 0.9) return words;
  return `while loading (weights are packed; ${bytes(leftBytes)} were left of it)`;
}

function kvInWords({ tokens, predictedBytes, observedBytes, until }: KvMemory): string {
  const predicted = predictedBytes === null ? 'not known from the graph' : `${bytes(predictedBytes)} predicted`;
  const when = until === 'firstRun' ? 'the first run' : 'the last iteration';
  const observed =
    observedBytes === null
      ? ''
      : `; from the loaded model to the end of ${when} anonymous memory grew by ${bytes(observedBytes)}`;
  return `\n  KV cache of ${count(tokens)} tokens: ${predicted}${observed}`;
}
