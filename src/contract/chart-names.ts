// The names of the charts of a report, in the order of the page. What each draws stands in report/charts/charts.ts.

export const CHART_NAMES = [
  'memory-speed',
  'decode',
  'prefill',
  'roofline',
  'gaps',
  'tokens',
  'memory',
  'sustained',
  'history',
  'conditions',
] as const;
export type ChartName = (typeof CHART_NAMES)[number];
