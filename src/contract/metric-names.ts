// The names of the metrics, in the order of CSV columns. What each of them is stands in the table in stats/metrics.ts.

export const METRIC_NAMES = [
  'ttftMs',
  'prefillRate',
  'decodeRate',
  'tpotMs',
  'loadMs',
  'coldLoadMs',
  'coldTtftMs',
  'peakRssBytes',
  'microMs',
  'sustainedRate',
  'joulesPerPromptToken',
  'joulesPerToken',
  'netJoulesPerPromptToken',
  'netJoulesPerToken',
] as const;
export type MetricName = (typeof METRIC_NAMES)[number];
