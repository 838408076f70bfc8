// Paired rounds with fake executors: their order, what is stored, what failures do, and whether a slowdown is found.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { regressSchema } from '../../src/contract/views/regress.js';
import { openSources } from '../../src/models/source.js';
import { type PairSide, runPairs } from '../../src/run/pairs.js';
import { gateExitCode } from '../../src/stats/confirmation.js';
import { gateOfPairs } from '../../src/stats/gate.js';
import { pairsView } from '../../src/stats/pairs-view.js';
import { uniform } from '../../src/stats/random.js';
import { readResult } from '../../src/store/files.js';
import { listResults } from '../../src/store/listing.js';
import { planCases } from '../../src/suite/plan.js';
import { steadyRound } from '../fixtures/document.js';
import { fakeExecutor, labelOf, type RoundScript } from '../fixtures/fake-executor.js';
import { tinyWorkplace } from '../fixtures/tiny-suite.js';

const { suite, results } = tinyWorkplace();
const TOOL = { version: '0.1.0', commit: null, dirty: null };
const TWO_CASES = { workloads: [{ kind: 'generate', prompt: [16, 32], new: [4] }] };

interface Script {
  baseline?: RoundScript;
  candidate?: RoundScript;
  overrides?: Record<string, unknown>;
  folder?: string;
  change?: (side: PairSide) => PairSide;
}

/** Rounds of a machine that gets slower by 2 % with every round and varies by 1 %. */
function driftingMachine() {
  const next = uniform(5);
  let rounds = 0;
  return (slower = 1): RoundScript =>
    () => {
      const tpot = 10 * slower * 1.02 ** rounds++ * (1 + 0.02 * (next() - 0.5));
      return steadyRound(10 * tpot, tpot, 4);
    };
}

async function pairsOf({ baseline, candidate, overrides = {}, folder = 'plain', change = (side) => side }: Script) {
  const log: string[] = [];
  const judged: string[] = [];
  const sideOf = (name: string, script: RoundScript = () => steadyRound(100, 10, 4)): PairSide => {
    const executor = fakeExecutor((job) => {
      log.push(`${name} ${job.round} ${labelOf(job.key)}`);
      return script(job);
    });
    const content = suite(overrides);
    const cases = planCases(content, 1, openSources().traitsOf).map(({ id, key }) => ({ id, key, identity: null }));
    return change({ executor, tool: TOOL, suite: content, cases });
  };
  const sides = await runPairs(
    { baseline: sideOf('A', baseline), candidate: sideOf('B', candidate) },
    {
      results: join(results, folder),
      machine: 'fakebox',
      signal: new AbortController().signal,
      onEvent: () => {},
      isUsable(round, peers) {
        judged.push(`${round.index}: ${peers.map(({ index }) => index).join(' ')}`);
        return round.status === 'ok';
      },
    },
  );
  return { log, judged, sides, view: pairsView(sides.baseline, sides.candidate, { grade: 'B' }) };
}

const order = (log: string[], label = 'pp16 tg4') =>
  log.filter((line) => line.endsWith(label)).map((line) => line.slice(0, 1));

describe('the order of paired rounds', () => {
  it('lets each round be judged beside those of its case and side', async () => {
    const { judged } = await pairsOf({ folder: 'judged' });
    expect(judged.slice(0, 6)).toEqual(['0: 0', '0: 0', '1: 0 1', '1: 0 1', '2: 0 1 2', '2: 0 1 2']);
  });

  it('is A B, B A, four times, each pair in a piece', async () => {
    const { log } = await pairsOf({});
    expect(order(log).join('')).toBe('ABBA'.repeat(4));
    expect(log.slice(0, 4)).toEqual(['A 0 pp16 tg4', 'B 0 pp16 tg4', 'B 1 pp16 tg4', 'A 1 pp16 tg4']);
  });

  it('interleaves the pairs of cases, forwards and backwards', async () => {
    const { log } = await pairsOf({ overrides: TWO_CASES });
    expect(log.slice(0, 8).map((line) => line.slice(0, 8))).toEqual([
      'A 0 pp16',
      'B 0 pp16',
      'A 0 pp32',
      'B 0 pp32',
      'B 1 pp32',
      'A 1 pp32',
      'B 1 pp16',
      'A 1 pp16',
    ]);
    expect(order(log, 'pp32 tg4').join('')).toBe('ABBA'.repeat(4));
  });
});

describe('what is stored', () => {
  it('is a result of each side, of one sitting, where no other command takes it for the latest', async () => {
    const { sides } = await pairsOf({ folder: 'stored' });
    const folder = join(results, 'stored', 'fakebox', 'pairs');
    expect(readdirSync(folder).sort()).toEqual(
      ['baseline', 'candidate'].map((side) => expect.stringMatching(new RegExp(`^tiny-.*-${side}\\.json$`))),
    );
    for (const { document, path } of Object.values(sides)) {
      expect(readResult(path)).toEqual(JSON.parse(JSON.stringify(document)));
      expect(document.cases[0]!.rounds).toHaveLength(8);
    }
    expect(sides.baseline.document.sitting).toMatch(/^[0-9a-f]{8}$/);
    expect(sides.baseline.document.sitting).toBe(sides.candidate.document.sitting);
    expect(listResults(join(results, 'stored'))).toEqual([]);
  });
});

describe('what pairs find on a machine that drifts by 30 % meanwhile', () => {
  it('is a slowdown of 8 %', async () => {
    const machine = driftingMachine();
    const { view } = await pairsOf({ baseline: machine(), candidate: machine(1.08) });
    const decode = view.figures.find(({ metric }) => metric === 'decodeRate')!;
    expect(decode).toMatchObject({ outcome: 'worse', pairs: 8 });
    expect(decode.change!.estimate).toBeCloseTo(1 / 1.08 - 1, 2);
  });

  it('is nothing between equals, which pass', async () => {
    const machine = driftingMachine();
    const { view } = await pairsOf({ baseline: machine(), candidate: machine() });
    expect(new Set(view.figures.map(({ outcome }) => outcome))).toEqual(new Set(['pass']));
    expect(Math.abs(view.figures[0]!.change!.estimate)).toBeLessThan(0.01);
  });
});

describe('a round that fails', () => {
  it('drops its pair, which is repeated at the end in the same order', async () => {
    const { log, view, sides } = await pairsOf({
      baseline: ({ round }) => (round === 3 ? 'failed' : steadyRound(100, 10, 4)),
    });
    // Pair 3 is B A: B was measured and stays stored, A failed. Pair 8 takes its place.
    expect(log.slice(-2)).toEqual(['B 8 pp16 tg4', 'A 8 pp16 tg4']);
    expect(view.figures.map(({ pairs }) => pairs)).toEqual(view.figures.map(() => 8));
    expect(view.dropped).toMatchObject([{ baselineFailed: 1, candidateFailed: 0, firstFailure: 'killed' }]);
    expect(sides.candidate.document.cases[0]!.rounds).toHaveLength(9);
  });

  it('never lets a candidate pass that fails more often than the baseline', async () => {
    const { view } = await pairsOf({ candidate: ({ round }) => (round === 0 ? 'failed' : steadyRound(100, 10, 4)) });
    expect(new Set(view.figures.map(({ outcome }) => outcome))).toEqual(new Set(['not shown']));
    expect(view.dropped).toMatchObject([{ baselineFailed: 0, candidateFailed: 1 }]);
  });

  it('ends its case when too many have failed, and no other', async () => {
    const { log, view } = await pairsOf({
      candidate: (job) => (labelOf(job.key) === 'pp16 tg4' ? 'failed' : steadyRound(100, 10, 4)),
      overrides: TWO_CASES,
    });
    // Pairs 0 to 4; where the candidate is first, the baseline is spared.
    expect(order(log).join('')).toBe('ABBABBAB');
    expect(order(log, 'pp32 tg4')).toHaveLength(16);
    expect(view.figures.every(({ id, outcome }) => id.includes('prompt=32') && outcome === 'pass')).toBe(true);
    const printed = { ...gateOfPairs(null, view, { suite: 'x', machine: 'y' }), comparison: null, pairs: view };
    expect(regressSchema.parse(JSON.parse(JSON.stringify(printed)))).toMatchObject({ exitCode: 1, isPaired: true });
    expect(gateExitCode(null, view)).toBe(1);
  });

  it('is a no where no pair is left because of the candidate, and no answer where it is the baseline', async () => {
    const codes = [{ candidate: () => 'failed' as const }, { baseline: () => 'failed' as const }].map(async (script) =>
      gateExitCode(null, (await pairsOf(script)).view),
    );
    expect(await Promise.all(codes)).toEqual([1, 2]);
  });

  it('ends everything when the worker of another version is not understood', async () => {
    const round = {
      status: 'failed' as const,
      index: 0,
      startedAt: '2026-01-01T00:00:00.000Z',
      failure: { code: 'worker-protocol' as const, message: 'no message: "{"', hint: null },
    };
    const change = (side: PairSide) => ({ ...side, executor: { ...side.executor, round: async () => round } });
    await expect(pairsOf({ change })).rejects.toMatchObject({
      code: 'pairs-impossible',
      message: expect.stringContaining('the worker of the baseline is not understood: no message'),
    });
  });
});

it('refuses a side that turns out to be another than the stored one', async () => {
  const identity = { weights: 'x', graph: 'y', runtimeVersion: 'z', options: '', workload: 'w' };
  const change = (side: PairSide) => ({ ...side, cases: side.cases.map((entry) => ({ ...entry, identity })) });
  await expect(pairsOf({ change })).rejects.toMatchObject({
    code: 'pairs-impossible',
    message: expect.stringMatching(/the baseline of .* cannot be made again: weights was x, is [0-9a-f]+; graph was y/),
  });
});
