// `report`: results as one HTML file that needs nothing else, as one chart in SVG, or as JSON. Starts without any native library.
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { CHART_NAMES, type ChartName } from '../contract/chart-names.js';
import { partialPath } from '../contract/directory.js';
import type { ResultDocument } from '../contract/result.js';
import type { ReportView } from '../contract/views/report.js';
import { EdgeproofError, problem, reasonOf } from '../errors.js';
import { CHARTS, chartOf } from '../report/charts/charts.js';
import { sceneOf } from '../report/charts/scene.js';
import { bytes } from '../report/format.js';
import { reportPage } from '../report/html/page.js';
import { chartPicture } from '../report/html/picture.js';
import { printableJson } from '../report/printable.js';
import { documentsWanted, reportView } from '../stats/report/view.js';
import { digestsOf } from '../store/digests.js';
import type { ResultFile } from '../store/listing.js';
import { namedResults } from '../store/names.js';
import { known } from './cli-options.js';
import { createProgress, print, printText, sayPassedOver } from './terminal.js';

interface ReportOptions {
  output: string;
  results: string;
  to?: string;
  chart?: string;
}

const FORMS = ['html', 'svg', 'json'] as const;
const DEFAULT_PAGE = 'edgeproof-report.html';

export function report(names: readonly string[], { output, results, to, chart }: ReportOptions): number {
  const form = known(output, FORMS, `--output ${output}: unknown format`, 'one of');
  const name = chart === undefined ? null : known(chart, CHART_NAMES, `--chart ${chart}: unknown chart`, 'one of');
  if ((form === 'svg') !== (name !== null))
    throw problem('input-invalid', {
      what: form === 'svg' ? '-o svg draws one chart' : `--chart ${chart} is drawn as a picture`,
      expected: `-o svg --chart <name>, one of ${CHART_NAMES.join(', ')}`,
    });
  const view = viewOf(names.length === 0 ? [results] : names, results);
  const text = textOf(view, form, name);
  const path = to ?? (form === 'html' ? DEFAULT_PAGE : null);
  if (path === null) printText(text);
  else {
    save(path, text);
    print(`${path} (${bytes(Buffer.byteLength(text))})`);
  }
  return 0;
}

function textOf(view: ReportView, form: (typeof FORMS)[number], name: ChartName | null): string {
  if (name === null) return form === 'html' ? reportPage(view) : `${printableJson(JSON.stringify(view, null, 2))}\n`;
  const chart = chartOf(name, sceneOf(view));
  if (chart !== null) return chartPicture(chart);
  throw problem('chart-empty', { name, reason: CHARTS[name].without });
}

function viewOf(names: readonly string[], directory: string): ReportView {
  const passedOver = new Set<string>();
  const onPassedOver = (error: EdgeproofError) => {
    passedOver.add(error.message);
    sayPassedOver(error);
  };
  const files = namedResults(directory, names, onPassedOver);
  const progress = createProgress();
  const digests = digestsOf(files, {
    onPassedOver,
    onRead: (done, of) => progress.show(`reading results: ${done + 1} of ${of}`),
  });
  progress.clear();
  if (digests.length === 0) throw problem('result-unknown', { name: names.join(' '), directory });
  return reportView(digests, readAll(files, documentsWanted(digests), onPassedOver), [...passedOver]);
}

function readAll(
  files: readonly ResultFile[],
  wanted: readonly string[],
  onPassedOver: (error: EdgeproofError) => void,
): Map<string, ResultDocument> {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const documents = new Map<string, ResultDocument>();
  for (const path of wanted) {
    try {
      documents.set(path, byPath.get(path)!.read());
    } catch (error) {
      if (!(error instanceof EdgeproofError)) throw error;
      onPassedOver(error);
    }
  }
  return documents;
}

/** Beside the target and renamed: whoever has the page open sees the old one or the new one. */
function save(path: string, text: string): void {
  const partial = partialPath(path);
  try {
    writeFileSync(partial, text);
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw problem('file-unwritable', { path, reason: reasonOf(error) }, error);
  }
}
