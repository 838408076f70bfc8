// Histories as people read them: the overview, one series point by point, and the careful words for a step.
import { describe, expect, it } from 'vitest';
import type { MetricName } from '../../src/contract/metric-names.js';
import { historyPage } from '../../src/report/history-page.js';
import { render } from '../../src/report/render.js';
import { PLAIN } from '../../src/report/table.js';
import { historyView } from '../../src/stats/history-view.js';
import { type FakeSitting, level, sittings } from '../fixtures/history.js';

const pageOf = (list: FakeSitting[], metrics: MetricName[] = ['decodeRate']) =>
  historyPage(historyView(sittings(list), metrics, () => true));
const moved = [...level(50, 6), ...level(45, 5)];
/** One sitting halfway, so that it is open where the level moved. */
const halfway = [...level(50, 6), { rate: 47.5 }, ...level(45, 6)];

describe('the overview', () => {
  it('has a row a series with its course and last step, and each step in words below', () => {
    expect(render(pageOf(moved, ['prefillRate', 'decodeRate']), 'table', PLAIN)).toBe(
      `qwen2.5-0.5b · tuned q4 · onnxruntime · cpu · 2 threads · testbox-2c-8gb

case        metric         points   dates                             latest   unit    course        level moved
pp512 tg5   prefill rate       11   2026-11-01 to 2026-11-11   5,120 ± 0.0 %   tok/s   ▅▅▅▅▅▅▅▅▅▅▅   ~
pp512 tg5   decode rate        11   2026-11-01 to 2026-11-11    44.9 ± 3.1 %   tok/s   ██████▁▁▁▁▁   −10.0 % 2026-11-07

pp512 tg5, decode rate: level moved −10.0 % (−11.9 to −8.1), worse, between fffffff and ggggggg, 2026-11-06 to 2026-11-07
A level that moved is not a commit that did it: machines drift, too, and a drift looks like steps (docs/history.md). To see whether a commit did, measure both in one sitting: edgeproof regress --confirm.
Name one case to see its points: edgeproof history "<words of its label>" --metric <name>.
`,
    );
  });

  it('names the machine and the suite of each row where they differ', () => {
    const page = pageOf([...level(50, 2), ...level(50, 2, { machine: 'otherbox-2c-8gb', suite: 'long' })]);
    expect(page.columns.map(({ title }) => title)).toEqual(expect.arrayContaining(['machine', 'suite']));
    expect(page.rows.map(({ machine, suite, moved: last }) => [machine, suite, last])).toEqual([
      ['testbox-2c-8gb', 'quick', 'too few points'],
      ['otherbox-2c-8gb', 'long', 'too few points'],
    ]);
    expect(page.notes[0]).toBe(
      '2 of 2 series have fewer than 6 points, too few to tell a step; compare takes two results.',
    );
  });

  it('tells of the newest steps first, 20 at most', () => {
    const saw = Array.from({ length: 24 }, (_, i) => level(i % 2 === 0 ? 50 : 40, 4)).flat();
    const { notes, rows } = pageOf([...saw, ...level(50, 1, { machine: 'otherbox-2c-8gb' })]);
    expect(notes.filter((note) => note.includes('level moved'))).toHaveLength(20);
    expect(notes[0]).toContain('2027-01-31');
    expect(notes[20]).toBe('3 older steps: -o json, or name a case.');
    expect(rows[0]!.moved).toBe('−20.0 % 2027-02-01, 22 earlier');
  });

  it('says that no level moved', () => {
    expect(pageOf(level(50, 8)).notes).toEqual(['No level moved by more than noise explains and as much as matters.']);
  });

  it('counts the points that are missing', () => {
    const { notes } = pageOf([...level(50, 6), { rate: 50, rounds: 'failed' }]);
    expect(notes).toContain('1 point missing, since no round succeeded.');
  });
});

describe('a step in words', () => {
  const words = (list: FakeSitting[]) => pageOf(list).notes[0]!.replace(/.*worse, /, '');

  it('lies between two commits, and says how many were measured there', () => {
    expect(words(halfway)).toBe('between fffffff and hhhhhhh (2 commits measured), 2026-11-06 to 2026-11-08');
  });

  it('names what else changed', () => {
    const newer = { os: 'Linux 7', identity: { runtimeVersion: 'onnxruntime-node 1.31.0', graph: 'ffff9999' } };
    expect(words([...level(50, 6), ...level(45, 5, newer)])).toBe(
      'between fffffff and ggggggg, 2026-11-06 to 2026-11-07; meanwhile changed: runtime onnxruntime-node 1.30.0 → onnxruntime-node 1.31.0, system Linux 6 → Linux 7, graph',
    );
  });

  it('does not blame a commit that did not change, nor one that is not known', () => {
    const [same, unknown] = [{ commit: 'a'.repeat(40) }, { commit: null }];
    expect(words([...level(50, 6, same), ...level(45, 5, same)])).toBe(
      'with no other commit of edgeproof (aaaaaaa), 2026-11-06 to 2026-11-07',
    );
    expect(words([...level(50, 6, unknown), ...level(45, 5, unknown)])).toBe('2026-11-06 to 2026-11-07');
  });
});

describe('one series', () => {
  it('has a line a point, with the level and what is known of steps there', () => {
    const page = pageOf([...halfway, ...level(45, 1, { os: 'Linux 7' })]);
    expect(page.heading).toEqual([
      'qwen2.5-0.5b · tuned q4 · onnxruntime · cpu · 2 threads · testbox-2c-8gb · pp512 tg5 · decode rate',
      '██████▄▁▁▁▁▁▁▁',
    ]);
    expect(page.rows.slice(5, 9).map((row) => Object.values(row))).toEqual([
      ['2026-11-06 09:00', 'fffffff', '50.1 ± 3.1 %', '49.7', '3', ''],
      ['2026-11-07 09:00', 'ggggggg', '47.5 ± 3.1 %', '49.7', '3', 'or moved here: −9.3 %'],
      ['2026-11-08 09:00', 'hhhhhhh', '45.0 ± 3.1 %', '45.0', '3', 'level moved −9.3 %'],
      ['2026-11-09 09:00', 'iiiiiii', '45.2 ± 3.1 %', '45.0', '3', ''],
    ]);
    expect(page.rows.at(-1)!.marks).toBe('changed: system Linux 6 → Linux 7');
  });
});

describe('the records', () => {
  it('are one a point, with its level, and the step where it is most likely', () => {
    const { records } = pageOf(halfway);
    expect(records).toHaveLength(13);
    expect(records[7]).toMatchObject({
      ...{ machine: 'testbox-2c-8gb', metric: 'decodeRate', unit: 'tok/s', commit: 'h'.repeat(40), rounds: 3 },
      ...{ value: expect.closeTo(45, 9), level: expect.closeTo(45, 0), step: expect.closeTo(-0.093, 3) },
      ...{ stepMayLieHere: true, changed: '' },
    });
    expect(records.map(({ step }) => step !== null).indexOf(true)).toBe(7);
    expect(records.flatMap(({ stepMayLieHere }, i) => (stepMayLieHere ? [i] : []))).toEqual([6, 7]);
    expect(records[5]!.level).toBe(records[6]!.level);
  });
});
