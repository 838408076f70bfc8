// The numbers of docs/energy.md, against the code that they describe.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { okRounds } from '../../src/contract/result.js';
import { idleMs } from '../../src/machine/energy/idle.js';
import { NVML_INTERVAL_MS } from '../../src/machine/energy/nvidia.js';
import { duration } from '../../src/report/format.js';
import { joulesPerToken, LEAST_UPDATES } from '../../src/stats/energy.js';
import { generateCase, steadyRound } from '../fixtures/document.js';
import { energyOf20Watts } from '../fixtures/energy.js';

const WORDS = readFileSync(new URL('../../docs/energy.md', import.meta.url), 'utf8').replace(/\s+/g, ' ');

describe('docs/energy.md', () => {
  it('has its example right', () => {
    expect(WORDS).toContain(
      '2 × 40 J ÷ 200 = 0.4 J a token, net 0.3 J. Decode: 2 × 80 J ÷ 80 = 2 J a token, net 1.5 J',
    );
    const round = okRounds(generateCase([{ ...steadyRound(2000, 100, 41), energy: energyOf20Watts() }]))[0]!;
    expect(joulesPerToken(round, 'prefill')).toEqual({ gross: 0.4, net: 0.3 });
    expect(joulesPerToken(round, 'decode')).toEqual({ gross: 2, net: 1.5 });
  });

  it('has the shortest phases right', () => {
    const shortest = [1, NVML_INTERVAL_MS, 200, 10_000].map((updateMs) => LEAST_UPDATES * updateMs);
    const [rapl, nvml, powermetrics, battery] = shortest.map(duration);
    expect([rapl, nvml, powermetrics, battery]).toEqual(['50 ms', '5.0 s', '10 s', '8 min 20 s']);
    expect(WORDS).toContain('50 ms with RAPL, 5 s with NVML, 10 s with powermetrics, 8 min 20 s with a battery');
    expect(idleMs({ updateMs: 1 })).toBe(5_000);
  });
});
