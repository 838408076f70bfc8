// Memory by phase: at the highest moment of each phase, what the worker allocated (anonymous) and what it mapped from files.
// A panel for each case. Pure.
import type { PhaseMemory } from '../../contract/memory.js';
import type { EntryMemory } from '../../contract/views/report.js';
import { workloadOf } from '../../stats/report/front.js';
import { bytes, number } from '../format.js';
import { html, type Markup } from '../html/markup.js';
import { momentInWords, phaseWord } from '../memory-page.js';
import { type Drawing, NARROW, type Panel } from './chart.js';
import { zeroScale } from './scales.js';
import { bestFirst, leftOutNote, type Scene } from './scene.js';
import { bar, entryGroup, line, text } from './svg.js';

const STEP = 24;
const TOP = 8;
const LEFT = 104;
const RIGHT = NARROW - 62;
const MOST_PANELS = 36;

export function drawMemory(scene: Scene): Drawing | null {
  const { memory } = scene.view;
  if (memory.length === 0) return null;
  const drawn = bestFirst(scene, memory).slice(0, MOST_PANELS);
  const most = Math.max(
    ...drawn.flatMap(({ phases }) => Object.values(phases).map(({ peakRssBytes }) => peakRssBytes)),
  );
  return {
    caption: [
      'Full colour is anonymous memory, pale is memory mapped from files, which other programs may share and the system may take back. All panels have one scale.',
      ...leftOutNote(memory.length, drawn.length, 'cases'),
    ],
    legend: scene.legend(
      drawn.map(({ ref }) => scene.entry(ref)),
      false,
    ),
    panels: drawn.map((own) => panelOf(scene, own, most)),
    wide: null,
    columns: [
      { key: 'case', title: 'case' },
      { key: 'workload', title: 'workload' },
      { key: 'machine', title: 'machine' },
      { key: 'phase', title: 'phase' },
      ...['peak', 'anonymous', 'file-backed', 'swapped'].map((key) => ({
        key,
        title: key,
        unit: 'MB',
        align: 'right' as const,
      })),
    ],
    rows: memory.flatMap(({ ref, phases }) => {
      const entry = scene.entry(ref);
      return Object.entries(phases).map(([phase, own]) => ({
        of: ref,
        cells: {
          case: scene.short(entry),
          workload: workloadOf(entry),
          machine: entry.machine,
          phase: phaseWord(phase),
          peak: megabytes(own.peakRssBytes),
          anonymous: megabytes(own.peakAnonymousBytes),
          'file-backed': megabytes(own.peakFileBytes),
          swapped: megabytes(own.peakSwapBytes),
        },
      }));
    }),
  };
}

function megabytes(value: number | null): string {
  return value === null ? '' : value === 0 ? '0' : number(value / 1e6);
}

function panelOf(scene: Scene, { ref, phases, peak }: EntryMemory, most: number): Panel {
  const entry = scene.entry(ref);
  const scale = zeroScale(most, [LEFT, RIGHT]);
  const entries = Object.entries(phases);
  const bottom = TOP + STEP * entries.length;
  const rows = entries.map(([phase, own], i) => rowOf(phase, own, TOP + i * STEP, scale));
  const tip = `${scene.full(entry)}${peak === null ? '' : `: the peak of ${bytes(peak.bytes)} came ${momentInWords(peak)}`}`;
  return {
    title: scene.full(entry),
    width: NARROW,
    height: bottom + 8,
    of: ref,
    body: html`${entryGroup(ref, scene.hue(entry), tip, rows)}${line(LEFT, TOP - 4, LEFT, bottom, 'axis')}`,
  };
}

function rowOf(phase: string, own: PhaseMemory, y: number, scale: (value: number) => number): Markup {
  const { peakRssBytes, peakAnonymousBytes } = own;
  const anonymous = Math.min(peakRssBytes, peakAnonymousBytes ?? peakRssBytes);
  const widthOfBytes = (value: number) => scale(value) - LEFT;
  return html`${text(LEFT - 8, y + 12, phaseWord(phase), { anchor: 'end' })}${bar(LEFT, y, widthOfBytes(peakRssBytes), 16, 0.3)}${bar(LEFT, y, widthOfBytes(anonymous), 16, 0.75)}${text(scale(peakRssBytes) + 6, y + 12, bytes(peakRssBytes), { kind: 'quiet' })}`;
}
