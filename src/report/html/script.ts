// The script of a report page: filters, tips, sorting, the theme, and open sections for print. The page reads without it. It
// writes text only, never markup, and takes no part of the page for code. Pure.

export const SCRIPT = `
'use strict';
(() => {
const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];
const id = (name) => document.getElementById(name);
const root = document.documentElement;

const theme = id('theme');
const isDark = () => root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
const nameTheme = () => { theme.textContent = isDark() ? 'Light colours' : 'Dark colours'; };
theme.addEventListener('click', () => { root.dataset.theme = isDark() ? 'light' : 'dark'; nameTheme(); });
nameTheme();
theme.hidden = false;

const { entries } = JSON.parse(id('entries').textContent);
const filters = id('filters');
const restack = (svg) => {
  const top = Number(svg.dataset.top);
  const step = Number(svg.dataset.step);
  const rows = all('g[data-c]', svg);
  const shown = rows.filter((row) => !row.classList.contains('off'));
  shown.forEach((row, i) => row.setAttribute('transform', 'translate(0,' + (top + i * step) + ')'));
  const lost = (rows.length - shown.length) * step;
  const [, , width, height] = svg.dataset.box.split(' ');
  svg.setAttribute('viewBox', '0 0 ' + width + ' ' + (height - lost));
  svg.querySelector('.foot').setAttribute('transform', 'translate(0,' + -lost + ')');
};
const filter = () => {
  const chosen = all('select', filters).map((select) => [Number(select.dataset.place), select.value]);
  const isShown = (values) => chosen.every(([place, value]) => value === '' || values[place] === Number(value));
  const shown = new Set(Object.keys(entries).filter((ref) => isShown(entries[ref])));
  for (const element of all('[data-c]')) element.classList.toggle('off', !shown.has(element.dataset.c));
  for (const svg of all('svg[data-step]')) restack(svg);
  for (const more of all('details.more')) more.open = shown.size < Object.keys(entries).length;
  for (const panel of all('.panel')) {
    const marks = all('[data-c]', panel);
    panel.hidden = marks.length > 0 && marks.every((mark) => mark.classList.contains('off'));
  }
  const total = Object.keys(entries).length;
  filters.querySelector('output').textContent = shown.size === total ? 'All ' + total + ' cases' : shown.size + ' of ' + total + ' cases';
};
if (filters) {
  filters.addEventListener('change', filter);
  filters.addEventListener('reset', () => setTimeout(filter));
  filters.addEventListener('submit', (event) => event.preventDefault());
  filters.hidden = false;
  filter();
}

const tip = id('tip');
for (const title of all('svg g > title')) {
  title.parentNode.dataset.tip = title.textContent;
  title.remove();
}
const showTip = (event) => {
  const mark = event.target.closest ? event.target.closest('[data-tip]') : null;
  tip.hidden = mark === null;
  if (mark === null) return;
  tip.textContent = mark.dataset.tip;
  const { width, height } = tip.getBoundingClientRect();
  tip.style.left = Math.max(8, Math.min(event.clientX + 12, innerWidth - width - 8)) + 'px';
  tip.style.top = (event.clientY + height + 24 > innerHeight ? event.clientY - height - 12 : event.clientY + 16) + 'px';
};
document.addEventListener('pointermove', showTip);
document.addEventListener('pointerdown', showTip);
document.addEventListener('keydown', (event) => { if (event.key === 'Escape') tip.hidden = true; });
addEventListener('scroll', () => { tip.hidden = true; }, { passive: true });

const valueOf = (row, place) => {
  const text = row.cells[place].textContent.trim();
  const value = Number.parseFloat(text.replaceAll(',', ''));
  return Number.isNaN(value) ? text : value;
};
const order = (a, b) => {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
};
for (const head of all('table.sortable thead th')) {
  const button = document.createElement('button');
  button.type = 'button';
  button.append(...head.childNodes);
  head.append(button);
  button.addEventListener('click', () => {
    const down = head.getAttribute('aria-sort') === 'ascending';
    for (const other of head.parentNode.cells) other.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
    const body = head.closest('table').tBodies[0];
    const rows = [...body.rows].sort((a, b) => order(valueOf(a, head.cellIndex), valueOf(b, head.cellIndex)) * (down ? -1 : 1));
    body.append(...rows);
  });
}

const openTarget = () => {
  const target = location.hash.length > 1 ? id(decodeURIComponent(location.hash.slice(1))) : null;
  if (target !== null && target.tagName === 'DETAILS') target.open = true;
};
addEventListener('hashchange', openTarget);
openTarget();

let opened = [];
addEventListener('beforeprint', () => {
  opened = all('details:not([open]):not(.source):not(.raw)');
  for (const details of opened) details.open = true;
});
addEventListener('afterprint', () => { for (const details of opened) details.open = false; });
})();
`;
