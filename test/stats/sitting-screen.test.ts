// The screen of sittings against R, and against the table of what it needs and how often it is fooled.
import { describe, expect, it } from 'vitest';
import { standardNormal, uniform } from '../../src/stats/random.js';
import { limitOf, normalQuantile, screen } from '../../src/stats/sitting-screen.js';
import { student95 } from '../../src/stats/summary.js';

const logs = (...values: number[]) => values.map(Math.log);

describe('screen', () => {
  it('draws the deviation towards the prior', () => {
    // x <- log(c(100, 102, 99)); s2 <- (4 * .025^2 + sum((x - mean(x))^2)) / 6
    // log(93) - mean(x); sqrt(s2 * (1 + 1/3)); qt(.975, 6) * sqrt(s2 * (1 + 1/3))
    const found = screen({ baseline: logs(100, 102, 99), candidate: logs(93), spread: 0.025 });
    expect(found).toEqual({
      difference: expect.closeTo(-0.07582146, 8),
      standardError: expect.closeTo(0.02565346, 8),
      freedom: 6,
    });
    expect(limitOf(found, 1)).toBeCloseTo(0.06277176, 5);
  });

  it('keeps unequal variances of three and more sittings apart, as Welch does', () => {
    // t.test(log(c(90, 96, 86)), log(c(100, 100.5, 99.8, 100.2))): df 2.00873, stderr 0.0319481, -0.1002477
    const found = screen({ baseline: logs(100, 100.5, 99.8, 100.2), candidate: logs(90, 96, 86), spread: 0.01 });
    expect(found.freedom).toBeCloseTo(2.00873, 4);
    expect(found.standardError).toBeCloseTo(0.0319481, 6);
    expect(found.difference).toBeCloseTo(-0.1002477, 6);
    const pooled = screen({ baseline: logs(100, 100.5), candidate: logs(90, 96, 86), spread: 0.01 });
    expect(pooled.freedom).toBe(7);
  });

  it('needs 9.8 % of one figure without history, and more of several', () => {
    const one = screen({ baseline: [0], candidate: [0.1], spread: 0.025 });
    // qt(.975, 4) * qnorm((1 + .95^(1/k)) / 2) / qnorm(.975) * .025 * sqrt(2), k = 1, 4, 30
    for (const [figures, limit] of [
      [1, 0.0981622],
      [4, 0.1247541],
      [30, 0.1570999],
    ] as const)
      expect(limitOf(one, figures) / limit).toBeCloseTo(1, 3);
  });
});

// qnorm(c(.975, .999, .9999)); qt(.975, c(3.9, 2.2)) within half a percent between whole degrees
it('quantiles are those of R', () => {
  expect([0.975, 0.999, 0.9999].map((p) => normalQuantile(p).toFixed(2))).toEqual(['1.96', '3.09', '3.72']);
  expect(student95(3.9) / 2.804748).toBeCloseTo(1, 2);
  expect(student95(2.2) / 3.948721).toBeCloseTo(1, 1);
});

// H sittings against 1, one figure, sd 2.3 %: the change needed, the share of 10 % found, false alarms if sd is 3.2 %.
it.each([
  [1, 0.098, 0.52, 0.03],
  [3, 0.065, 0.88, 0.05],
  [10, 0.052, 0.97, 0.06],
])('of %i sittings against one needs %d, finds 10 %% in a share of %d', (history, needed, power, fooled) => {
  const next = uniform(12);
  const draw = (count: number, sd: number, shift = 0) =>
    Array.from({ length: count }, () => sd * standardNormal(next) + shift);
  const limits: number[] = [];
  let [found, alarms] = [0, 0];
  for (let i = 0; i < 4000; i++) {
    const screened = screen({ baseline: draw(history, 0.023), candidate: draw(1, 0.023, 0.1), spread: 0.025 });
    limits.push(limitOf(screened, 1));
    if (screened.difference > limits.at(-1)!) found++;
    const equal = screen({ baseline: draw(history, 0.032), candidate: draw(1, 0.032), spread: 0.025 });
    if (Math.abs(equal.difference) > limitOf(equal, 1)) alarms++;
  }
  limits.sort((a, b) => a - b);
  expect(limits[2000]).toBeCloseTo(needed, 2);
  expect(Math.abs(found / 4000 - power)).toBeLessThan(0.03);
  expect(Math.abs(alarms / 4000 - fooled)).toBeLessThan(0.015);
});

// Ten cases of three and four figures; deviations between sittings of 1 to 3 %, half of the variance shared by all or none.
it.each([
  [0.01, 0, 0.05],
  [0.025, 0, 0.05],
  [0.025, 0.5, 0.05],
  [0.03, 0, 0.05],
  [0.03, 0.5, 0.05],
])(
  '35 figures of equals with sittings that differ by %d (shared: %d) raise an alarm in at most %d',
  (sd, shared, most) => {
    const next = uniform(21);
    let alarms = 0;
    for (let i = 0; i < 1000; i++) {
      const common = sd * Math.sqrt(2 * shared) * standardNormal(next);
      const isAlarm = Array.from({ length: 35 }, () => {
        const own = sd * Math.sqrt(1 - shared);
        const screened = screen({
          baseline: [own * standardNormal(next)],
          candidate: [common + own * standardNormal(next)],
          spread: 0.025,
        });
        return Math.abs(screened.difference) > limitOf(screened, 35);
      });
      if (isAlarm.some(Boolean)) alarms++;
    }
    expect(alarms / 1000).toBeLessThanOrEqual(most);
  },
);
