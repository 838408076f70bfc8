// Blocks that draw a series: how high, how many.
import { describe, expect, it } from 'vitest';
import { sparkline } from '../../src/report/sparkline.js';

describe('sparkline', () => {
  it('has a block for each point, from the lowest to the highest', () => {
    expect(sparkline([10, 20, 30, 40, 50, 60, 70, 80])).toBe('▁▂▃▄▅▆▇█');
  });

  it('draws the lowest where rounding puts it below the line', () => {
    // As committed: (396 − 423.5) / 55 + 0.5 may come out as −1e-16.
    for (let i = 0; i < 1000; i++) expect([...sparkline([396 + i / 7, 451 + i / 3, 409 + i / 5])]).toHaveLength(3);
  });

  it('shows noise of a percent as nearly level', () => {
    expect(sparkline([50, 50.4, 49.7, 50.1])).toBe('▄▅▄▅');
    expect(sparkline([7])).toBe('▅');
    expect(sparkline([0, 0])).toBe('▅▅');
  });

  it('draws at most 24 blocks, each the median of its points', () => {
    const values: number[] = Array.from({ length: 240 }, (_, i) => (i < 120 ? 10 : 20));
    values[3] = 1000;
    expect(sparkline(values)).toBe('▁'.repeat(12) + '█'.repeat(12));
  });
});
