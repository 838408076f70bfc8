// `results export`: stored results in the formats of other tools.
import type { ExportCase, ExportFigure } from '../contract/views/export.js';
import type { ExportFormatName } from '../contract/vocabulary.js';
import { EdgeproofError, problem } from '../errors.js';
import { exportFormat } from '../report/export/formats.js';
import { plural } from '../report/format.js';
import { caseWords } from '../report/labels.js';
import { exportCases, newestOfEach } from '../stats/export-cases.js';
import { exportRows } from '../stats/export-rows.js';
import type { ResultFile, StoredResult } from '../store/listing.js';
import { namedResults } from '../store/names.js';
import { printText, say, sayPassedOver } from './terminal.js';

interface Options {
  results: string;
  format: ExportFormatName;
  better?: ExportFigure['better'];
}

/** Each result is read, printed and forgotten where the format allows it. Exit code 2 if one cannot be read. */
export function exportResults(names: string[], { results, format, better }: Options): number {
  const chosen = exportFormat(format);
  const needsDirection = chosen.kind === 'cases' && chosen.needsDirection;
  if (needsDirection !== (better !== undefined)) throw wrongDirection(format, needsDirection);
  const reading = { failed: false };
  const documents = read(namedResults(results, names.length === 0 ? ['latest'] : names, sayPassedOver), reading);
  if (chosen.kind === 'rows') {
    printText(chosen.header);
    for (const { path, document } of documents)
      for (const row of exportRows(document, path)) printText(chosen.line(row));
  } else printText(chosen.document(casesIn(documents), better ?? 'higher'));
  return reading.failed ? 2 : 0;
}

function* read(files: readonly ResultFile[], reading: { failed: boolean }): Generator<StoredResult> {
  for (const file of files) {
    try {
      yield { path: file.path, document: file.read() };
    } catch (error) {
      if (!(error instanceof EdgeproofError)) throw error;
      reading.failed = true;
      sayPassedOver(error);
    }
  }
}

function casesIn(documents: Iterable<StoredResult>): ExportCase[] {
  const cases: ExportCase[] = [];
  let unexported = 0;
  for (const { document } of documents) {
    const own = exportCases(document, caseWords);
    unexported += document.cases.length - own.length;
    cases.push(...own);
  }
  const newest = newestOfEach(cases);
  const older = cases.length - newest.length;
  if (older > 0) say(`left out: ${plural(older, 'case')} that a newer result measured again`);
  if (unexported > 0)
    say(`left out: ${plural(unexported, 'case')} without a figure, or faster than the machine can be`);
  return newest;
}

function wrongDirection(format: string, isNeeded: boolean) {
  return isNeeded
    ? problem('input-invalid', {
        what: `--format ${format}: its tools take figures of one direction`,
        expected: '--better higher for customBiggerIsBetter, or --better lower for customSmallerIsBetter',
      })
    : problem('input-invalid', {
        what: `--better: ${format} has figures of both directions`,
        expected: '--format github-action-benchmark with it',
      });
}
