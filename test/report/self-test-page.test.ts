// The self-test in words.
import { expect, it } from 'vitest';
import { render } from '../../src/report/render.js';
import { type SelfTest, selfTestPage } from '../../src/report/self-test-page.js';
import { PLAIN } from '../../src/report/table.js';
import { samplerCost, stopwatchCheck } from '../../src/stats/observer.js';

const TEST: SelfTest = {
  subject: 'smollm2-135m · tuned q4 · 2 threads',
  processes: 2,
  tokensPerIteration: 50,
  samplers: samplerCost([0.001, 0.002, 0.001, -0.001, 0.0005, 0.0015])!,
  ownCores: { watched: 0.0021, alone: 0.0004 },
  stopwatch: { ...stopwatchCheck({ tokenMs: [100, 10_100] }, 10_002), tokens: 512 },
  clock: { resolutionNs: 41, overheadNs: 30 },
};

it('states each figure with its goal and outcome', () => {
  const text = render(selfTestPage(TEST), 'table', PLAIN).replace(/ +/g, ' ');
  expect(text).toContain('cost of watching 0.10 % of the decode rate (−0.01 % to 0.21 %) under 1 % pass');
  expect(text).toContain('processor time of it 0.21 % of a core, 0.04 % when not watching');
  expect(text).toContain('outside stopwatch 0.020 % over 512 tokens in 10 s within 2 % pass');
  expect(text).toContain('step of the clock 41 ns');
  expect(text).toContain('6 blocks of four iterations of 50 tokens in 2 processes');
});

it('gives the same as one record and as JSON', () => {
  const page = selfTestPage(TEST);
  expect(page.json).toEqual(TEST);
  expect(page.records).toHaveLength(1);
  expect(page.records[0]).toMatchObject({ blocks: 6, samplerOutcome: 'pass', clockResolutionNs: 41 });
});
