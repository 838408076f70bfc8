// The tables and worked examples of docs/metrics.md, against the code that they describe.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { METRIC_NAMES } from '../../src/contract/metric-names.js';
import { okRounds } from '../../src/contract/result.js';
import { compareResults } from '../../src/stats/compare.js';
import { roundsNeeded, smallestP } from '../../src/stats/mann-whitney.js';
import { loopShare, METRICS, roundValues, summarizeMetric } from '../../src/stats/metrics.js';
import { ARITHMETIC, parityOf, RELATIVE_ERROR } from '../../src/stats/parity.js';
import { student95 } from '../../src/stats/student.js';
import { samplesForPercentile } from '../../src/stats/summary.js';
import { LEAST_WINDOWS, sustainedOf, THROTTLED } from '../../src/stats/sustained.js';
import { visibleEffect } from '../../src/stats/visible-effect.js';
import { PHASES } from '../../src/worker/protocol.js';
import { passesOf } from '../fixtures/curve.js';
import { documentOf, generateCase, sustainedCase } from '../fixtures/document.js';

const PAGE = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
const WORDS = PAGE.replace(/\s+/g, ' ');
const ROWS = PAGE.split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );

/** The row of a table that starts with this cell, without it. */
function row(first: string): string[] {
  const found = ROWS.filter(([cell]) => cell === first);
  expect(found, first).toHaveLength(1);
  return found[0]!.slice(1);
}

describe('docs/metrics.md', () => {
  it.each(METRIC_NAMES)('lists %s with its name, unit, direction and minimum effect', (name) => {
    const { title, unit, better, minimumEffect } = METRICS[name];
    const [short, , unitShown, betterShown, effect] = row(`\`${name}\``);
    expect(short).toContain(title);
    expect([unitShown, betterShown, effect]).toEqual([unit, better, `${minimumEffect * 100} %`]);
  });

  it('lists no metric that does not exist', () => {
    const listed = ROWS.flatMap(([cell]) => /^`(\w+)`$/.exec(cell ?? '')?.[1] ?? []);
    expect(listed).toEqual([...METRIC_NAMES]);
  });

  it('lists the phases of a worker', () => {
    const start = ROWS.findIndex(([cell]) => cell === 'phase');
    expect(ROWS.slice(start + 2, start + 2 + PHASES.length).map(([cell]) => cell)).toEqual([...PHASES]);
  });

  it('has the example of the formulas right', () => {
    expect(WORDS).toContain('arrivals 256, 306, 356, 406, 456 ms: TTFT 256 ms');
    expect(WORDS).toContain('2000 tok/s, decode 1000 × 4 ÷ 200 = 20 tok/s, TPOT 50 ms. If 180 of the 200 ms');
    const result = generateCase([{ tokenMs: [[256, 306, 356, 406, 456]], decodeSessionMs: 180 }]);
    const values = (['ttftMs', 'prefillRate', 'decodeRate', 'tpotMs'] as const).map((name) =>
      roundValues(name, result),
    );
    expect(values).toEqual([[256], [2000], [20], [50]]);
    expect(loopShare(result)).toBeCloseTo(0.1, 12);
  });

  it('has the example of sustained load right', () => {
    expect(WORDS).toContain('180 s, 40 tok/s for 60 s and 30 tok/s from then on: peak 40, sustained 30, ratio 75 %');
    const passes = passesOf((second) => (second < 60 ? 40 : 30), 180);
    const curve = sustainedOf(okRounds(sustainedCase([passes], 180))[0]!)!;
    expect([curve.peakRate.toFixed(1), curve.sustainedRate.toFixed(1)]).toEqual(['40.0', '30.0']);
    expect([curve.sustainedToPeak.toFixed(2), curve.throttledAfterSeconds]).toEqual(['0.75', 60]);
    expect(WORDS).toContain(`the rate stays below ${THROTTLED * 100} % of the peak`);
    expect(WORDS).toContain(`Fewer than ${LEAST_WINDOWS} windows give no figures`);
  });

  it('has the example of the interval right', () => {
    expect(WORDS).toContain('the interval 20 ± 4.303 × 3.38 = 5.46 to 34.54');
    // 1000 × 4 tokens in 200, 160 and 256 ms.
    const rounds = [50, 40, 64].map((gap) => ({ tokenMs: [[0, 1, 2, 3, 4].map((i) => 100 + i * gap)] }));
    const { median, interval } = summarizeMetric('decodeRate', generateCase(rounds))!;
    expect([median, interval!.low.toFixed(2), interval!.high.toFixed(2)]).toEqual([20, '5.46', '34.54']);
    expect(interval!.method).toBe('bootstrap');
  });

  it("has Student's t right", () => {
    const degrees = row('degrees of freedom').map(Number);
    expect(row('t').map(Number)).toEqual(degrees.map((count) => Number(student95(count).toFixed(3))));
    expect(degrees).toHaveLength(8);
  });

  it('has the samples of the percentiles right', () => {
    const needed = row('percentile').map((name) => samplesForPercentile(Number(name.slice(1)) / 100));
    expect(row('samples needed').map(Number)).toEqual(needed);
    expect(needed).toHaveLength(4);
  });

  it('has the smallest p right, and the rounds that follow from it', () => {
    const rounds = row('rounds a side').map(Number);
    const shown = row('smallest p');
    rounds.forEach((n, i) => {
      const decimals = shown[i]!.split('.')[1]!.length;
      expect([n, smallestP(n, n).toFixed(decimals)]).toEqual([n, shown[i]]);
    });
    expect(WORDS).toContain('five tests and needs p ≤ 0.05 ÷ 5: 5 rounds a side. Four cases need 6, sixteen cases 7');
    expect([5, 20, 80].map((tests) => roundsNeeded(0.05 / tests))).toEqual([5, 6, 7]);
  });

  it('has the visible change right', () => {
    const shown = row('visible change').map(Number);
    const rounds = row('rounds of each').map(Number);
    const visible = (n: number) => visibleEffect({ n, m: n, spread: 1, alpha: 0.01, minimumEffect: 0 })!;
    expect(shown).toEqual(rounds.map((n) => Number(visible(n).toFixed(2))));
  });

  it('has the errors and what they explain right', () => {
    expect(ARITHMETIC.map((name) => Number(row(name)[1]))).toEqual(ARITHMETIC.map((name) => RELATIVE_ERROR[name]));
    expect(WORDS).toContain('float32 explains gaps up to 6e-5, float16 up to 0.036, int8 up to 0.6');
    const answer = { prompt: { seed: 0, tokens: 1, vocabSize: 9 }, tokens: [1], logits: null };
    const explained = ARITHMETIC.map((name) => {
      const result = generateCase([]);
      const formats = [{ accuracyLevel: name === 'int8' ? 4 : 0 }];
      Object.assign(result.checkpoint!.graph, { formats, kv: { shapes: [{ type: name }] } });
      return parityOf({ answer, result }, { answer, result })!.tolerance;
    });
    [6e-5, 0.036, 0.6].forEach((gap, i) => {
      expect(explained[i]).toBeCloseTo(gap, 9);
    });
  });

  it('has the example of the comparison right', () => {
    expect(WORDS).toContain('100, 101, 99, 100, 102 ms; then 110, 112, 109, 111, 110 ms');
    expect(WORDS).toContain('p = 2 ÷ 252 = 0.0079, of five tests 0.040. The medians are 100 and 110: +10.0 %');
    expect(WORDS).toContain('Had one of the second been 100 ms, p would be 0.056, adjusted 0.278: not shown');
    const documents = [
      [100, 101, 99, 100, 102],
      [110, 112, 109, 111, 110],
      [110, 112, 109, 111, 100],
    ].map((times) => documentOf([generateCase(times.map((ms) => ({ tokenMs: [[ms, ms + 20]] })))]));
    const change = (candidate: number) => {
      const entry = compareResults(documents[0]!, documents[candidate]!, { across: [] }).cases[0]!;
      expect(entry.status === 'compared' && entry.changes).toHaveLength(5);
      return entry.status === 'compared' ? entry.changes.find(({ metric }) => metric === 'ttftMs')! : undefined;
    };
    expect(change(1)).toMatchObject({ outcome: 'worse', change: expect.closeTo(0.1, 9) });
    expect([change(1)!.p.toFixed(4), change(1)!.adjustedP.toFixed(3)]).toEqual(['0.0079', '0.040']);
    expect([change(2)!.p.toFixed(3), change(2)!.adjustedP.toFixed(3)]).toEqual(['0.056', '0.278']);
    expect(change(2)).toMatchObject({ outcome: 'not shown' });
  });
});
