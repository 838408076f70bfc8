// Decode and prefill rates: a bar from zero for each case with its 95 % interval, and a stroke where the machine's ceiling
// lies. A panel for each workload and machine. Pure.
import type { PhaseWithCeiling } from '../../contract/views/figures.js';
import type { Entry } from '../../contract/views/report.js';
import { groupBy } from '../../stats/group-by.js';
import { workloadOf } from '../../stats/report/front.js';
import { number, spread } from '../format.js';
import { html } from '../html/markup.js';
import type { Drawing, Panel } from './chart.js';
import { NARROW } from './chart.js';
import { zeroScale } from './scales.js';
import { drawnOf, figureText, leftOutNote, type Scene } from './scene.js';
import { bar, entryGroup, fitted, line, text, tick, whisker, widthOf } from './svg.js';

const STEP = 38;
const TOP = 8;
const MOST_ROWS = 16;
const RIGHT = NARROW - 8;

export function drawRates(scene: Scene, phase: PhaseWithCeiling): Drawing | null {
  const metric = `${phase}Rate` as const;
  const all = scene.view.entries.filter(
    ({ metrics, status }) => metrics[metric] !== undefined && status !== 'impossible',
  );
  if (all.length === 0) return null;
  const byWorkload = groupBy(all, workloadOf);
  const commonFirst = all.toSorted(
    (a, b) => byWorkload.get(workloadOf(b))!.length - byWorkload.get(workloadOf(a))!.length,
  );
  const sorted = [...groupBy(commonFirst, scene.place).values()].flatMap((group) =>
    group.toSorted((a, b) => b.metrics[metric]!.median - a.metrics[metric]!.median),
  );
  const drawn = drawnOf(sorted);
  const panels = [...groupBy(drawn, scene.place).values()].flatMap((group) =>
    Array.from({ length: Math.ceil(group.length / MOST_ROWS) }, (_, i) =>
      panelOf(scene, group.slice(i * MOST_ROWS, (i + 1) * MOST_ROWS), group, phase, i > 0),
    ),
  );
  const hasCeiling = drawn.some(({ ofCeiling }) => ofCeiling[phase] !== null);
  return {
    caption: [
      'Bars are medians over rounds, strokes across their ends the 95 % interval; a single round has none.',
      ...(hasCeiling ? ['The dashed stroke is what the machine could do at best for that case.'] : []),
      ...leftOutNote(all.length, drawn.length, 'rates'),
    ],
    legend: scene.legend(drawn, false),
    panels,
    wide: null,
    columns: [
      { key: 'case', title: 'case' },
      { key: 'workload', title: 'workload' },
      { key: 'machine', title: 'machine' },
      { key: 'rate', title: `${phase} rate`, align: 'right', unit: 'tok/s' },
      { key: 'interval', title: '95 % interval', align: 'right', unit: 'tok/s' },
      { key: 'rounds', title: 'rounds', align: 'right' },
      { key: 'share', title: 'of ceiling', align: 'right' },
    ],
    rows: sorted.map((entry) => {
      const { median, interval95, rounds } = entry.metrics[metric]!;
      const share = entry.ofCeiling[phase];
      return {
        of: entry.ref,
        cells: {
          case: scene.short(entry),
          workload: workloadOf(entry),
          machine: entry.machine,
          rate: `${number(median)} ${spread({ median, interval: interval95 })}`.trim(),
          interval: interval95 === null ? 'one round' : `${number(interval95.low)} to ${number(interval95.high)}`,
          rounds: String(rounds),
          share: share === null ? '' : `${Math.round(share * 100)} %`,
        },
      };
    }),
  };
}

function panelOf(scene: Scene, entries: Entry[], peers: Entry[], phase: PhaseWithCeiling, isNext: boolean): Panel {
  const metric = `${phase}Rate` as const;
  const ceilingOf = ({ metrics, ofCeiling }: Entry) =>
    ofCeiling[phase] === null ? 0 : metrics[metric]!.median / ofCeiling[phase];
  const most = Math.max(...peers.map((entry) => Math.max(highOf(entry, metric), ceilingOf(entry))));
  const scale = zeroScale(most, [2, RIGHT], 4);
  const bottom = TOP + STEP * entries.length;
  const rows = entries.map((entry, i) => {
    const { median, interval95 } = entry.metrics[metric]!;
    const value = `${number(median)} ${spread({ median, interval: interval95 })}`.trim();
    const ceiling = ceilingOf(entry);
    const content = html`${text(2, 12, fitted(scene.short(entry), RIGHT - widthOf(value) - 12))}${text(RIGHT, 12, value, { anchor: 'end', kind: 'strong' })}${bar(2, 18, scale(median) - 2, 11, 0.55)}${
      interval95 === null ? null : whisker([scale(Math.max(0, interval95.low)), 23.5], [scale(interval95.high), 23.5])
    }${ceiling === 0 ? null : line(scale(ceiling), 16, scale(ceiling), 31, 'axis dash')}`;
    const share = entry.ofCeiling[phase];
    const tip = `${scene.full(entry)}: ${figureText(entry, metric)}${share === null ? '' : `, ${Math.round(share * 100)} % of the ceiling`}`;
    return entryGroup(entry.ref, scene.hue(entry), tip, content, TOP + i * STEP);
  });
  const ticks = scale.ticks.map((value) =>
    text(scale(value), bottom + 14, tick(value), { anchor: anchorOf(value, scale) }),
  );
  return {
    title: `${scene.place(entries[0]!)}${isNext ? ', continued' : ''}`,
    width: NARROW,
    height: bottom + 20,
    body: html`${rows}<g class="foot">${line(2, bottom, RIGHT, bottom, 'axis')}${ticks}</g>`,
    rows: { top: TOP, step: STEP },
  };
}

function anchorOf(value: number, scale: (value: number) => number): 'middle' | 'end' | undefined {
  const x = scale(value);
  return x < 12 ? undefined : x > RIGHT - 16 ? 'end' : 'middle';
}

function highOf({ metrics }: Entry, metric: 'decodeRate' | 'prefillRate'): number {
  return metrics[metric]!.interval95?.high ?? metrics[metric]!.median;
}
