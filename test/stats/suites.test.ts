// Every committed suite can show a change with its own rounds, whatever the number of its figures.
import { expect, it } from 'vitest';
import { roundsRule } from '../../src/contract/rounds.js';
import type { MetricChange } from '../../src/contract/views/compare.js';
import { judge, type Samples } from '../../src/stats/judgement.js';
import { standardNormal, uniform } from '../../src/stats/random.js';
import { loadSuite, suiteNames } from '../../src/suite/load.js';
import { planCases } from '../../src/suite/plan.js';

const METRICS_OF = {
  generate: ['prefillRate', 'decodeRate', 'ttftMs', 'loadMs', 'peakRssBytes'],
  sustained: ['prefillRate', 'decodeRate', 'ttftMs', 'loadMs', 'peakRssBytes', 'sustainedRate'],
  micro: ['loadMs', 'peakRssBytes', 'microMs'],
} as const;

/** A comparison in which one rate of the first case is lower by a share, of rounds with noise of 2 %. */
function changesOf(suite: string, slowdown: number, seed: number): MetricChange[] {
  const loaded = loadSuite(suite);
  const rounds = roundsRule(loaded.rounds).minimum;
  const next = uniform(seed);
  const side = (level: number) =>
    Array.from({ length: rounds }, (_, index) => ({ index, value: level * Math.exp(0.02 * standardNormal(next)) }));
  const cases = planCases(loaded, 2).map(({ key }, place) =>
    METRICS_OF[key.workload.kind].map((metric, i): Samples => {
      const isSlow = place === 0 && (i === 1 || metric === 'microMs');
      const level = metric === 'microMs' ? 1 / (1 - slowdown) : 1 - slowdown;
      return { metric, baseline: side(1), candidate: side(isSlow ? level : 1) };
    }),
  );
  return judge(cases).changes[0]!;
}

it.each(suiteNames())('%s shows a change of a fifth of one figure', (suite) => {
  const seeds = Array.from({ length: 10 }, (_, i) => i);
  const shown = seeds.filter((seed) => changesOf(suite, 0.2, seed).some(({ outcome }) => outcome === 'worse'));
  expect(shown.length).toBeGreaterThanOrEqual(9);
  const rate = changesOf(suite, 0, 1).find(({ metric }) => metric === 'decodeRate' || metric === 'microMs');
  expect(rate!.visibleEffect).toBeLessThan(0.2);
});
