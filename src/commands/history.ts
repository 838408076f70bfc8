// `history`: how the figures of each case went over dates and commits, and where their level moved.
import picomatch from 'picomatch';
import { METRIC_NAMES, type MetricName } from '../contract/metric-names.js';
import type { CaseDigest } from '../contract/views/digest.js';
import { problem } from '../errors.js';
import { historyPage } from '../report/history-page.js';
import { caseWords } from '../report/labels.js';
import { historyView } from '../stats/history-view.js';
import { METRICS } from '../stats/metrics.js';
import { digestsNamed } from './digests.js';
import { type FilterOptions, filtersOf } from './results-filters.js';
import { outputFormat, printPage } from './terminal.js';

interface HistoryOptions extends FilterOptions {
  results: string;
  output: string;
  metric?: string[];
}

export function history(patterns: string[], options: HistoryOptions): number {
  const format = outputFormat(options.output);
  const metrics = options.metric?.map(metricNamed) ?? METRIC_NAMES.filter((name) => METRICS[name].isWatched);
  const { digests } = digestsNamed([], options);
  const isModel = filtersOf(options).model ?? (() => true);
  const isNamed = patterns.map(matcher);
  const isWanted = (found: CaseDigest) =>
    isModel(found.key.model) && (isNamed.length === 0 || isNamed.some((matches) => matches(found)));
  const view = historyView(digests, metrics, isWanted);
  if (view.length === 0) throw problem('history-empty', { directory: options.results, patterns });
  printPage(historyPage(view), format);
  return 0;
}

/** A model, part of a case id, words of its label in tables (`tuned pp512 tg128`), or a pattern for model or id. */
function matcher(pattern: string): (found: CaseDigest) => boolean {
  if (/[*?[\]{}]/.test(pattern)) {
    const [isModel, isPart] = [pattern, `*${pattern}*`].map((glob) => picomatch(glob, { bash: true }));
    return ({ id, key }) => isModel!(key.model) || isPart!(id);
  }
  const words = pattern.split(/\s+/);
  return (found) => {
    const own = new Set(caseWords(found).split(/[\s·]+/));
    return found.key.model === pattern || found.id.includes(pattern) || words.every((word) => own.has(word));
  };
}

/** By its name, or by (part of) the title of its column: `decode`, `memory`. */
function metricNamed(text: string): MetricName {
  const titles = METRIC_NAMES.map((name) => ({ name, title: columnOf(name) }));
  const exact = titles.find(({ name, title }) => name === text || title === text);
  if (exact !== undefined) return exact.name;
  const [found, ...others] = titles.filter(({ title }) => title.includes(text));
  if (found !== undefined && others.length === 0) return found.name;
  const known = titles.map(({ title }) => title).join(', ');
  throw problem('input-invalid', { what: `--metric ${text}: unknown metric`, expected: `one of ${known}` });
}

function columnOf(name: MetricName): string {
  return (METRICS[name].column?.title ?? name).toLowerCase().replaceAll(' ', '-');
}
