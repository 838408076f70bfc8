// A result as flat rows, one for each round and metric, for tables in other programs. Pure.
import { METRIC_NAMES } from '../contract/metric-names.js';
import { type CaseResult, okRounds, type ResultDocument } from '../contract/result.js';
import type { ExportRow } from '../contract/views/export.js';
import { lengthsOf } from '../contract/workloads.js';
import { limitDimensions } from '../suite/case-id.js';
import { optionDimensions, optionOf } from '../suite/option-dimensions.js';
import { isImpossible } from './ceiling-share.js';
import { gradeRound } from './grade.js';
import { METRICS } from './metrics.js';

/** In the order of cases, rounds and metrics. A failed round has one row, without a metric. */
export function exportRows(document: ResultDocument, path: string): ExportRow[] {
  return document.cases.flatMap((result) => rowsOf(document, result, path));
}

function rowsOf(document: ResultDocument, result: CaseResult, path: string): ExportRow[] {
  const about = caseColumns(document, result, path);
  const status = isImpossible(document, result) ? 'impossible' : 'ok';
  const peers = okRounds(result);
  const nothing = { grade: null, metric: null, unit: null, value: null };
  return [...(result.retried ?? []), ...result.rounds].flatMap((round): ExportRow[] => {
    const own = { ...about, round: round.index, roundStartedAt: round.startedAt };
    if (round.status === 'failed') return [{ ...own, status: 'failed', failure: round.failure.message, ...nothing }];
    const { grade } = gradeRound(round, peers);
    return METRIC_NAMES.flatMap((metric) => {
      const value = METRICS[metric].ofRound(round, result);
      if (value === null) return [];
      return [{ ...own, status, failure: null, grade, metric, unit: METRICS[metric].unit, value }];
    });
  });
}

type CaseColumns = Omit<
  ExportRow,
  'round' | 'roundStartedAt' | 'status' | 'failure' | 'grade' | 'metric' | 'unit' | 'value'
>;

function caseColumns(document: ResultDocument, { id, key, identity }: CaseResult, path: string): CaseColumns {
  const { startedAt, suite, machine, tool, foreign } = document;
  const { model, weights, layout, dtype, runtime, ep, threads, workload } = key;
  const lengths = lengthsOf(workload);
  const options = Object.entries(optionDimensions(key.options)).map(([name, value]) => [optionOf(name), value]);
  return {
    ...{ result: path, startedAt, suite: suite.content.name, machine: machine.id, cpu: machine.cpu },
    ...{ commit: tool.commit, toolVersion: tool.version, foreign: foreign !== undefined, case: id },
    ...{ model, weights, layout, dtype, runtime, runtimeVersion: identity?.runtimeVersion ?? null, ep, threads },
    options: pairs(options),
    limits: pairs(Object.entries(limitDimensions(key.limits))),
    workload: workload.kind,
    ...{ prompt: lengths?.prompt ?? null, new: lengths?.new ?? null, depth: lengths?.depth ?? null },
  };
}

function pairs(entries: string[][]): string | null {
  return entries.length === 0 ? null : entries.map((entry) => entry.join('=')).join(' ');
}
