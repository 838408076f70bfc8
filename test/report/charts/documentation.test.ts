// docs/report.md names every chart once, in the order of the page.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CHART_NAMES } from '../../../src/contract/chart-names.js';

it('docs/report.md has a row for each chart', () => {
  const page = readFileSync(new URL('../../../docs/report.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `([\w-]+)` \| \w/gm)].map(([, name]) => name);
  expect(rows).toEqual([...CHART_NAMES]);
});
