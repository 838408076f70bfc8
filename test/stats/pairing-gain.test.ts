// What pairing saves, against the worked example of the docs and a simulation of known correlation.
import { expect, it } from 'vitest';
import { pairingGain } from '../../src/stats/pairing-gain.js';
import { standardNormal, uniform } from '../../src/stats/random.js';

const BASELINE = [40.2, 39.1, 40.6, 38.8, 39.9, 39.4, 40.1, 38.9];
const CANDIDATE = [38.7, 37.5, 38.6, 37.2, 38.0, 37.9, 38.2, 37.6];
const example = BASELINE.map((value, i) => ({ baseline: Math.log(value), candidate: Math.log(CANDIDATE[i]!) }));

it('gives the worked example: ± 1.7 % unpaired, ± 0.5 % paired', () => {
  const { halfWidth } = pairingGain(example)!;
  expect([halfWidth.unpaired, halfWidth.paired].map((half) => (100 * half).toFixed(1))).toEqual(['1.7', '0.5']);
});

it.each([0, 0.5, 0.9])('finds a correlation of %d, which divides the rounds by about 1 − ρ', (rho) => {
  const next = uniform(11);
  const pairs = Array.from({ length: 4000 }, () => {
    const shared = Math.sqrt(rho) * standardNormal(next);
    const own = () => 0.1 * (shared + Math.sqrt(1 - rho) * standardNormal(next));
    return { baseline: own(), candidate: own() };
  });
  const { correlation, roundsFor5Percent } = pairingGain(pairs)!;
  expect(correlation).toBeCloseTo(rho, 1);
  // 2 σ² (z₉₅ + z₉₀)² ÷ δ² = 68.5 for large numbers, and a few more for these.
  expect(Math.abs(roundsFor5Percent.unpaired! - 69)).toBeLessThan(5);
  expect(Math.abs(roundsFor5Percent.paired! - (1 - rho) * 68.5)).toBeLessThan(7);
});

it('pays from the tabled correlation on: at 8 rounds from 0.18', () => {
  // Both sides vary alike; the correlation is chosen by mixing.
  const alike = (share: number) => {
    const own = [1, -1, 1, -1, 1, -1, 1, -1];
    const other = [1, 1, -1, -1, 1, 1, -1, -1];
    const mix = (i: number) => share * own[i]! + Math.sqrt(1 - share ** 2) * other[i]!;
    return own.map((value, i) => ({ baseline: value / 100, candidate: mix(i) / 100 }));
  };
  const pays = (rho: number) => {
    const { halfWidth, correlation } = pairingGain(alike(rho))!;
    expect(correlation).toBeCloseTo(rho, 6);
    return halfWidth.paired < halfWidth.unpaired;
  };
  expect([pays(0.16), pays(0.2)]).toEqual([false, true]);
});

it('says nothing below 6 pairs, and where nothing varies', () => {
  expect(pairingGain(example.slice(0, 5))).toBeNull();
  expect(pairingGain(example.map(() => ({ baseline: 1, candidate: 2 })))).toBeNull();
});
