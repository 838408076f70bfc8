// Predictions for devices: by hand, and against what others have published.
import { describe, expect, it } from 'vitest';
import { DEVICES, publishedRows } from '../../src/suite/device-profiles.js';
import { devicePredictor, publishedCases, publishedScores } from '../../src/verdict/devices.js';
import { SIZE } from '../fixtures/size.js';

const rows = publishedRows();
const devices = DEVICES.all();
const cases = publishedCases(rows);
const predictor = devicePredictor(cases);

describe('the published rows', () => {
  it('three quarters are within 35 %, each predicted without its architecture; each of the others says why not', () => {
    const scores = publishedScores(cases, 'family').filter(({ scored: { row } }) => row.outlier === undefined);
    const off = scores.filter(({ errors }) => Math.abs(Math.exp(errors.decodeRate!) - 1) > 0.35);
    expect(scores.length).toBeGreaterThanOrEqual(90);
    expect(off.length / scores.length).toBeLessThan(0.25);
    for (const { scored } of off) expect(scored.row.apart, `${scored.row.device} ${scored.row.model}`).toBeDefined();
  });

  it('outliers have a reason, and nothing is fitted to them', () => {
    const outliers = cases.filter(({ row }) => row.outlier !== undefined);
    expect(outliers.length).toBeGreaterThan(5);
    for (const { points } of outliers) expect(Object.values(points)).toEqual([null, null, null]);
    const [lengths, pi] = [{ prompt: 8, new: 8, depth: 0 }, DEVICES.named('raspberry-pi-5-8gb')];
    const without = devicePredictor(cases.filter(({ row }) => row.outlier === undefined));
    expect(predictor.values(SIZE, lengths, pi)).toEqual(without.values(SIZE, lengths, pi));
  });

  it('a share of the bus above 1 is impossible, unless a row says what is odd about it', () => {
    for (const { bandwidthBytesPerSecond, bytes, decodeRate, outlier, device, model } of rows) {
      if (bandwidthBytesPerSecond === null || outlier !== undefined) continue;
      expect((bytes * decodeRate) / bandwidthBytesPerSecond, `${device} ${model}`).toBeLessThan(1);
    }
  });
});

describe('a device', () => {
  const pi = DEVICES.named('raspberry-pi-5-8gb');

  it('comes near its own published speeds: a 3B of 2.0 GB at 4.9 tok/s, an 8B of 4.9 GB at 2.2', () => {
    const decode = (tokenBytes: number) => {
      const size = { ...SIZE, kvBytesPerToken: 0, work: { ...SIZE.work, tokenBytes, attention: [] } };
      return predictor.values(size, { prompt: 8, new: 8, depth: 0 }, pi).decodeRate!;
    };
    expect(Math.abs(decode(2.02e9) / 4.88 - 1)).toBeLessThan(0.15);
    expect(Math.abs(decode(4.92e9) / 2.17 - 1)).toBeLessThan(0.15);
  });

  it('decodes more slowly behind a longer context, and needs its cache beside the weights', () => {
    const at = (depth: number) => predictor.values(SIZE, { prompt: 512, new: 128, depth }, pi);
    expect(at(4096).decodeRate).toBeLessThan(at(0).decodeRate!);
    expect(at(4096).peakRssBytes! - at(0).peakRssBytes!).toBeCloseTo(4096 * SIZE.kvBytesPerToken, 0);
    expect(at(0).ttftMs).toBeCloseTo((512 * 1000) / at(0).prefillRate!, 6);
  });

  it('has ranges that bound their values by published errors, those of times upside down', () => {
    for (const device of devices) {
      const { decodeRate, prefillRate, ttftMs, peakRssBytes } = predictor.spreads(device);
      for (const spread of [decodeRate, prefillRate, ttftMs, peakRssBytes]) {
        if (spread === null) continue;
        expect(spread.low).toBeLessThan(spread.high);
        expect(spread.coverage).toBeGreaterThanOrEqual(0.5);
      }
      if (ttftMs !== null) expect(ttftMs.low * prefillRate!.high).toBeCloseTo(1, 9);
    }
  });
});
