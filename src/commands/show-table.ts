// `show` of several results: one table, made of their digests. Exit code 1 where nothing meets what is wished.
import type { Digest } from '../contract/views/digest.js';
import { tablePage } from '../report/table-page.js';
import { requireColumns } from '../stats/table-columns.js';
import { tableView } from '../stats/table-view.js';
import { digestsNamed } from './digests.js';
import { filtersOf } from './results-filters.js';
import { type ShowOptions, wishedMetric, wishesOf } from './show-options.js';
import { outputFormat, printPage } from './terminal.js';

const FILTERS = ['machine', 'model', 'suite', 'since'] as const;

/** One result without any of these options is shown by itself. */
export function isTable(names: readonly string[], options: ShowOptions): boolean {
  const { machines, by, sort } = options;
  const isFiltered = FILTERS.some((name) => options[name] !== undefined);
  return (
    names.length > 1 ||
    machines === true ||
    by !== undefined ||
    sort !== undefined ||
    isFiltered ||
    wishesOf(options).length > 0
  );
}

export function showTable(names: readonly string[], options: ShowOptions): number {
  requireColumns(options.by ?? []);
  const { digests, of, unread } = digestsNamed(names, options);
  // Each was named by itself, so each is a column.
  const areNamed = names.length > 0 && names.length === of + unread;
  const by = options.by ?? [areNamed && options.machines !== true ? 'result' : 'machine'];
  const sort = options.sort === undefined ? undefined : wishedMetric(options.sort);
  const view = tableView(ofModels(digests, options), {
    by,
    ...(sort !== undefined && { sort }),
    wishes: wishesOf(options),
  });
  printPage(tablePage(view), outputFormat(options.output));
  if (areNamed && unread > 0) return 2;
  return view.counts !== null && view.counts.yes === 0 ? 1 : 0;
}

/** `--model` chooses cases as well. */
function ofModels(digests: readonly Digest[], options: ShowOptions): Digest[] {
  const { model } = filtersOf(options);
  if (model === undefined) return [...digests];
  return digests.map((digest) => ({ ...digest, cases: digest.cases.filter(({ key }) => model(key.model)) }));
}
