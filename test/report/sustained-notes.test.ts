// The curve in words and bars, golden.
import { describe, expect, it } from 'vitest';
import type { CaseResult } from '../../src/contract/result.js';
import { energyDifferences, energyNotes } from '../../src/report/energy-notes.js';
import { labelsOf } from '../../src/report/labels.js';
import { bars, sustainedNotes, thinned } from '../../src/report/sustained-notes.js';
import { compareView } from '../../src/stats/compare-view.js';
import { showView } from '../../src/stats/show.js';
import { passesOf } from '../fixtures/curve.js';
import { documentOf, generateCase, steadyRound, sustainedCase } from '../fixtures/document.js';
import { energyOf20Watts } from '../fixtures/energy.js';

const notes = (cases: CaseResult[]) => sustainedNotes(showView(documentOf(cases), null), labelsOf(cases));
const differences = (before: CaseResult[], after: CaseResult[]) => {
  const side = (cases: CaseResult[]) => ({ document: documentOf(cases), path: 'x.json' });
  return energyDifferences(compareView(side(before), side(after), { across: [], grade: 'C' }), labelsOf(after));
};
const energy = (cases: CaseResult[]) => energyNotes(showView(documentOf(cases), null), labelsOf(cases));

describe('bars', () => {
  it('fill eight steps from the lowest to the highest', () => {
    expect(bars([0, 1, 2, 3, 4, 5, 6, 7, 8], 0, 8)).toBe('▁▂▃▄▅▆▇██');
    expect(bars([-5, null, 20], 0, 8)).toBe('▁ █');
    expect(bars([3, 3], 3, 3)).toBe('██');
  });

  it('are thinned by averaging neighbours', () => {
    expect(thinned([1, 3, 5, null, null, null, 9], 4)).toEqual([2, 5, null, 9]);
    expect(thinned([1, 2], 60)).toEqual([1, 2]);
  });
});

describe('sustained notes', () => {
  it('draw the curve and say what it means', () => {
    const trace = Array.from({ length: 12 }, (_, i) => ({
      atMs: i * 10_000,
      celsius: Math.min(95, 40 + 10 * i),
      mhz: i < 6 ? 4000 : 3000,
      throttleEvents: i < 6 ? 0 : i,
    }));
    const round = { ...passesOf((second) => (second < 60 ? 40 : 30), 120), trace };
    expect(notes([sustainedCase([round], 120)])).toEqual([
      'Decoding peaks at 40.0 tok/s and sustains 30.0, 75 % of it: from 1 min 0 s on it stays below 90 % of the peak; the processor counts thermal throttling from 1 min 0 s on.',
      '  decode       ██████▇▇▇▇▇▇  40.0 → 30.0 tok/s',
      '  temperature  ▃▄▅▆▇███████  40.0 → 95.0 °C',
      '  clock        ██████▇▇▇▇▇▇  4,000 → 3,000 MHz',
      '  each bar 10 s; rate and clock from 0 to their highest, temperature from 20 to 100 °C',
    ]);
  });

  it('leave out what this machine does not tell, and name rounds and cases where there are several', () => {
    const steady = passesOf(() => 20, 60);
    const [first, plot] = notes([sustainedCase([steady, steady], 60)]);
    expect(first).toBe(
      'round 1: Decoding peaks at 20.0 tok/s and sustains 20.0, 100 % of it: it does not stay below 90 % of the peak.',
    );
    expect(plot).toBe('  decode       ██████  20.0 → 20.0 tok/s');
    const cases = [1, 2].map((threads) => sustainedCase([steady], 60, { key: { threads } }));
    expect(notes(cases).filter((line) => line.includes('peaks'))[1]).toMatch(/^2 threads pp64 tg20 for 60 s: Decoding/);
  });

  it('say how long it takes, and nothing of other workloads', () => {
    expect(notes([sustainedCase([passesOf(() => 20, 20)], 20)])).toEqual([
      'No curve: it takes 4 windows of 10 s (--seconds 60).',
    ]);
    expect(notes([generateCase([steadyRound(100, 10)], { key: { threads: 1 } })])).toEqual([]);
  });
});

describe('energy notes', () => {
  const measured = (changes = {}) => generateCase([{ ...steadyRound(2000, 100), energy: energyOf20Watts(changes) }]);

  it('tell source, idle power and net figures', () => {
    expect(energy([measured()])).toEqual([
      'Energy (counter, RAPL: package-0, dram): the idle machine uses 5.00 W.',
      '  idle subtracted: 0.300 J a prompt token, 1.50 J a generated token; with everything in between: 3.05 J a generated token',
    ]);
  });

  it('tell why a coarse source gives no figures, and that there is no baseline', () => {
    const changes = { tier: 'coarse', source: 'battery discharge: BAT0', updateMs: 10_000, idle: null };
    expect(energy([measured(changes)])).toEqual([
      'Energy (coarse, battery discharge: BAT0): no baseline of the idle machine.',
      '  Joules per token need phases of 8 min 20 s or more, 50 updates of the source.',
    ]);
  });

  it('of a comparison tell which cases were read in different ways', () => {
    const [counter, battery] = [measured(), measured({ tier: 'coarse', source: 'battery discharge: BAT0' })];
    expect(differences([counter], [counter])).toEqual([]);
    expect(differences([counter], [generateCase([steadyRound(100, 10)])])).toEqual([]);
    expect(differences([counter], [battery])).toEqual([
      `energy not compared: pp512 tg5: counter, RAPL: package-0, dram → coarse, battery discharge: BAT0`,
    ]);
  });

  it('say what can be done, once, and nothing where nothing can', () => {
    const without = (remedy: string | null, threads = 2) =>
      generateCase([{ ...steadyRound(100, 10), energy: { tier: 'unavailable', reason: 'forbidden', remedy } }], {
        key: { threads },
      });
    expect(energy([without('sudo this'), without('sudo this', 1)])).toEqual(['No energy: forbidden; sudo this']);
    expect(energy([without(null), generateCase([steadyRound(100, 10)], { key: { threads: 1 } })])).toEqual([]);
  });
});
