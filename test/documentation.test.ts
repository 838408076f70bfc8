// What the documents promise to a reader: a row for each metric, links that lead somewhere, and pages that messages name.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { devicesPage, usesPage } from '../src/report/profiles-page.js';
import { render } from '../src/report/render.js';
import { PLAIN } from '../src/report/table.js';
import { METRICS } from '../src/stats/metrics.js';
import { DEVICES } from '../src/suite/device-profiles.js';
import { USES } from '../src/suite/use-profiles.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const filesBelow = (directory: string, ending: string) =>
  readdirSync(join(ROOT, directory), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending))
    .map((path) => join(directory, path));
const PAGES = [...readdirSync(ROOT).filter((name) => name.endsWith('.md')), ...filesBelow('docs', '.md')];

it('docs/metrics.md has a row for each metric, with its unit, direction and minimum effect', () => {
  const rows = [...read('docs/metrics.md').matchAll(/^\| `(\w+)` +\|(.*)\|$/gm)].map(([, name, rest]) => {
    const [title, , ...facts] = rest!.split('|').map((cell) => cell.trim());
    return [name, title!.includes(METRICS[name as keyof typeof METRICS]?.title), ...facts];
  });
  const expected = Object.entries(METRICS).map(([name, { unit, better, minimumEffect }]) => [
    name,
    true,
    unit,
    better,
    `${minimumEffect * 100} %`,
  ]);
  expect(rows).toEqual(expected);
});

it('docs/devices.md has the tables of devices and uses that fit prints', () => {
  const page = read('docs/devices.md');
  for (const table of [devicesPage(DEVICES.all()), usesPage(USES.all())])
    expect(page).toContain(render({ ...table, notes: [] }, 'md', PLAIN).trim());
});

it.each(PAGES)('every link of %s leads to a file and a heading', (page) => {
  const links = [...withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
  const local = links.filter((target) => !/^[a-z]+:/.test(target));
  expect(local.filter((target) => !leadsSomewhere(target, page))).toEqual([]);
});

it('every page is in the index', () => {
  const listed = [...read('docs/README.md').matchAll(/^- .*?\]\(([\w./-]+\.md)\)/gm)].map(([, path]) => `docs/${path}`);
  expect(PAGES.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md').sort()).toEqual(listed.sort());
});

it('every page that src/ names exists', () => {
  const named = filesBelow('src', '.ts').flatMap((path) =>
    [...read(path).matchAll(/docs\/[\w/.-]*\w(?:#[\w-]+)?/g)].map(([target]) => ({ path, target })),
  );
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter(({ target }) => !leadsSomewhere(target, 'README.md'))).toEqual([]);
});

function leadsSomewhere(target: string, from: string): boolean {
  const [path, anchor] = target.split('#') as [string, string | undefined];
  const file = path === '' ? from : relative(ROOT, join(ROOT, dirname(from), path));
  if (!existsSync(join(ROOT, file))) return false;
  return anchor === undefined || headings(file).includes(anchor);
}

/** As GitHub makes anchors of headings. */
function headings(file: string): string[] {
  return [...withoutCode(read(file)).matchAll(/^#+ (.+)$/gm)].map(([, text]) =>
    text!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function withoutCode(text: string): string {
  return text.replace(/^```.*?^```/gms, '');
}
