// Memory of each case phase by phase, the moment of the peak, and the KV cache predicted and observed. Pure.
import type { KvMemory, MemoryView, PeakMoment } from '../contract/views/memory.js';
import type { CaseView } from '../contract/views/show.js';
import { groupBy } from '../stats/group-by.js';
import { bytes, count, number } from './format.js';
import { caseLabel, labelsOf } from './labels.js';
import type { Column, Page } from './page.js';

const MEGABYTES = { unit: 'MB', align: 'right' } as const;
const COLUMNS: Column[] = [
  { key: 'case', title: 'case' },
  { key: 'phase', title: 'phase' },
  { key: 'peakRssBytes', title: 'peak', ...MEGABYTES },
  { key: 'peakAnonymousBytes', title: 'anonymous', ...MEGABYTES },
  { key: 'peakFileBytes', title: 'file-backed', ...MEGABYTES },
  { key: 'peakSwapBytes', title: 'swapped', ...MEGABYTES },
  { key: 'rssBytes', title: 'at its end', ...MEGABYTES },
  { key: 'pssBytes', title: 'PSS then', ...MEGABYTES },
];

export function memoryPage({ suite, path, methods, cases }: MemoryView): Page {
  const labels = labelsOf(cases);
  const byCase = cases.map((result) => ({
    ...result,
    name: caseLabel(labels, result),
    records: Object.entries(result.phases).map(([phase, { end, ...peaks }]) => {
      const { rssBytes = null, pssBytes = null, anonymousBytes = null, swapBytes = null } = end ?? {};
      return { id: result.id, phase, ...peaks, rssBytes, pssBytes, anonymousBytes, swapBytes };
    }),
  }));
  return {
    heading: [
      `${suite} · ${labels.shared} · memory by phase${path === null ? '' : ` · ${path}`}`,
      ...methods.map((method) => `read as ${method}`),
    ],
    columns: COLUMNS,
    rows: byCase.flatMap(({ name, records }) =>
      records.map((record, i) => {
        const cells = Object.entries(record).flatMap(([key, value]) =>
          typeof value === 'number' ? [[key, value === 0 ? '0' : number(value / 1e6)]] : [],
        );
        return { ...Object.fromEntries(cells), case: i === 0 ? name : '', phase: phaseWord(record.phase) };
      }),
    ),
    notes: byCase.every(({ records }) => records.length === 0) ? ['No round succeeded.'] : byCase.flatMap(anatomyNote),
    json: cases,
    records: byCase.flatMap(({ records }) => records),
  };
}

/** Maps, because a damaged file may call a phase `constructor`. */
const PHASES = new Map([
  ['start', 'before loading'],
  ['firstRun', 'first run'],
]);

export function phaseWord(phase: string): string {
  return PHASES.get(phase) ?? phase;
}

function anatomyNote({ name, peak, kv }: MemoryView['cases'][number] & { name: string }): string[] {
  if (peak === null) return [];
  return [`${name}: the peak of ${bytes(peak.bytes)} came ${momentInWords(peak)}.${kv === null ? '' : kvInWords(kv)}`];
}

const MOMENTS = new Map([
  ['start', 'before anything was loaded'],
  ['load', 'while loading'],
  ['depth', 'while filling the cache'],
  ['firstRun', 'in the first run'],
  ['prefill', 'during prefill'],
  ['decode', 'during decode'],
]);

/** When memory is at its highest, in one line for all cases whose phases were told apart. */
export function peakNotes(cases: readonly CaseView[]): string[] {
  const moments = cases.flatMap(({ peakMemoryByPhase, peakMoment }) => {
    const areToldApart = Object.keys(peakMemoryByPhase).length > 1;
    return peakMoment === null || !areToldApart ? [] : [MOMENTS.get(peakMoment.phase) ?? peakMoment.phase];
  });
  if (moments.length === 0) return [];
  const counted = [...groupBy(moments, (moment) => moment)].map(([moment, same]) =>
    same.length === moments.length ? moment : `${moment} (${same.length} of ${moments.length} cases)`,
  );
  return [`Memory peaks ${counted.join(', ')}; phase by phase: edgeproof show --memory.`];
}

/** Weights that are packed for the processor are held twice for a while. */
export function momentInWords({ phase, bytes: peak, leftBytes }: PeakMoment): string {
  const words = MOMENTS.get(phase) ?? `in the phase ${phase}`;
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
