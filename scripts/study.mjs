// `npm run study`: how often does a comparison raise a false alarm, and how often does it find a slowdown of 5 %?
// First simulated, then on this machine with equal runs and with runs slowed on purpose; rounds take turns. Nothing else
// may run meanwhile. docs/research/study.md explains what it prints and stores.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureClock } from '../dist/machine/clock.js';
import { describeMachine } from '../dist/machine/describe.js';
import { describeTool } from '../dist/run/provenance.js';
import { judge } from '../dist/stats/judgement.js';
import * as random from '../dist/stats/random.js';
import { steinRounds } from '../dist/stats/stein.js';
import { summarize } from '../dist/stats/summary.js';
import { runtimeVersions } from '../dist/worker/installed.js';
import { printCoverage, studyCoverage } from './study/coverage.mjs';
import { askedRounds } from './study/protocol.mjs';
import { changesOf, pairOf, SUITE } from './study/real.mjs';
import { simulate } from './study/simulated.mjs';

const { values: options } = parseArgs({
  options: {
    /** Comparisons of equal runs, and rounds a side of each. */
    pairs: { type: 'string', default: '40' },
    rounds: { type: 'string', default: '5' },
    /** Comparisons with a slowed run, and the most rounds a side they may ask for. */
    slowed: { type: 'string', default: '10' },
    most: { type: 'string', default: '20' },
    slowdown: { type: 'string', default: '1.05' },
    simulated: { type: 'boolean', default: false },
    /** A file of an interrupted study. */
    resume: { type: 'string' },
    results: { type: 'string', default: 'docs/research/study' },
  },
});
const number = (/** @type {'pairs' | 'rounds' | 'slowed' | 'most' | 'slowdown'} */ name) => {
  const value = Number(options[name]);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new Error(`--${name} ${options[name]}: expected a number`);
};
const settings = { rounds: number('rounds'), most: number('most'), slowdown: number('slowdown') };

/** @typedef {{ slowdown: number, rounds: number, asked: number | null, seconds: number, changes: object[], alarm: boolean, found: boolean }} Pair */

const simulated = [];
for (const spread of [0.01, 0.02, 0.03]) {
  simulated.push(await simulate({ judge, random }, { spread, equal: 1000, slowed: 100, slowdown: 1.05, most: 60 }));
}
printSimulated();
printCoverage(studyCoverage({ steinRounds, summarize, normal: random.normal }));
if (!options.simulated) await real();

function printSimulated() {
  console.log('Simulated: rounds with drift and spikes, as many as the tool asks for to see 5 %\n');
  console.log('noise of a round   false alarms   slowdown of 5 % found   rounds a side (median)');
  for (const { spread, equal, alarms, slowed, found, medianRounds } of simulated) {
    const cells = [
      `${spread * 100} %`.padEnd(16),
      `${alarms} of ${equal}`.padEnd(12),
      `${found} of ${slowed}`.padEnd(21),
    ];
    console.log([...cells, medianRounds].join('   '));
  }
}

async function real() {
  const startedAt = new Date().toISOString();
  const machine = { ...describeMachine(), clock: measureClock() };
  const about = { startedAt, tool: describeTool(), machine, versions: runtimeVersions(), suite: SUITE, settings };
  const stamp = startedAt.replace(/[-:]|\.\d+/g, '');
  const path = options.resume ?? join(options.results, machine.id, `study-${stamp}.json`);
  /** @type {Pair[]} */
  const pairs = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).pairs : [];
  const wanted = [
    ...Array.from({ length: number('pairs') }, () => 1),
    ...Array.from({ length: number('slowed') }, () => settings.slowdown),
  ];
  for (const slowdown of wanted.slice(pairs.length)) {
    pairs.push(await measurePair(slowdown));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${JSON.stringify({ ...about, simulated, pairs }, null, 1)}\n`);
    process.stderr.write(`pair ${pairs.length} of ${wanted.length}: ${describe(pairs.at(-1))}\n`);
  }
  const [equal, slowed] = [pairs.filter((pair) => pair.slowdown === 1), pairs.filter((pair) => pair.slowdown !== 1)];
  const alarms = equal.filter(({ alarm }) => alarm).length;
  const found = slowed.filter(({ found: isFound }) => isFound).length;
  console.log(`\nReal, on ${machine.id}: ${path}\n`);
  console.log(`equal runs, ${settings.rounds} rounds a side: ${alarms} of ${equal.length} comparisons raise an alarm`);
  console.log(
    `slowed by ${((settings.slowdown - 1) * 100).toFixed(0)} %, rounds as asked for: found in ${found} of ${slowed.length}`,
  );
}

/** @param {number} slowdown @returns {Promise<Pair>} */
async function measurePair(slowdown) {
  const started = performance.now();
  const { compareAt, close } = pairOf(slowdown);
  const { rounds, asked, comparison } = await (slowdown === 1
    ? compareAt(settings.rounds).then((comparison) => ({ rounds: settings.rounds, asked: null, comparison }))
    : askedRounds(compareAt, changesOf, settings.most)
  ).finally(close);
  const changes = changesOf(comparison);
  return {
    slowdown,
    rounds,
    asked,
    seconds: Math.round((performance.now() - started) / 1000),
    alarm: changes.some(({ outcome }) => outcome === 'better' || outcome === 'worse'),
    found: changes.some(({ metric, outcome }) => metric === 'decodeRate' && outcome === 'worse'),
    changes: changes.map(({ metric, change, adjustedP, outcome, visibleEffect }) => ({
      metric,
      change,
      adjustedP,
      outcome,
      visibleEffect,
    })),
  };
}

/** @param {Pair | undefined} pair */
function describe(pair) {
  if (pair === undefined) return '';
  const { slowdown, rounds, seconds, alarm, found } = pair;
  const outcome = slowdown === 1 ? (alarm ? 'false alarm' : 'quiet') : found ? 'found' : 'not found';
  return `${slowdown === 1 ? 'equal' : 'slowed'}, ${rounds} rounds a side, ${seconds} s: ${outcome}`;
}
