// `report`: results as one HTML file that needs nothing else, as one chart in SVG, or as JSON. Starts without any native library.
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { CHART_NAMES, type ChartName } from '../contract/chart-names.js';
import { partialPath } from '../contract/directory.js';
import type { ResultDocument } from '../contract/result.js';
import type { Digest } from '../contract/views/digest.js';
import type { ReportView } from '../contract/views/report.js';
import { type EdgeproofError, problem, reasonOf } from '../errors.js';
import { CHARTS, chartOf } from '../report/charts/charts.js';
import { sceneOf } from '../report/charts/scene.js';
import { bytes, plural } from '../report/format.js';
import { reportPage } from '../report/html/page.js';
import { chartPicture } from '../report/html/picture.js';
import { printableJson } from '../report/printable.js';
import { documentsWanted, reportView } from '../stats/report/view.js';
import { type ResultFile, readNewest } from '../store/listing.js';
import { known } from './cli-options.js';
import { digestsNamed } from './digests.js';
import { type FilterOptions, filtersOf } from './results-filters.js';
import { print, printText, sayPassedOver } from './terminal.js';

interface ReportOptions extends FilterOptions {
  output: string;
  results: string;
  to?: string;
  chart?: string;
}

const FORMS = ['html', 'svg', 'json'] as const;
const DEFAULT_PAGE = 'edgeproof-report.html';

export function report(names: readonly string[], options: ReportOptions): number {
  const { output, to, chart } = options;
  const form = known(output, FORMS, `--output ${output}: unknown format`, 'one of');
  const name = chart === undefined ? null : known(chart, CHART_NAMES, `--chart ${chart}: unknown chart`, 'one of');
  if ((form === 'svg') !== (name !== null))
    throw problem('input-invalid', {
      what: form === 'svg' ? '-o svg draws one chart' : `--chart ${chart} is drawn as a picture`,
      expected: `-o svg --chart <name>, one of ${CHART_NAMES.join(', ')}`,
    });
  const view = viewOf(names, options);
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

function viewOf(names: readonly string[], options: ReportOptions): ReportView {
  const passedOver = new Set<string>();
  const onPassedOver = (error: EdgeproofError) => {
    passedOver.add(error.message);
    sayPassedOver(error);
  };
  const { digests: found, of, files } = digestsNamed(names, options, onPassedOver);
  const { model } = filtersOf(options);
  const digests = model === undefined ? found : found.map((digest) => ofModel(digest, model));
  if (digests.length === 0)
    throw problem('input-invalid', {
      what: `none of ${plural(of, 'result')} matches the filters`,
      expected: 'names as `edgeproof results` lists them',
    });
  return reportView(digests, readAll(files, documentsWanted(digests), onPassedOver), [...passedOver]);
}

function ofModel(digest: Digest, isWanted: (model: string) => boolean): Digest {
  return { ...digest, cases: digest.cases.filter(({ key }) => isWanted(key.model)) };
}

function readAll(
  files: readonly ResultFile[],
  wanted: readonly string[],
  onPassedOver: (error: EdgeproofError) => void,
): Map<string, ResultDocument> {
  const chosen = new Set(wanted);
  const read = readNewest(
    files.filter(({ path }) => chosen.has(path)),
    onPassedOver,
  );
  return new Map([...read].map(({ path, document }) => [path, document]));
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
