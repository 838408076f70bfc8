// Prints what is known of change points: the error rates of docs/history.md, simulated, and our steps beside those of asv.
import { readFileSync } from 'node:fs';
import { detection, place } from './change-points.mjs';

/** @typedef {import('./change-points.mjs').Tool} Tool */
/** @typedef {{ name: string, scale: 'published' | 'values' | 'logarithms', values: number[], asv: number[], withoutCorrelation?: number[], ofLogarithms?: number[], true?: number[], commits?: string[] }} Series */

const POINTS = [10, 30, 100];
const NOISES = [0.01, 0.02, 0.03];

/** @param {Tool} tool @param {number} trials */
export function printChangePoints(tool, trials) {
  const cells = (/** @type {(points: number, noise: number) => string} */ of) =>
    POINTS.map((points) =>
      NOISES.map((noise) => of(points, noise))
        .join(', ')
        .padEnd(19),
    ).join('');
  const line = (/** @type {string} */ title, /** @type {string} */ rest) =>
    console.log(`${title.padEnd(34)}${rest}`.trimEnd());
  console.log(`Simulated: ${trials} histories each\n`);
  line('found within ±2, noise 1, 2, 3 %', POINTS.map((points) => `${points} points`.padEnd(19)).join(''));
  for (const step of [0.03, 0.05, 0.1]) {
    const found = cells((points, noise) => detection(tool, { points, noise, step }, trials).found.toFixed(2));
    line(`a step of ${step * 100} %`, found);
  }
  for (const spiked of [false, true]) {
    const any = cells((points, noise) => percent(detection(tool, { points, noise, spiked }, trials).any));
    line(`a false step${spiked ? ', with spikes' : ''} (%)`, any);
  }
  console.log('\n5 % down, noise 2 %, 30 points');
  for (const behind of [3, 5, 9]) {
    const { found } = detection(tool, { points: 30, noise: 0.02, step: 0.05, behind }, trials);
    line(`${behind} points old`, found.toFixed(2));
  }
  console.log('\n5 % down, 30 points, noise 1.5 and 3 % in turn');
  for (const [title, how] of /** @type {const} */ ([
    ['weights ignored', { weighted: false }],
    ['weighted, noise known', { weighted: true, rounds: 1000 }],
    ['weighted, 5 rounds a point', { weighted: true }],
  ])) {
    const history = { points: 30, noise: 0, noises: [0.015, 0.03], step: 0.05, ...how };
    line(title, detection(tool, history, trials).found.toFixed(2));
  }
  console.log('\nwhere one step, of 6 %, was found, 100 points');
  line('step ÷ noise', 'exact   ±1      in the set   size of the set   change in its interval');
  for (const ratio of [1, 2, 3]) {
    const { exact, near, held, size, inside } = place(tool, { points: 100, noise: 0.06 / ratio, step: 0.06 }, trials);
    line(
      `${ratio}`,
      `${percent(exact, 8)}${percent(near, 8)}${percent(held, 13)}${size.toFixed(1).padEnd(18)}${percent(inside)}`,
    );
  }
  console.log('\nno step, but a random walk of 0.5 % a point: histories with a step (%)');
  for (const noise of [0, 0.01, 0.02]) {
    const of = (/** @type {number} */ points) => detection(tool, { points, noise, walk: 0.005 }, trials).any;
    line(`noise ${noise * 100} %`, `30 points: ${percent(of(30), 6)} 100 points: ${percent(of(100))}`);
  }
}

/** @param {number} share @param {number} [width] */
function percent(share, width = 0) {
  return (100 * share).toFixed(share < 0.1 ? 1 : 0).padEnd(width);
}

/** @returns {Series[]} */
export function asvSeries() {
  return JSON.parse(readFileSync(new URL('../../docs/research/study/asv-series.json', import.meta.url), 'utf8'));
}

/** @param {Tool['changePoints']} changePoints @param {Series} series */
export function courseOf(changePoints, { scale, values }) {
  const logs = scale === 'logarithms' ? values : values.map(Math.log);
  return changePoints(logs.map((log) => ({ log, rounds: 1, variance: null })));
}

/** @param {Tool['changePoints']} changePoints */
export function printAsv(changePoints) {
  console.log('\nSeries of asv: the points at which levels start\n');
  for (const series of asvSeries()) {
    const steps = courseOf(changePoints, series)?.steps ?? [];
    console.log(`${series.name}, ${series.values.length} points`);
    const { true: truth, asv, withoutCorrelation, ofLogarithms } = series;
    const ours = steps.map(({ at, change }) => `${at} (${(100 * change).toFixed(0)} %)`);
    for (const [title, places] of Object.entries({
      true: truth,
      asv,
      'asv, without AR(1)': withoutCorrelation,
      'asv, logarithms': ofLogarithms,
      ours,
    }))
      if (places !== undefined) console.log(`  ${title.padEnd(20)}${listed(places)}`);
  }
}

/** @param {(number | string)[]} steps */
function listed(steps) {
  const shown = steps.slice(0, 12).join(', ');
  return steps.length > 12 ? `${shown} … ${steps.length} in all` : shown || 'none';
}
