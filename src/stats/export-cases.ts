// The figures of cases for tools that keep one value of each: medians and intervals, the newest measurement of a case on a
// machine. Pure.
import { METRIC_NAMES } from '../contract/metric-names.js';
import type { CaseResult, ResultDocument } from '../contract/result.js';
import type { ExportCase } from '../contract/views/export.js';
import { caseDimensions } from '../suite/case-id.js';
import { isImpossible } from './ceiling-share.js';
import { METRICS, metricFigures } from './metrics.js';

/** `nameOf`: the case in words. Cases without a figure, and impossible ones, are left out. */
export function exportCases(document: ResultDocument, nameOf: (result: CaseResult) => string): ExportCase[] {
  const { startedAt, suite, machine } = document;
  return document.cases
    .filter((result) => !isImpossible(document, result))
    .map((result) => ({
      ...{ machine: machine.id, suite: suite.content.name, startedAt, id: result.id, name: nameOf(result) },
      labels: { ...caseDimensions(result.key), weights: result.key.weights, workload: result.key.workload.kind },
      figures: METRIC_NAMES.flatMap((metric) => {
        const known = metricFigures(metric, result);
        if (known === null) return [];
        const { unit, better, median, interval95, rounds } = known;
        return [{ metric, title: METRICS[metric].title, unit, better, median, interval95, rounds }];
      }),
    }))
    .filter(({ figures }) => figures.length > 0);
}

/** The newest of each case on each machine, in the order of their first appearance. */
export function newestOfEach(cases: readonly ExportCase[]): ExportCase[] {
  const newest = new Map<string, ExportCase>();
  for (const one of cases) {
    const key = `${one.machine} ${one.id}`;
    const before = newest.get(key);
    if (before === undefined || before.startedAt <= one.startedAt) newest.set(key, one);
  }
  return [...newest.values()];
}
