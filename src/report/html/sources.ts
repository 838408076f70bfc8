// Where each number of a report page comes from: of every case its file, identity and the value of each round, and of those
// whose documents were read each round with its condition and every token. Pure.
import { METRIC_NAMES } from '../../contract/metric-names.js';
import type { Entry, Samples } from '../../contract/views/report.js';
import { METRICS } from '../../stats/metrics.js';
import type { ChartRow } from '../charts/chart.js';
import { dateText } from '../charts/history.js';
import type { Scene } from '../charts/scene.js';
import { reasonsInWords } from '../condition-notes.js';
import { bytes, duration, number, spread, unitLabel } from '../format.js';
import type { Column } from '../page.js';
import { toolText } from './case-tables.js';
import { html, type Markup } from './markup.js';
import { tableOf } from './table.js';

/** Beyond these, a page becomes too long to load; the others are in `edgeproof report -o json`. */
export const MOST_SOURCES = 800;

export function sourcesOf(scene: Scene): Markup[] {
  const samples = new Map(scene.view.samples.map((own) => [own.ref, own]));
  return scene.view.entries.slice(0, MOST_SOURCES).map((entry) => sourceOf(scene, entry, samples.get(entry.ref)));
}

function sourceOf(scene: Scene, entry: Entry, samples: Samples | undefined): Markup {
  return html`<details class="source" id="${entry.ref}" data-c="${entry.ref}"><summary>${scene.full(entry)}</summary><div>
<dl><dt>case</dt><dd>${entry.id}</dd><dt>result</dt><dd>${entry.path}</dd><dt>measured</dt><dd>${dateText(entry.startedAt)} UTC on ${entry.machine}, by edgeproof ${toolText(entry.tool)}</dd><dt>weights</dt><dd>${weightsOf(entry)}</dd>${entry.identity !== null && html`<dt>identity</dt><dd>${identityOf(entry.identity)}</dd>`}</dl>
${valueTable(scene, entry)}${samples === undefined ? null : rounds(entry, samples)}</div></details>
`;
}

function weightsOf({ key: { weights }, parameters }: Entry): string {
  const words = weights === 'synthetic' ? 'synthetic: random numbers in the shapes of the model' : 'real';
  return parameters === null ? words : `${words}, ${parameters.toLocaleString('en-US')} parameters`;
}

function identityOf(identity: NonNullable<Entry['identity']>): string {
  return Object.entries(identity)
    .map(([part, value]) => `${part} ${value}`)
    .join(' · ');
}

const VALUE_COLUMNS: Column[] = [
  { key: 'metric', title: 'figure' },
  { key: 'median', title: 'median', align: 'right' },
  { key: 'spread', title: '± half of 95 %', align: 'right' },
  { key: 'unit', title: 'unit' },
  { key: 'values', title: 'value of each round' },
];

function valueTable(scene: Scene, entry: Entry): Markup {
  const rows = METRIC_NAMES.flatMap((name): ChartRow[] => {
    const figures = entry.metrics[name];
    if (figures === undefined) return [];
    const inUnit = (value: number) => number(figures.unit === 'bytes' ? value / 1e6 : value);
    const { median, interval95, values } = figures;
    const cells = {
      metric: METRICS[name].title,
      median: inUnit(median),
      spread: spread({ median, interval: interval95 }),
      unit: unitLabel(figures),
      values: values.map(inUnit).join(' · '),
    };
    return [{ of: null, cells }];
  });
  const caption = `Figures of ${scene.full(entry)}: each is the median of the values of its rounds`;
  return rows.length === 0 ? html`` : tableOf(VALUE_COLUMNS, rows, { caption });
}

function rounds({ id, path }: Entry, { rounds }: Samples): Markup {
  const hasPasses = rounds.some(({ passes }) => passes !== null && passes.length > 0);
  return html`<ul class="notes">${rounds.map((round) => html`<li>${roundText(round)}</li>`)}</ul>
${hasPasses ? html`<details class="raw"><summary>Raw samples: when each token arrived, in ms after the start of its prompt</summary>${rounds.map(rawRound)}</details>` : html`<p class="quiet">Raw samples are in ${path}, case ${id}.</p>`}`;
}

type Round = Samples['rounds'][number];

function roundText({ index, startedAt, grade, reasons, loadMs, peakRssBytes }: Round): string {
  const condition = grade === null ? 'no grade' : `grade ${grade}`;
  const why = reasons.length === 0 ? '' : ` (${reasonsInWords(reasons, 1)})`;
  const load = loadMs === null ? '' : `; loaded in ${duration(loadMs)}`;
  const memory = peakRssBytes === null ? '' : `, ${bytes(peakRssBytes)} at the peak`;
  return `Round ${index + 1}, ${dateText(startedAt)} UTC: ${condition}${why}${load}${memory}.`;
}

function rawRound({ index, passes }: Round): Markup[] {
  return (passes ?? []).map(
    ({ kind, tokenMs }, i) =>
      html`<p class="samples">round ${index + 1}, pass ${i + 1}${kind === 'warmup' ? ' (warm-up, not counted)' : ''}: ${tokenMs.map((ms) => String(Math.round(ms * 100) / 100)).join(' ')}</p>`,
  );
}
