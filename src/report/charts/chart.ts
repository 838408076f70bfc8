// A chart as data: panels drawn side by side or below each other, a legend, a caption and the table with its numbers. Pure.

import type { ChartName } from '../../contract/chart-names.js';
import type { Markup } from '../html/markup.js';
import type { Column } from '../page.js';

export interface Panel {
  title: string;
  width: number;
  height: number;
  body: Markup;
  /** The only entry that it is about. */
  of?: string;
  /** Where its rows begin and how tall each is: a script that hides some moves up the others. */
  rows?: { top: number; step: number };
}

/** A row of a table, with the entry that it is about. */
export interface ChartRow {
  of: string | null;
  cells: Record<string, string>;
}

export interface LegendItem {
  hue: string | null;
  shape: number | null;
  text: string;
}

export interface Drawing {
  caption: string[];
  legend: LegendItem[];
  panels: Panel[];
  /** The same at twice the width, for charts of one panel that gain by it. */
  wide: Panel[] | null;
  columns: Column[];
  rows: ChartRow[];
}

export interface Chart extends Drawing {
  name: ChartName;
  title: string;
  /** Said with the chart wherever it stands. */
  weights: string | null;
}

/** As wide as a phone shows at full size; a page stands two or three beside each other. */
export const NARROW = 344;
export const WIDE = 720;
