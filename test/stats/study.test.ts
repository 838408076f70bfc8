// The error rates of the comparison on noisy rounds: the simulated part of the study, with smaller numbers.
import { describe, expect, it } from 'vitest';
import { simulate } from '../../scripts/study/simulated.mjs';
import { judge } from '../../src/stats/judgement.js';
import * as random from '../../src/stats/random.js';

describe.each([0.01, 0.02])('rounds with a noise of %d, drift and spikes', (spread) => {
  it('raise few false alarms, and show a slowdown of 5 % with the rounds that are asked for', async () => {
    const { alarms, found } = await simulate(
      { judge, random },
      { spread, equal: 40, slowed: 40, slowdown: 1.05, most: 40 },
    );
    expect(alarms).toBeLessThanOrEqual(3);
    expect(found).toBeGreaterThanOrEqual(34);
  });
});
