// The report as one HTML file that needs nothing else: no network, no font, no library. A content security policy lets only its
// own style and script work. Pure.
import { createHash } from 'node:crypto';
import type { ReportView } from '../../contract/views/report.js';
import { present } from '../../stats/present.js';
import { CHARTS, chartsOf } from '../charts/charts.js';
import { dateText } from '../charts/history.js';
import { type Scene, sceneOf } from '../charts/scene.js';
import { bytes, count, plural } from '../format.js';
import { caseTable, leftOutTable, MOST_CASES, proofTable, resultTable } from './case-tables.js';
import { figureOf } from './figure.js';
import { entryData, filterForm } from './filters.js';
import { html, type Markup } from './markup.js';
import { SCRIPT } from './script.js';
import { MOST_SOURCES, sourcesOf } from './sources.js';
import { STYLE } from './style.js';
import { verdictOf } from './verdict.js';

export function reportPage(view: ReportView): string {
  const scene = sceneOf(view);
  const { lead, notes } = verdictOf(scene);
  const charts = chartsOf(scene);
  const drawn = charts.flatMap(({ chart }) => chart ?? []);
  const absent = charts.filter(({ chart }) => chart === null).map(({ name }) => CHARTS[name]);
  const links = [...drawn.map(({ name, title }) => ({ name, title })), ...SECTIONS];
  const title = `edgeproof report: ${aboutText(view)}`;
  return `<!doctype html>
${
  html`<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy()}"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer"><title>${title}</title>${raw(`<style>${STYLE}</style>`)}</head>
<body><a class="skip" href="#verdict">Skip to the verdict</a>
<header><h1>edgeproof report</h1><p>${aboutText(view)}</p><button id="theme" type="button" hidden></button></header>
<main><section id="verdict"><p class="lead">${lead}</p>
${proofTable(scene)}
${notes.length > 0 && html`<ul class="notes">${notes.map((note) => html`<li>${note}</li>`)}</ul>`}
<nav aria-label="Sections"><ul>${links.map(({ name, title }) => html`<li><a href="#${name}">${title}</a></li>`)}</ul></nav></section>
${filterForm(view.entries)}
${drawn.map(figureOf)}
<section id="cases"><h2>All cases</h2>${caseTable(scene)}</section>
<section id="left-out"><h2>Left out</h2>
${leftOutTable(scene)}
${absent.length > 0 && html`<h3>Charts that are not here</h3><ul>${absent.map(({ title, without }) => html`<li>${title}: ${without}</li>`)}</ul>`}</section>
<section id="machines"><h2>Machines</h2>${machineList(scene)}</section>
<section id="sources"><h2>Where the numbers come from</h2><p class="quiet">${sourceText(view)}</p>
<p class="paper">Rounds and samples of each case are in the file that this was printed from.</p>
${sourcesOf(scene)}</section>
<section id="results"><h2>Results</h2>${resultTable(scene)}</section></main>
<footer><p>Medians are over rounds, each a fresh process; decode leaves out the first token; “of ceiling” is the share of what the machine can do at best, measured in the same run. Formulas are in docs/metrics.md and docs/ceilings.md of edgeproof. The numbers of this page as JSON: edgeproof report -o json.</p></footer>
<div id="tip" hidden></div>
${entryData(view.entries)}
${raw(`<script>${SCRIPT}</script>`)}</body></html>
`.markup
}`;
}

const SECTIONS = [
  { name: 'cases', title: 'All cases' },
  { name: 'left-out', title: 'Left out' },
  { name: 'machines', title: 'Machines' },
  { name: 'sources', title: 'Where the numbers come from' },
  { name: 'results', title: 'Results' },
];

/** Of text that stands in this file alone. */
function raw(markup: string): Markup {
  return { markup };
}

function policy(): string {
  const own = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  return `default-src 'none'; style-src ${own(STYLE)}; script-src ${own(SCRIPT)}; base-uri 'none'; form-action 'none'`;
}

function aboutText({ results, machines, unlisted, entries }: ReportView): string {
  const [newest, oldest] = [results[0], results.at(-1)];
  if (newest === undefined || oldest === undefined) return 'no results';
  const [from, to] = [oldest, newest].map(({ startedAt }) => dateText(startedAt).slice(0, 10));
  const on = machines.length === 1 ? machines[0]!.id : plural(machines.length, 'machine');
  const parts = [plural(results.length + unlisted.results, 'result'), plural(entries.length, 'case'), on];
  return `${parts.join(' · ')} · ${from === to ? to : `${from} to ${to}`}`;
}

function machineList({ view }: Scene): Markup {
  const facts = view.machines.map(({ id, cpu, physicalCores, memoryBytes, os }) => {
    const words = present(
      cpu,
      physicalCores !== null && plural(physicalCores, 'core'),
      memoryBytes !== null && bytes(memoryBytes),
      os,
    );
    return html`<dt>${id}</dt><dd>${words.join(', ')}</dd>`;
  });
  return html`<dl>${facts}</dl>`;
}

function sourceText({ entries, documents, results, unlisted }: ReportView): string {
  const all = results.length + unlisted.results;
  const read =
    documents.entries < entries.length
      ? `Whole documents were read for ${count(documents.entries)} of ${plural(entries.length, 'case')}, the newest of each machine (${count(documents.read)} of ${plural(all, 'result')}); token times, memory by phase, the roofline and raw samples are of these. `
      : '';
  const cut =
    entries.length > MOST_SOURCES
      ? `The first ${count(MOST_SOURCES)} cases are listed${entries.length > MOST_CASES ? `, and the table of all cases has ${count(MOST_CASES)}` : ''}; edgeproof report -o json has all. `
      : '';
  return `${read}${cut}Every figure is the median of the values of its rounds, and the value of a round the median over its timed passes.`;
}
