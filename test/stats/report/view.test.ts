// The view of a report: which result stands for a case, what is chosen, read whole and left out. Against brute force.
import { describe, expect, it } from 'vitest';
import { reportSchema } from '../../../src/contract/views/report.js';
import { digestOf } from '../../../src/stats/digest.js';
import { documentsWanted, REPORT_LIMITS } from '../../../src/stats/report/view.js';
import { showView } from '../../../src/stats/show.js';
import { documentOf, generateCase, steadyRound } from '../../fixtures/document.js';
import { fleet } from '../../fixtures/fleet.js';
import { storedOf, viewOf } from '../../fixtures/report.js';

const dated = (day: number) => `2026-10-0${day}T08:00:00.000Z`;
const at = (day: number, tpotMs: number, machine = 'a') =>
  documentOf([generateCase([steadyRound(1000, tpotMs), steadyRound(1000, tpotMs)])], {
    startedAt: dated(day),
    machine,
  });

describe('entries', () => {
  it('are of the newest result in which the case was measured, though a later one failed', () => {
    const failed = documentOf([generateCase(['failed'], { key: {} })], { startedAt: dated(3), machine: 'a' });
    const { id, key } = at(1, 20).cases[0]!;
    failed.cases[0] = { ...failed.cases[0]!, id, key };
    const { entries, results } = viewOf(storedOf(at(1, 20), at(2, 25), failed));
    expect(entries.map(({ path, metrics }) => [path, metrics.decodeRate?.median])).toEqual([['results/a/1.json', 40]]);
    expect(results.map(({ path }) => path)).toEqual(['results/a/2.json', 'results/a/1.json', 'results/a/0.json']);
  });

  it('have the figures of `show`', () => {
    const stored = fleet(1);
    const { entries } = viewOf(stored);
    const shown = stored.flatMap(({ path, document }) => showView(document, path).cases.map((own) => ({ path, own })));
    expect(entries).toHaveLength(shown.length);
    for (const { path, own } of shown) {
      const entry = entries.find(({ path: of, id }) => of === path && id === own.id)!;
      const figures = Object.entries(own.metrics).map(([name, { median, interval95 }]) => [name, median, interval95]);
      expect(Object.entries(entry.metrics).map(([name, { median, interval95 }]) => [name, median, interval95])).toEqual(
        figures,
      );
      expect(entry.ofCeiling.decode).toBe(own.ofCeiling.decode?.share ?? null);
    }
  });

  it('follow the schema', () => {
    expect(() => reportSchema.parse(viewOf(fleet(2)))).not.toThrow();
  });
});

describe('the front', () => {
  it('has exactly the cases of a machine and workload of which no other is as fast in as little memory', () => {
    const { entries, fronts } = viewOf(fleet(2));
    for (const { machine, refs } of fronts) {
      const rivals = entries.filter(
        (entry) => entry.machine === machine && entry.key.workload.kind === 'generate' && entry.rounds > 0,
      );
      const isBeaten = (entry: (typeof rivals)[number]) =>
        rivals.some(
          (other) =>
            other !== entry &&
            other.metrics.peakRssBytes!.median <= entry.metrics.peakRssBytes!.median &&
            other.metrics.decodeRate!.median >= entry.metrics.decodeRate!.median,
        );
      expect(new Set(refs)).toEqual(new Set(rivals.filter((entry) => !isBeaten(entry)).map(({ ref }) => ref)));
    }
    expect(fronts).toHaveLength(3);
  });
});

describe('the best', () => {
  it('are of a workload without depth where there is one, of those the one with most cases', () => {
    const behind = { kind: 'generate', prompt: 512, new: 5, depth: 4096 } as const;
    const rounds = [steadyRound(1000, 20), steadyRound(1000, 20)];
    const deep = [2, 4, 8].map((threads) => generateCase(rounds, { key: { threads, workload: behind } }));
    const { best, entries } = viewOf(storedOf(documentOf([...deep, generateCase(rounds)])));
    expect(best.map(({ ref }) => entries.find((entry) => entry.ref === ref)!.key.workload)).toMatchObject([
      { depth: 0 },
    ]);
    const onlyDeep = viewOf(storedOf(documentOf(deep)));
    expect(onlyDeep.best).toHaveLength(1);
  });

  it('are the fastest of each model on each machine, from the prompt to the last token', () => {
    const quickPrompt = generateCase([steadyRound(100, 30, 65)], { key: { dtype: 'int8' } });
    const quickDecode = generateCase([steadyRound(900, 20, 65)]);
    const { best, entries } = viewOf(storedOf(documentOf([quickDecode, quickPrompt])));
    // 100 + 64 × 30 = 2,020 ms against 900 + 64 × 20 = 2,180 ms.
    const [first, ...others] = best.map(({ ref, wholeMs }) => [
      entries.find((entry) => entry.ref === ref)!.key.dtype,
      wholeMs,
    ]);
    expect(others).toEqual([]);
    expect(first![0]).toBe('int8');
    expect(first![1]).toBeCloseTo(2020, 6);
  });

  it('are not what computes something else than its reference', () => {
    const prompt = { seed: 1, tokens: 3, vocabSize: 10 };
    const answer = (tokens: number[]) => ({ prompt, tokens, logits: null });
    const slow = generateCase([steadyRound(900, 20)]);
    const wrong = generateCase([steadyRound(100, 5)], { key: { runtime: 'transformers.js' } });
    Object.assign(slow, { answer: answer([4, 5, 6]) });
    Object.assign(wrong, { answer: answer([4, 9, 9]) });
    const { best, entries, fronts } = viewOf(storedOf(documentOf([slow, wrong])));
    const [sound, unsound] = ['onnxruntime', 'transformers.js'].map(
      (runtime) => entries.find(({ key }) => key.runtime === runtime)!,
    );
    expect([sound!.isSound, unsound!.isSound]).toEqual([true, false]);
    expect(best.map(({ ref }) => ref)).toEqual([sound!.ref]);
    expect(fronts.flatMap(({ refs }) => refs)).toEqual([sound!.ref]);
  });
});

describe('histories', () => {
  it('have a point a result, the oldest first, and say what changed between them', () => {
    const other = at(1, 25);
    other.cases[0]!.identity = { ...other.cases[0]!.identity!, runtimeVersion: 'onnxruntime-node 1.29.0' };
    const { history } = viewOf(storedOf(other, at(2, 20), at(3, 20)));
    expect(history).toHaveLength(1);
    expect(history[0]!.points.map(({ value, changed }) => [value, changed.map(({ what }) => what)])).toEqual([
      [40, []],
      [50, ['runtime']],
      [50, []],
    ]);
  });

  it('have the step that the board took, at its place, and none of the others', () => {
    const { history } = viewOf(fleet(8));
    for (const { machine, steps, points } of history.filter(({ points }) => points.length === 8)) {
      expect(steps.map(({ at, direction }) => [at, direction])).toEqual(
        machine === 'board-4c-8gb' ? [[4, 'worse']] : [],
      );
      expect(points).toHaveLength(8);
    }
  });

  it('do not mix machines', () => {
    expect(viewOf(storedOf(at(1, 20, 'a'), at(2, 20, 'b'))).history).toEqual([]);
  });

  it('are cut to the newest points, and say how many are left out', () => {
    const many = Array.from({ length: REPORT_LIMITS.points + 7 }, (_, i) =>
      documentOf([generateCase([steadyRound(1000, 20)])], {
        startedAt: new Date(Date.UTC(2026, 0, 1 + i)).toISOString(),
      }),
    );
    const [series] = viewOf(storedOf(...many)).history;
    expect([series!.points.length, series!.leftOut.older]).toEqual([REPORT_LIMITS.points, 7]);
    expect(series!.points.at(-1)!.startedAt).toBe(many.at(-1)!.startedAt);
  });

  it('count the places of steps and levels from the first point that is left', () => {
    const rate = (i: number) => (i < 60 ? 20 : i < 68 ? 22 : 30) * (1 + 0.004 * Math.sin(7 * i));
    const many = Array.from({ length: REPORT_LIMITS.points + 10 }, (_, i) =>
      documentOf([generateCase([steadyRound(1000, rate(i)), steadyRound(1000, rate(i) * 1.002)])], {
        startedAt: new Date(Date.UTC(2026, 0, 1 + i)).toISOString(),
      }),
    );
    const [series] = viewOf(storedOf(...many)).history;
    expect(series!.steps.map(({ at }) => at)).toEqual([50, 58]);
    expect(series!.levels.map(({ first, last }) => [first, last])).toEqual([
      [0, 49],
      [50, 57],
      [58, REPORT_LIMITS.points - 1],
    ]);
  });
});

describe('whole documents', () => {
  it('are those of the newest entries of every machine in turn, a bounded number', () => {
    const ofMachine = (machine: string, count: number) =>
      Array.from({ length: count }, (_, i) =>
        documentOf([generateCase([steadyRound(1000, 20)], { key: { threads: i + 1 } })], {
          machine,
          startedAt: new Date(Date.UTC(2026, 0, 1 + i)).toISOString(),
        }),
      );
    const digests = storedOf(...ofMachine('a', 100), ...ofMachine('b', 2)).map(({ path, document }) =>
      digestOf(document, path),
    );
    const wanted = documentsWanted(digests);
    expect(wanted).toHaveLength(REPORT_LIMITS.documents);
    expect(wanted.slice(0, 5)).toEqual([
      'results/a/99.json',
      'results/b/101.json',
      'results/a/98.json',
      'results/b/100.json',
      'results/a/97.json',
    ]);
  });
});
