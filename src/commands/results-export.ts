// `results export`: stored results in the formats of other tools.
import type { ExportCase, ExportFigure } from '../contract/views/export.js';
import type { ExportFormatName } from '../contract/vocabulary.js';
import { problem } from '../errors.js';
import { exportFormat } from '../report/export/formats.js';
import { plural } from '../report/format.js';
import { caseWords } from '../report/labels.js';
import { exportCases, newestOfEach } from '../stats/export-cases.js';
import { exportRows } from '../stats/export-rows.js';
import { namedResults } from '../store/names.js';
import { printText, say, sayPassedOver } from './terminal.js';

interface Options {
  results: string;
  format: ExportFormatName;
  better?: ExportFigure['better'];
}

/** Each result is read, printed and forgotten where the format allows it. */
export function exportResults(names: string[], { results, format, better }: Options): number {
  const chosen = exportFormat(format);
  const needsDirection = chosen.kind === 'cases' && chosen.needsDirection;
  if (needsDirection !== (better !== undefined)) throw wrongDirection(format, needsDirection);
  const files = namedResults(results, names.length === 0 ? ['latest'] : names, sayPassedOver);
  if (chosen.kind === 'rows') {
    printText(chosen.header);
    for (const { path, read } of files) for (const row of exportRows(read(), path)) printText(chosen.line(row));
    return 0;
  }
  const cases: ExportCase[] = [];
  let unexported = 0;
  for (const { read } of files) {
    const document = read();
    const own = exportCases(document, caseWords);
    unexported += document.cases.length - own.length;
    cases.push(...own);
  }
  const newest = newestOfEach(cases);
  const older = cases.length - newest.length;
  if (older > 0) say(`left out: ${plural(older, 'case')} that a newer result measured again`);
  if (unexported > 0)
    say(`left out: ${plural(unexported, 'case')} without a figure, or faster than the machine can be`);
  printText(chosen.document(newest, better ?? 'higher'));
  return 0;
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
