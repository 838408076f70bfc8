// `npm run study`: how often does a comparison raise a false alarm, and how often does it find a slowdown of 5 %?
// First simulated, then on this machine with equal runs and with runs slowed on purpose; rounds take turns. Nothing else
// may run meanwhile. docs/research/study.md explains what it prints and stores.
// `npm run study -- change-points`: how often `history` finds a step, and false ones (docs/research/change-points.md).
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureClock } from '../dist/machine/clock.js';
import { describeMachine } from '../dist/machine/describe.js';
import { describeTool } from '../dist/run/provenance.js';
import { changePoints } from '../dist/stats/change-points.js';
import { judge } from '../dist/stats/judgement.js';
import * as random from '../dist/stats/random.js';
import * as screening from '../dist/stats/sitting-screen.js';
import { steinRounds } from '../dist/stats/stein.js';
import { quantile, summarize } from '../dist/stats/summary.js';
import { runtimeVersions } from '../dist/worker/installed.js';
import { printAsv, printChangePoints } from './study/change-points-tables.mjs';
import { printCoverage, studyCoverage } from './study/coverage.mjs';
import { askedRounds } from './study/protocol.mjs';
import { changesOf, pairOf, SUITE } from './study/real.mjs';
import { compareSittings, measureSitting } from './study/real-sittings.mjs';
import { simulate } from './study/simulated.mjs';
import { screenSittings } from './study/simulated-sittings.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** Comparisons of equal runs, and rounds a side of each. */
    pairs: { type: 'string', default: '40' },
    rounds: { type: 'string', default: '5' },
    /** Comparisons with a slowed run, and the most rounds a side they may ask for. */
    slowed: { type: 'string', default: '10' },
    most: { type: 'string', default: '20' },
    slowdown: { type: 'string', default: '1.05' },
    /** Separate runs of equals, one after the other, each of `rounds`. */
    sittings: { type: 'string', default: '12' },
    simulated: { type: 'boolean', default: false },
    /** A file of an interrupted study. */
    resume: { type: 'string' },
    results: { type: 'string', default: 'docs/research/study' },
  },
});
const number = (/** @type {'pairs' | 'rounds' | 'slowed' | 'most' | 'slowdown' | 'sittings'} */ name) => {
  const value = Number(options[name]);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new Error(`--${name} ${options[name]}: expected a number`);
};
const settings = { rounds: number('rounds'), most: number('most'), slowdown: number('slowdown') };

if (positionals.includes('change-points')) {
  printChangePoints({ changePoints, random }, 4000);
  printAsv(changePoints);
  process.exit();
}

/** @typedef {{ slowdown: number, rounds: number, asked: number | null, seconds: number, changes: object[], alarm: boolean, found: boolean }} Pair */

const EARLIER = [1, 3, 10];
const screened = [
  ...[0.01, 0.02, 0.025, 0.03, 0.04, 0.05].flatMap((deviation) => [0, 0.5].map((shared) => ({ deviation, shared }))),
].map((sittings) =>
  EARLIER.map((earlier) => {
    const options = { ...sittings, figures: 35, earlier, shift: 0.1, trials: 1000 };
    return screenSittings({ screening, random, quantile }, options);
  }),
);
printScreened();

const simulated = [];
for (const spread of [0.01, 0.02, 0.03]) {
  simulated.push(await simulate({ judge, random }, { spread, equal: 200, slowed: 50, slowdown: 1.05, most: 60 }));
}
printSimulated();
printCoverage(studyCoverage({ steinRounds, summarize, normal: random.normal }));
if (!options.simulated) {
  await real();
  await realSittings();
}

function printScreened() {
  console.log('Simulated: sittings of equals, 35 figures (10 cases), and a slowdown of 10 % in one of them\n');
  console.log('between sittings   figures move   false alarms, and 10 % found, with 1, 3, 10 earlier sittings');
  for (const row of screened) {
    const { deviation, shared } = row[0] ?? { deviation: 0, shared: 0 };
    const cells = row.map(({ alarms, found }) => {
      const mark = alarms > 0.05 ? '!' : ' ';
      return `${(alarms * 100).toFixed(1)} %${mark}${(found * 100).toFixed(0).padStart(4)} %`.padEnd(16);
    });
    const moves = shared === 0 ? 'alone' : 'half together';
    console.log([`${(deviation * 100).toFixed(1)} %`.padEnd(16), moves.padEnd(12), ...cells].join('   ').trimEnd());
  }
  console.log('!: more than 5 of 100\n');
}

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

async function realSittings() {
  const wanted = number('sittings');
  if (wanted < 2) return;
  const startedAt = new Date().toISOString();
  const machine = { ...describeMachine(), clock: measureClock() };
  const stamp = startedAt.replace(/[-:]|\.\d+/g, '');
  const path = join(options.results, machine.id, `sittings-${stamp}.json`);
  const about = { startedAt, tool: describeTool(), machine, versions: runtimeVersions(), suite: SUITE };
  /** @type {import('../src/contract/result.js').ResultDocument[]} */
  const sittings = [];
  while (sittings.length < wanted) {
    sittings.push(await measureSitting(settings.rounds));
    mkdirSync(dirname(path), { recursive: true });
    const compared = compareSittings(sittings);
    const stored = { ...about, rounds: settings.rounds, sittings: sittings.length, screened, ...compared };
    writeFileSync(path, `${JSON.stringify(stored, null, 1)}\n`);
    process.stderr.write(`sitting ${sittings.length} of ${wanted}\n`);
  }
  const { pairs, againstHistory } = compareSittings(sittings);
  console.log(`\nReal sittings of equals, on ${machine.id}: ${path}\n`);
  for (const [name, list] of /** @type {const} */ ([
    ['all pairs', pairs],
    ['each against those before', againstHistory],
  ])) {
    const [alarms, ofRounds] = [list.filter(({ alarm }) => alarm), list.filter(({ roundsAlarm }) => roundsAlarm)];
    console.log(`${name}: ${alarms.length} of ${list.length} raise an alarm; by rounds alone ${ofRounds.length} would`);
  }
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
