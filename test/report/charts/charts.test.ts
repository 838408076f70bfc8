// The charts of a report: each draws a fleet, has a table with the figures that `show` derives, and says why where it is empty.
import { describe, expect, it } from 'vitest';
import { CHART_NAMES, type ChartName } from '../../../src/contract/chart-names.js';
import { NARROW, WIDE } from '../../../src/report/charts/chart.js';
import { CHARTS, chartOf, chartsOf } from '../../../src/report/charts/charts.js';
import { sceneOf } from '../../../src/report/charts/scene.js';
import { reportPage } from '../../../src/report/html/page.js';
import { chartPicture } from '../../../src/report/html/picture.js';
import { showView } from '../../../src/stats/show.js';
import { documentOf, generateCase, steadyRound } from '../../fixtures/document.js';
import { fleet } from '../../fixtures/fleet.js';
import { storedOf, viewOf } from '../../fixtures/report.js';

const stored = fleet(8);
const scene = sceneOf(viewOf(stored));
const shown = stored
  .slice(-3)
  .flatMap(({ path, document }) => showView(document, path).cases.map((own) => ({ path, own })));
const chart = (name: ChartName) => chartOf(name, scene)!;
const shownOf = (ref: string | null) => {
  const entry = scene.entry(ref!);
  return shown.find(({ path, own }) => path === entry.path && own.id === entry.id)!.own;
};
/** `1,186 ± 1.4 %` → 1186 */
const read = (cell: string | undefined) => Number.parseFloat((cell ?? '').replaceAll(',', ''));
/** As a table shows it: three digits or more. */
const near = (cell: string | undefined, value: number) =>
  expect(Math.abs(read(cell) - value)).toBeLessThanOrEqual(0.006 * value);

/** Without the whole page in the message of a failure. */
const says = (page: string, text: string, wanted = true) => expect([text, page.includes(text)]).toEqual([text, wanted]);

describe('every chart', () => {
  it.each(CHART_NAMES)('%s has panels, rows with a value in every column title it shows, and a caption', (name) => {
    const { panels, rows, columns, caption } = chart(name);
    expect(panels.length).toBeGreaterThan(0);
    expect(rows.length).toBeGreaterThan(0);
    expect(caption.join('')).not.toBe('');
    const keys = new Set(columns.map(({ key }) => key));
    expect(rows.flatMap(({ cells }) => Object.keys(cells)).filter((key) => !keys.has(key))).toEqual([]);
    for (const { width } of panels) expect(width).toBe(NARROW);
  });

  it.each(CHART_NAMES)('%s draws finite numbers only, inside its frame', (name) => {
    const { panels, wide } = chart(name);
    for (const { body, width, height } of [...panels, ...(wide ?? [])]) {
      expect(body.markup.match(/NaN|Infinity|undefined|\[object/)).toBeNull();
      for (const [, x] of body.markup.matchAll(/ x="(-?[\d.]+)"/g)) expect(Number(x)).toBeLessThanOrEqual(width);
      for (const [, y] of body.markup.matchAll(/ y="(-?[\d.]+)"/g)) expect(Number(y)).toBeLessThanOrEqual(height);
    }
  });

  it('is on the page, or its reason is', () => {
    const view = viewOf(storedOf(documentOf([generateCase([steadyRound(1000, 20)])])));
    const page = reportPage(view);
    const absent = chartsOf(sceneOf(view)).filter(({ chart }) => chart === null);
    expect(absent.map(({ name }) => name)).toEqual(['roofline', 'sustained', 'history']);
    for (const { name } of absent) {
      says(page, `${CHARTS[name].title}: ${CHARTS[name].without}`);
      says(page, `<section id="${name}">`, false);
    }
    for (const name of CHART_NAMES.filter((name) => !absent.some((own) => own.name === name)))
      says(page, `<section id="${name}">`);
  });

  it('says that weights are synthetic, in words of the case where real ones stand beside them', () => {
    for (const { chart } of chartsOf(scene)) expect(chart!.weights).toBe('Weights are synthetic.');
    const real = generateCase([steadyRound(1000, 20)], { key: { weights: 'real', layout: null } });
    const mixed = sceneOf(viewOf(storedOf(documentOf([generateCase([steadyRound(1000, 25)]), real]))));
    const decode = chartOf('decode', mixed)!;
    expect(decode.weights).toBeNull();
    expect(decode.rows.map(({ cells }) => [cells.case!.includes('(synthetic)'), read(cells.rate)])).toEqual([
      [false, 50],
      [true, 40],
    ]);
  });
});

describe('tables have the figures of show', () => {
  it.each(['decode', 'prefill'] as const)('%s: median, interval and share of the ceiling', (phase) => {
    const { rows, panels } = chart(phase);
    expect(rows).toHaveLength(35);
    const whiskers = panels.flatMap(({ body }) => body.markup.match(/stroke-width="1.3"/g) ?? []);
    expect(whiskers).toHaveLength(rows.filter(({ cells }) => cells.interval !== 'one round').length);
    for (const { of, cells } of rows) {
      const { metrics, ofCeiling } = shownOf(of);
      const { median, interval95 } = metrics[`${phase}Rate`]!;
      near(cells.rate, median);
      if (interval95 === null) expect(cells.interval).toBe('one round');
      else {
        near(cells.interval, interval95.low);
        near(cells.interval!.split(' to ')[1], interval95.high);
      }
      if (ofCeiling[phase] !== null) expect(read(cells.share)).toBe(Math.round(ofCeiling[phase].share * 100));
    }
  });

  it('gaps: the percentiles, and none where there are too few gaps', () => {
    for (const { of, cells } of chart('gaps').rows) {
      const { interTokenLatencyMs, longestStall, jitterMs } = shownOf(of);
      expect(read(cells.n)).toBe(interTokenLatencyMs.n);
      for (const p of ['p50', 'p90', 'p95', 'p99'] as const) {
        const value = interTokenLatencyMs[p];
        if (value === null) expect(cells[p]).toBeUndefined();
        else near(cells[p], value);
      }
      near(cells.longest, longestStall!.ms);
      near(cells.jitter, jitterMs!);
    }
  });

  it('memory: each phase with its parts', () => {
    const { rows } = chart('memory');
    const load = rows.filter(({ cells }) => cells.phase === 'load');
    expect(load).toHaveLength(34);
    for (const { of, cells } of load) {
      const { peakMemoryByPhase } = shownOf(of);
      near(cells.peak, peakMemoryByPhase.load!.peakRssBytes / 1e6);
      near(cells['file-backed'], peakMemoryByPhase.load!.peakFileBytes! / 1e6);
    }
  });

  it('sustained: peak, what is left of it, and when it fell', () => {
    const [row] = chart('sustained').rows;
    const curve = shownOf(row!.of).rounds[0]!.sustained!;
    near(row!.cells.peak, curve.peakRate);
    near(row!.cells.sustained, curve.sustainedRate);
    expect(curve.throttledAfterSeconds).not.toBeNull();
    expect(row!.cells.throttled).toBe('1 min 20 s');
  });

  it('history: every result of a case in turn', () => {
    const { rows } = chart('history');
    const board = rows.find(({ cells }) => cells.machine === 'board-4c-8gb')!;
    const values = board.cells.values!.split('; ').map((text) => read(text.split(': ')[1]));
    expect(values).toHaveLength(8);
    const own = stored.filter(({ document }) => document.machine.id === 'board-4c-8gb');
    own.forEach(({ path, document }, i) => {
      const { metrics } = showView(document, path).cases.find(({ id }) => id === scene.entry(board.of!).id)!;
      near(String(values[i]), metrics.decodeRate!.median);
    });
  });

  it('conditions: rounds of each grade', () => {
    const { rows } = chart('conditions');
    const [board] = rows;
    const grades = stored
      .filter(({ document }) => document.machine.id === board!.cells.machine)
      .flatMap(({ path, document }) =>
        showView(document, path).cases.flatMap(({ rounds }) => rounds.map(({ grade }) => grade)),
      );
    expect(read(board!.cells.rounds)).toBe(grades.length);
    expect(read(board!.cells.A)).toBe(grades.filter((grade) => grade === 'A').length);
    expect(board!.cells.why).toContain('other programs took');
  });
});

describe('speed against memory', () => {
  it('draws a hollow mark for what computes something else, and leaves it off the front', () => {
    const answer = (...tokens: number[]) => ({ prompt: { seed: 1, tokens: 3, vocabSize: 10 }, tokens, logits: null });
    const cases = [
      generateCase([steadyRound(900, 20)]),
      generateCase([steadyRound(100, 5)], { key: { runtime: 'transformers.js' } }),
    ];
    Object.assign(cases[0]!, { answer: answer(4, 5, 6) });
    Object.assign(cases[1]!, { answer: answer(4, 9, 9) });
    const { panels, rows } = chartOf('memory-speed', sceneOf(viewOf(storedOf(documentOf(cases)))))!;
    expect(rows.map(({ cells }) => [cells.case, cells.front])).toEqual([
      ['onnxruntime', 'yes'],
      ['transformers.js', 'not ranked'],
    ]);
    expect(panels[0]!.body.markup.match(/<circle[^>]*fill="none"/g)).toHaveLength(1);
  });

  it('draws a chart of one panel also in its wide form, with every interval', () => {
    const { panels, wide, rows } = chart('memory-speed');
    expect(panels).toHaveLength(1);
    expect(wide!.map(({ width }) => width)).toEqual([WIDE]);
    expect(rows.filter(({ cells }) => cells.front === 'yes').length).toBeGreaterThanOrEqual(3);
    const intervals = panels[0]!.body.markup.match(/stroke-width="1.3"/g);
    expect(intervals).toHaveLength(34);
  });
});

describe('a picture', () => {
  it.each(CHART_NAMES)('%s stands alone: colours for light and dark, its words, nothing from elsewhere', (name) => {
    const picture = chartPicture(chart(name));
    expect(picture.slice(0, 60)).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    says(picture, '@media (prefers-color-scheme:dark)');
    says(picture, CHARTS[name].title);
    says(picture, 'Weights are synthetic.');
    expect(picture.match(/var\(|href|url\(|<script|<image|on\w+=/)).toBeNull();
  });
});
