// `run --vs` with fake executors: who runs which case, in which order, what is stored, and what the sides are called.
import { expect, it } from 'vitest';
import { type PairSide, runPairs } from '../../src/run/pairs.js';
import { versusSides } from '../../src/run/versus.js';
import { gateExitCode } from '../../src/stats/confirmation.js';
import { pairsView } from '../../src/stats/pairs-view.js';
import { uniform } from '../../src/stats/random.js';
import { readVersus } from '../../src/suite/versus.js';
import { steadyRound } from '../fixtures/document.js';
import { fakeExecutor, labelOf, type RoundScript } from '../fixtures/fake-executor.js';
import { tinyWorkplace } from '../fixtures/tiny-suite.js';

const { suite, results } = tinyWorkplace();
const TOOL = { version: '0.1.0', commit: null, dirty: null };

interface Given {
  vs: string;
  overrides?: Record<string, unknown>;
  /** Milliseconds for each token. */
  tpot?: (key: Parameters<RoundScript>[0]['key'], who: string) => number;
  other?: Partial<Pick<PairSide, 'tool'>> & { onnxruntime?: string };
  pairs?: number;
}

async function versus({ vs, overrides = {}, tpot = () => 10, other = {}, pairs }: Given) {
  const log: string[] = [];
  const installation = (who: string, version = '1.0.0') => {
    const executor = fakeExecutor(({ key, round }) => {
      log.push(`${who} ${round} ${key.threads} ${key.layout} ${labelOf(key)}`);
      return steadyRound(10 * tpot(key, who), tpot(key, who), 4);
    });
    return { ...executor, versions: () => ({ ...executor.versions(), onnxruntime: version }) };
  };
  const sides = versusSides(suite(overrides), readVersus([vs]), {
    own: { executor: installation('own'), tool: TOOL },
    other: { executor: installation('other', other.onnxruntime), tool: other.tool ?? TOOL },
  });
  const events: string[] = [];
  const totals = new Set<number>();
  const measured = await runPairs(sides, {
    results,
    machine: 'fakebox',
    pairs,
    signal: new AbortController().signal,
    onEvent(event) {
      events.push(event.type);
      if (event.type === 'pair-round-started') totals.add(event.total);
    },
    isUsable: ({ status }) => status === 'ok',
  });
  return { log, events, totals, measured, view: pairsView(measured.baseline, measured.candidate, { grade: 'B' }) };
}

it('runs the other side first, in blocks of A B, B A, as many as asked for', async () => {
  const { log, events, totals, view } = await versus({ vs: 'threads=2', pairs: 6 });
  expect([...totals]).toEqual([12]);
  expect(log.map((line) => line.split(' ')[0]).join(' ')).toBe(
    Array.from({ length: 3 }, () => 'other own own other').join(' '),
  );
  expect(new Set(log.map((line) => line.replace(/ \d+ /, ' ')))).toEqual(
    new Set(['other 2 tuned pp16 tg4', 'own 1 tuned pp16 tg4']),
  );
  expect(events.filter((type) => /^(pair|comparing)/.test(type)).join(' ')).toMatch(
    /^pairs-begun( pair-round-started){12}( comparing-tokens){2}$/,
  );
  expect(view.tokens).toMatchObject([{ inRounds: true, parity: { verdict: 'same' }, isSame: true }]);
  expect(view.differences).toEqual([{ name: 'threads', baseline: '2', candidate: '1' }]);
  expect(view.figures[0]).toMatchObject({ pairs: 6, key: { threads: 1 }, partnerKey: { threads: 2 } });
});

it('pairs each of several cases with its counterpart', async () => {
  const workloads = [{ kind: 'generate', prompt: [16, 32], new: [4] }];
  const { log } = await versus({ vs: 'layout=published', overrides: { workloads, layouts: ['tuned'] } });
  expect(log.slice(0, 4)).toEqual([
    'other 0 1 published pp16 tg4',
    'own 0 1 tuned pp16 tg4',
    'other 0 1 published pp32 tg4',
    'own 0 1 tuned pp32 tg4',
  ]);
});

it.each([
  [0.9, 'pass', 0],
  [1, 'pass', 0],
  [1.1, 'worse', 1],
])('calls a side that takes %d of the time %s', async (factor, outcome, code) => {
  const next = uniform(3);
  const tpot: Given['tpot'] = (_, who) => 10 * (who === 'own' ? factor : 1) * (1 + 0.01 * next());
  const { view } = await versus({ vs: 'onnxruntime=/elsewhere', tpot, other: { onnxruntime: '0.9.0' } });
  expect(view.figures.find(({ metric }) => metric === 'decodeRate')!.outcome).toBe(outcome);
  expect(gateExitCode(null, view)).toBe(code);
});

it('stores what each installation is, in the identity of its cases, too', async () => {
  const tool = { version: '0.0.9', commit: 'abcdef0123', dirty: true };
  const { measured, view } = await versus({ vs: 'edgeproof=/elsewhere', other: { tool, onnxruntime: '0.9.0' } });
  expect(view.differences).toEqual([
    { name: 'edgeproof', baseline: '0.0.9 at abcdef01 with changes', candidate: '0.1.0' },
    { name: 'onnxruntime', baseline: '0.9.0', candidate: '1.0.0' },
  ]);
  const versions = Object.values(measured).map(({ document }) => document.cases[0]!.identity!.runtimeVersion);
  expect(versions).toEqual(['0.9.0', '1.0.0']);
});
