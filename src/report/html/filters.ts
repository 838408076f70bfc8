// What the filters of a report page choose by, and what its script knows of each entry: places in these lists. Pure.
import type { Entry } from '../../contract/views/report.js';
import { html, type Markup } from './markup.js';

const DIMENSIONS: Record<string, (entry: Entry) => string> = {
  model: ({ key }) => key.model,
  machine: ({ machine }) => machine,
  runtime: ({ key }) => key.runtime,
  dtype: ({ key }) => key.dtype,
};

/** Only dimensions in which entries differ; null where there is none. */
export function filterForm(entries: readonly Entry[]): Markup | null {
  const selects = Object.entries(DIMENSIONS).flatMap(([name, of], place) => {
    const values = valuesOf(entries, of);
    if (values.length < 2) return [];
    const options = values.map((value, i) => html`<option value="${i}">${value}</option>`);
    return [
      html`<label>${name}<select name="${name}" data-place="${place}"><option value="">all</option>${options}</select></label>`,
    ];
  });
  if (selects.length === 0) return null;
  return html`<form id="filters" aria-label="Filters" hidden>${selects}<button type="reset">Show all</button><output aria-live="polite"></output></form>`;
}

/** As a data block, which no browser runs. Names of entries and places are all that is in it: nothing from a file. */
export function entryData(entries: readonly Entry[]): Markup {
  const lists = Object.values(DIMENSIONS).map((of) => ({ of, values: valuesOf(entries, of) }));
  const places = entries.map((entry) => [entry.ref, lists.map(({ of, values }) => values.indexOf(of(entry)))]);
  const json = JSON.stringify({ entries: Object.fromEntries(places) });
  return { markup: `<script type="application/json" id="entries">${json}</script>` };
}

function valuesOf(entries: readonly Entry[], of: (entry: Entry) => string): string[] {
  return [...new Set(entries.map(of))].sort();
}
