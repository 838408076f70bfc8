// Joules per token of a round with known powers, when they are not told, and what compares with what.
import { describe, expect, it } from 'vitest';
import type { Energy } from '../../src/contract/energy.js';
import { okRounds } from '../../src/contract/result.js';
import { compareResults } from '../../src/stats/compare.js';
import { comparableEnergy, idleWatts, joulesPerToken, joulesPerTokenInAll, remedies } from '../../src/stats/energy.js';
import { roundValues } from '../../src/stats/metrics.js';
import { documentOf, generateCase, steadyRound } from '../fixtures/document.js';
import { energyOf20Watts } from '../fixtures/energy.js';

const caseOf = (...energies: (Energy | undefined)[]) =>
  generateCase(energies.map((energy) => ({ ...steadyRound(2000, 100, 41), ...(energy && { energy }) })));
const roundOf = (energy: Energy) => okRounds(caseOf(energy))[0]!;

describe('joules per token', () => {
  it('are power × time ÷ tokens, of timed iterations, over all domains; net of idle power', () => {
    const round = roundOf(energyOf20Watts());
    // 20 W × 2 s ÷ 100 tokens, and 15 W above idle; 20 W × 4 s ÷ 40 tokens.
    expect(joulesPerToken(round, 'prefill')).toEqual({ gross: 0.4, net: 0.3 });
    expect(joulesPerToken(round, 'decode')).toEqual({ gross: 2, net: 1.5 });
    // 250 J in 12.5 s for 82 tokens.
    expect(joulesPerTokenInAll(round)!.gross).toBeCloseTo(250 / 82, 12);
    expect(joulesPerTokenInAll(round)!.net).toBeCloseTo((250 - 62.5) / 82, 12);
  });

  it('are metrics, one value a round', () => {
    const result = caseOf(energyOf20Watts(), undefined, energyOf20Watts({ idle: null }));
    expect(roundValues('joulesPerToken', result)).toEqual([2, 2]);
    expect(roundValues('netJoulesPerPromptToken', result)).toEqual([0.3]);
    expect(idleWatts(result)).toEqual([5]);
  });

  it.each([
    [40, { prefill: 0.4, decode: 2 }],
    [41, { prefill: undefined, decode: 2 }],
    [80, { prefill: undefined, decode: 2 }],
    [81, { prefill: undefined, decode: undefined }],
  ])('need 50 updates of the source in a phase: every %d ms', (updateMs, told) => {
    const round = roundOf(energyOf20Watts({ updateMs }));
    expect({
      prefill: joulesPerToken(round, 'prefill')?.gross,
      decode: joulesPerToken(round, 'decode')?.gross,
    }).toEqual(told);
  });

  it('of the whole are told of a battery after minutes, when its phases are not', () => {
    const battery = { tier: 'coarse', source: 'battery discharge: BAT0', updateMs: 10_000, idle: null } as const;
    const short = roundOf(energyOf20Watts(battery));
    expect([joulesPerToken(short, 'decode'), joulesPerTokenInAll(short)]).toEqual([null, null]);
    const whole = { ms: 500_000, tokens: 5000, joules: { battery: 10_000 } };
    expect(joulesPerTokenInAll(roundOf(energyOf20Watts({ ...battery, whole })))).toEqual({ gross: 2, net: null });
  });
});

describe('a comparison', () => {
  const measured = (changes = {}) => caseOf(...[1, 2, 3, 4].map(() => energyOf20Watts(changes)));
  const metrics = (candidate: ReturnType<typeof measured>) => {
    const [entry] = compareResults(documentOf([measured()]), documentOf([candidate]), { across: [] }).cases;
    return entry?.status === 'compared' ? entry.changes.map(({ metric }) => metric) : [];
  };

  it('holds energy of one and the same source', () => {
    expect(metrics(measured())).toEqual(expect.arrayContaining(['joulesPerPromptToken', 'joulesPerToken']));
  });

  it.each([
    ['another tier', { tier: 'coarse' }],
    ['another source', { source: 'RAPL: package-0' }],
  ])('leaves out energy of %s', (_, changes) => {
    expect(comparableEnergy(measured(), measured(changes))).toBe(false);
    expect(metrics(measured(changes))).not.toContain('joulesPerToken');
    expect(metrics(measured(changes))).toContain('decodeRate');
  });
});

describe('what can be done about missing energy', () => {
  it('is named once it can', () => {
    const reason = 'readable by root only';
    expect(remedies(caseOf({ tier: 'unavailable', reason, remedy: 'sudo this' }))).toEqual([`${reason}; sudo this`]);
    expect(remedies(caseOf({ tier: 'unavailable', reason, remedy: null }, undefined))).toEqual([]);
  });
});
