// The charts of a report, one row each: its title, what it shows, what it needs, and how it is drawn. The page, the names of
// `--chart` and docs/report.md follow from this table. Pure.
import { CHART_NAMES, type ChartName } from '../../contract/chart-names.js';
import type { Chart, Drawing } from './chart.js';
import { drawConditions } from './conditions.js';
import { drawGaps } from './gaps.js';
import { drawHistory } from './history.js';
import { drawMemory } from './memory.js';
import { drawMemorySpeed } from './memory-speed.js';
import { drawRates } from './rates.js';
import { drawRoofline } from './roofline.js';
import type { Scene } from './scene.js';
import { drawSustained } from './sustained.js';
import { drawTokens } from './tokens.js';

interface ChartRow {
  title: string;
  /** Said in its place where there is nothing to draw. */
  without: string;
  draw(scene: Scene): Drawing | null;
}

export const CHARTS = {
  'memory-speed': {
    title: 'Speed against memory',
    without: 'No case has both a decode rate and a peak of memory.',
    draw: drawMemorySpeed,
  },
  decode: {
    title: 'Decode rate',
    without: 'No case has a decode rate.',
    draw: (scene) => drawRates(scene, 'decode'),
  },
  prefill: {
    title: 'Prefill rate',
    without: 'No case has a prefill rate.',
    draw: (scene) => drawRates(scene, 'prefill'),
  },
  roofline: {
    title: 'Roofline',
    without: 'No result read for this report has ceilings; edgeproof run measures them unless --no-ceilings is given.',
    draw: drawRoofline,
  },
  gaps: {
    title: 'Time between tokens',
    without: 'No case generates more than one token.',
    draw: drawGaps,
  },
  tokens: {
    title: 'Within a generation',
    without: 'No case generates more than two tokens.',
    draw: drawTokens,
  },
  memory: {
    title: 'Memory by phase',
    without: 'No result read for this report has memory by phase.',
    draw: drawMemory,
  },
  sustained: {
    title: 'Sustained load',
    without: 'No result here has a sustained workload of at least 40 seconds.',
    draw: drawSustained,
  },
  history: {
    title: 'History',
    without: 'No case was measured more than once.',
    draw: drawHistory,
  },
  conditions: {
    title: 'Condition of the machines',
    without: 'No round succeeded.',
    draw: drawConditions,
  },
} as const satisfies Record<ChartName, ChartRow>;

/** null where there is nothing to draw. */
export function chartOf(name: ChartName, scene: Scene): Chart | null {
  const { title, draw } = CHARTS[name];
  const drawing = draw(scene);
  if (drawing === null) return null;
  const isSynthetic = scene.view.entries.every(({ key }) => key.weights === 'synthetic');
  return { name, title, weights: isSynthetic ? 'Weights are synthetic.' : null, ...drawing };
}

export function chartsOf(scene: Scene): { name: ChartName; chart: Chart | null }[] {
  return CHART_NAMES.map((name) => ({ name, chart: chartOf(name, scene) }));
}
