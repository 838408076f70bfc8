// What all charts of a report agree on: how entries are called, and which hue and shape each has. Pure.

import type { MetricName } from '../../contract/metric-names.js';
import type { Entry, ReportView } from '../../contract/views/report.js';
import { groupBy } from '../../stats/group-by.js';
import { present } from '../../stats/present.js';
import { workloadOf } from '../../stats/report/front.js';
import { caseDimensions } from '../../suite/case-id.js';
import { measured, unitLabel } from '../format.js';
import { headingOf } from '../labels.js';
import type { LegendItem } from './chart.js';
import { HUES } from './palette.js';

export interface Scene {
  view: ReportView;
  entry(ref: string): Entry;
  /** `qwen2.5-0.5b tuned q4`: without machine and workload, for charts that say them elsewhere. */
  short(entry: Entry): string;
  /** With workload, and with the machine where there are several. */
  full(entry: Entry): string;
  /** `pp512 tg128 · laptop-8c-16gb` */
  place(entry: Entry): string;
  hue(entry: Entry): string;
  shape(entry: Entry): number;
  /** Of the entries drawn, what hues and shapes stand for. */
  legend(entries: readonly Entry[], shapes: boolean): LegendItem[];
}

/** Without lengths, which are in the name of the workload. */
function dimensionsOf({ key: { workload: _, ...key } }: Entry): Record<string, string> {
  return caseDimensions(key);
}

/** Dimensions in which cases of one machine differ: what follows from the machine need not be said beside its name. */
function varyingOf(entries: readonly Entry[]): Set<string> {
  const onMachines = [...groupBy(entries, ({ machine }) => machine).values()];
  return new Set(
    onMachines.flatMap((own) => {
      const all = own.map(dimensionsOf);
      const names = new Set(all.flatMap((dimensions) => Object.keys(dimensions)));
      return [...names].filter((name) => new Set(all.map((dimensions) => dimensions[name])).size > 1);
    }),
  );
}

const DIMENSIONS: ((entry: Entry) => string)[] = [
  ({ machine }) => machine,
  ({ key }) => key.model,
  ({ key }) => key.runtime,
  ({ key }) => key.dtype,
  ({ key }) => key.layout ?? key.weights,
  ({ key }) => key.ep,
];
const MOST_IN_LEGEND = 12;

export function sceneOf(view: ReportView): Scene {
  const { entries } = view;
  const byRef = new Map(entries.map((entry) => [entry.ref, entry]));
  const varying = varyingOf(entries);
  const [hueOf = () => '', shapeOf = () => ''] = DIMENSIONS.filter((of) => new Set(entries.map(of)).size > 1);
  const hues = [...new Set(entries.map(hueOf))];
  const shapes = [...new Set(entries.map(shapeOf))];
  const hasMachines = view.machines.length > 1;
  const hasWorkloads = new Set(entries.map(workloadOf)).size > 1;
  const hasBothWeights = new Set(entries.map(({ key }) => key.weights)).size > 1;
  const short = (entry: Entry) => {
    const own = Object.entries(dimensionsOf(entry)).filter(([name]) => varying.has(name));
    const words = headingOf(Object.fromEntries(own)).replaceAll(' · ', ' ');
    const named = words || present(entry.key.model, entry.key.layout, entry.key.dtype).join(' ');
    return hasBothWeights && entry.key.weights === 'synthetic' ? `${named} (synthetic)` : named;
  };
  const place = (entry: Entry) => present(workloadOf(entry), hasMachines && entry.machine).join(' · ');
  const hue = (entry: Entry) => `h${hues.indexOf(hueOf(entry)) % HUES}`;
  const shape = (entry: Entry) => shapes.indexOf(shapeOf(entry));
  return {
    view,
    entry: (ref) => byRef.get(ref)!,
    short,
    full: (entry) => present(short(entry), hasWorkloads && workloadOf(entry), hasMachines && entry.machine).join(' · '),
    place,
    hue,
    shape,
    legend(drawn, withShapes) {
      const first = (of: (entry: Entry) => string, names: string[]) =>
        [...new Map(drawn.map((entry) => [of(entry), entry])).entries()].sort(
          ([a], [b]) => names.indexOf(a) - names.indexOf(b),
        );
      const ofHues = hues.length > 1 ? first(hueOf, hues) : [];
      const ofShapes = withShapes && shapes.length > 1 ? first(shapeOf, shapes) : [];
      return [
        ...ofHues.map(([text, entry]) => ({ hue: hue(entry), shape: null, text })),
        ...ofShapes.map(([text, entry]) => ({ hue: null, shape: shape(entry), text })),
      ].slice(0, MOST_IN_LEGEND);
    },
  };
}

/** `54.4 ± 2.2 % tok/s`; empty where it was not measured. */
export function figureText(entry: Entry, name: MetricName): string {
  const figures = entry.metrics[name];
  if (figures === undefined) return '';
  return `${measured({ median: figures.median, interval: figures.interval95 }, figures)} ${unitLabel(figures)}`;
}

/** Of many entries, those that charts have room for; tables have all. */
export const MOST_DRAWN = 160;

export function drawnOf(entries: readonly Entry[]): Entry[] {
  return entries.slice(0, MOST_DRAWN);
}

/** The fastest of each model and machine before the others. */
export function bestFirst<T extends { ref: string }>({ view }: Scene, items: readonly T[]): T[] {
  const best = new Set(view.best.map(({ ref }) => ref));
  return items.toSorted((a, b) => Number(best.has(b.ref)) - Number(best.has(a.ref)));
}

export function leftOutNote(all: number, drawn: number, what: string): string[] {
  return all > drawn ? [`${all - drawn} of ${all} ${what} are in the table and not drawn.`] : [];
}
