// The formats of `results export`: a row each. Pure.
import type { ExportCase, ExportFigure, ExportRow } from '../../contract/views/export.js';
import type { ExportFormatName } from '../../contract/vocabulary.js';
import { bencherMetricFormat } from './bencher.js';
import { githubActionBenchmark } from './github-action-benchmark.js';
import { openMetrics } from './openmetrics.js';
import { CSV_HEADER, csvLine, jsonLine } from './rows.js';

/** Rows are printed as results are read; a document needs all cases at once. */
type ExportFormat =
  | { kind: 'rows'; header: string; line(row: ExportRow): string }
  | { kind: 'cases'; needsDirection: boolean; document(cases: ExportCase[], better: ExportFigure['better']): string };

const FORMATS: Record<ExportFormatName, ExportFormat> = {
  jsonl: { kind: 'rows', header: '', line: jsonLine },
  csv: { kind: 'rows', header: CSV_HEADER, line: csvLine },
  'github-action-benchmark': { kind: 'cases', needsDirection: true, document: githubActionBenchmark },
  bencher: { kind: 'cases', needsDirection: false, document: bencherMetricFormat },
  openmetrics: { kind: 'cases', needsDirection: false, document: openMetrics },
};

export function exportFormat(name: ExportFormatName): ExportFormat {
  return FORMATS[name];
}
