// `show` of several results as people read it, wide and narrow.
import { describe, expect, it } from 'vitest';
import { render } from '../../src/report/render.js';
import { resultTitles } from '../../src/report/result-titles.js';
import { PLAIN } from '../../src/report/table.js';
import { tablePage } from '../../src/report/table-page.js';
import { tableView } from '../../src/stats/table-view.js';
import { fakeCase, fakeDigest } from '../fixtures/digest.js';
import { asMarkdown, inTerminal } from '../fixtures/printed.js';

const shares = (prefill: number, decode: number) => ({ ofCeiling: { prefill, decode } });
const MACHINES = [
  fakeDigest(
    [
      fakeCase([54, 54.4, 54.8], {}, { prefill: 409, bytes: 541e6, ...shares(0.13, 0.48) }),
      fakeCase([20, 20.4, 20.8], { dtype: 'fp32' }, { prefill: 200, bytes: 2100e6, ...shares(0.1, 0.5) }),
    ],
    { machine: 'intel-xeon-2c' },
  ),
  fakeDigest(
    [fakeCase([84, 84.4, 84.8], {}, { prefill: 447, bytes: 541e6, grades: { A: 2, C: 1 }, ...shares(0.2, 0.6) })],
    {
      machine: 'amd-epyc-2c',
      day: 2,
    },
  ),
  fakeDigest([fakeCase([], {}), fakeCase([7, 9, 11], { dtype: 'fp32' })], { machine: 'board', day: 3 }),
];

describe('several machines', () => {
  const page = tablePage(tableView(MACHINES, { by: ['machine'] }));

  it('in 100 columns', () =>
    expect(inTerminal(page, 100)).toMatchInlineSnapshot(`
    "
    qwen2.5-0.5b · tuned · onnxruntime · cpu · 2 threads · pp512 tg5
    by machine · figures of 3 results

    case   metric        unit          amd-epyc-2c           board   intel-xeon-2c
    q4     prefill       tok/s         447 ± 0.0 %          failed     409 ± 0.0 %
                         of ceiling           20 %                            13 %
           decode        tok/s        84.4 ± 1.5 %                    54.4 ± 2.3 %
                         of ceiling           60 %                            48 %
           peak memory   MB            541 ± 0.0 %                     541 ± 0.0 %
           grade C       rounds             1 of 3
    fp32   prefill       tok/s                       1,000 ± 0.0 %     200 ± 0.0 %
                         of ceiling                                           10 %
           decode        tok/s                         9.00 ± 69 %    20.4 ± 6.1 %
                         of ceiling                                           50 %
           peak memory   MB                            500 ± 0.0 %   2,100 ± 0.0 %

    Failed, without a figure: q4 on board.
    Weights are synthetic: speed and memory are those of the real graph, the generated text is noise.
    Decode rates that are uncertain by more than 10 %: fp32 on board.
    amd-epyc-2c: results/amd-epyc-2c/quick-20250102T120000Z.json, 2025-01-02, edgeproof 0.1.0
    board: results/board/quick-20250103T120000Z.json, 2025-01-03, edgeproof 0.1.0
    intel-xeon-2c: results/intel-xeon-2c/quick-20250101T120000Z.json, 2025-01-01, edgeproof 0.1.0
    ± is half the 95 % interval over rounds (docs/metrics.md); sittings differ by more
      (docs/comparison.md).
    "
  `));
  it('in 60 columns', () =>
    expect(inTerminal(page, 60)).toMatchInlineSnapshot(`
    "
    qwen2.5-0.5b · tuned · onnxruntime · cpu · 2 threads · pp512
      tg5
    by machine · figures of 3 results

    case   metric        unit         amd-epyc-2c    board
    q4     prefill       tok/s                447   failed
                         of ceiling          20 %
           decode        tok/s               84.4
                         of ceiling          60 %
           peak memory   MB                   541
           grade C       rounds            1 of 3
    fp32   prefill       tok/s                       1,000
                         of ceiling
           decode        tok/s                        9.00
                         of ceiling
           peak memory   MB                            500

    case   metric        unit         intel-xeon-2c
    q4     prefill       tok/s                  409
                         of ceiling            13 %
           decode        tok/s                 54.4
                         of ceiling            48 %
           peak memory   MB                     541
           grade C       rounds
    fp32   prefill       tok/s                  200
                         of ceiling            10 %
           decode        tok/s                 20.4
                         of ceiling            50 %
           peak memory   MB                   2,100

    Failed, without a figure: q4 on board.
    Weights are synthetic: speed and memory are those of the
      real graph, the generated text is noise.
    Decode rates that are uncertain by more than 10 %: fp32 on
      board.
    amd-epyc-2c:
      results/amd-epyc-2c/quick-20250102T120000Z.json,
      2025-01-02, edgeproof 0.1.0
    board: results/board/quick-20250103T120000Z.json,
      2025-01-03, edgeproof 0.1.0
    intel-xeon-2c:
      results/intel-xeon-2c/quick-20250101T120000Z.json,
      2025-01-01, edgeproof 0.1.0
    ± is half the 95 % interval over rounds (docs/metrics.md);
      sittings differ by more (docs/comparison.md).
    Left out of the table at 60 columns: ±, at most 69 %.
    "
  `));
  it('as Markdown', () =>
    expect(asMarkdown(page)).toMatchInlineSnapshot(`
    "
    - qwen2.5-0.5b · tuned · onnxruntime · cpu · 2 threads · pp512 tg5
    - by machine · figures of 3 results

    | case | metric | unit | amd-epyc-2c | board | intel-xeon-2c |
    | --- | --- | --- | ---: | ---: | ---: |
    | q4 | prefill | tok/s | 447 ± 0.0 % | failed | 409 ± 0.0 % |
    |  |  | of ceiling | 20 % |  | 13 % |
    |  | decode | tok/s | 84.4 ± 1.5 % |  | 54.4 ± 2.3 % |
    |  |  | of ceiling | 60 % |  | 48 % |
    |  | peak memory | MB | 541 ± 0.0 % |  | 541 ± 0.0 % |
    |  | grade C | rounds | 1 of 3 |  |  |
    | fp32 | prefill | tok/s |  | 1,000 ± 0.0 % | 200 ± 0.0 % |
    |  |  | of ceiling |  |  | 10 % |
    |  | decode | tok/s |  | 9.00 ± 69 % | 20.4 ± 6.1 % |
    |  |  | of ceiling |  |  | 50 % |
    |  | peak memory | MB |  | 500 ± 0.0 % | 2,100 ± 0.0 % |

    - Failed, without a figure: q4 on board.
    - Weights are synthetic: speed and memory are those of the real graph, the generated text is noise.
    - Decode rates that are uncertain by more than 10 %: fp32 on board.
    - amd-epyc-2c: results/amd-epyc-2c/quick-20250102T120000Z.json, 2025-01-02, edgeproof 0.1.0
    - board: results/board/quick-20250103T120000Z.json, 2025-01-03, edgeproof 0.1.0
    - intel-xeon-2c: results/intel-xeon-2c/quick-20250101T120000Z.json, 2025-01-01, edgeproof 0.1.0
    - ± is half the 95 % interval over rounds (docs/metrics.md); sittings differ by more (docs/comparison.md).
    "
  `));
  it('as CSV has one record for each cell', () => {
    const lines = render(page, 'csv', PLAIN).trimEnd().split('\n');
    expect(lines).toHaveLength(1 + 5);
    expect(lines[2]).toContain(',board,0.1.0,,generate/model=qwen2.5-0.5b/layout=tuned/dtype=q4/');
  });
});

describe('a wish', () => {
  const wishes = [
    { metric: 'decodeRate', limit: 10 },
    { metric: 'peakRssBytes', limit: 2e9 },
  ] as const;

  it('is answered by a sentence, and what does not meet it is left out', () => {
    const page = tablePage(tableView(MACHINES, { by: ['machine'], wishes: [...wishes] }));
    expect(inTerminal(page, 100)).toMatchInlineSnapshot(`
      "
      qwen2.5-0.5b · tuned q4 · onnxruntime · cpu · 2 threads · pp512 tg5
      by machine · figures of 3 results

      metric        unit          amd-epyc-2c    board   intel-xeon-2c
      decode        tok/s        84.4 ± 1.5 %   failed    54.4 ± 2.3 %
                    of ceiling           60 %                     48 %
      peak memory   MB            541 ± 0.0 %              541 ± 0.0 %
      prefill       tok/s         447 ± 0.0 %              409 ± 0.0 %
                    of ceiling           20 %                     13 %
      grade C       rounds             1 of 3

      2 of 5 cases decode at least 10 tok/s and need at most 2 GB of memory: the fastest is amd-epyc-2c,
        84.4 ± 1.5 % tok/s.
      Not shown, because the 95 % interval lies on both sides of a limit or there is none: fp32 pp512 tg5
        on board (9.00 ± 69 % tok/s, 500 ± 0.0 % MB).
      Left out: 1 row in which nothing meets it.
      –: does not meet it, or is not shown to.
      Failed, without a figure: board.
      Weights are synthetic: speed and memory are those of the real graph, the generated text is noise.
      amd-epyc-2c: results/amd-epyc-2c/quick-20250102T120000Z.json, 2025-01-02, edgeproof 0.1.0
      board: results/board/quick-20250103T120000Z.json, 2025-01-03, edgeproof 0.1.0
      intel-xeon-2c: results/intel-xeon-2c/quick-20250101T120000Z.json, 2025-01-01, edgeproof 0.1.0
      ± is half the 95 % interval over rounds (docs/metrics.md); sittings differ by more
        (docs/comparison.md).
      "
    `);
  });

  it('that nothing meets leaves an empty table', () => {
    const page = tablePage(tableView(MACHINES, { by: ['machine'], wishes: [{ metric: 'decodeRate', limit: 500 }] }));
    expect(page.rows).toEqual([]);
    expect(page.notes.slice(0, 2)).toEqual([
      'None of 5 cases decodes at least 500 tok/s.',
      'Left out: 2 rows in which nothing meets it.',
    ]);
  });

  it('on one machine has a line for each case', () => {
    const page = tablePage(tableView([MACHINES[0]!], { by: ['machine'], sort: 'peakRssBytes' }));
    expect(inTerminal(page, 80)).toMatchInlineSnapshot(`
      "
      qwen2.5-0.5b · tuned · onnxruntime · cpu · 2 threads · pp512 tg5
      by machine · figures of one result

      case     peak memory       prefill   of ceiling         decode   of ceiling
                        MB         tok/s                       tok/s
      q4       541 ± 0.0 %   409 ± 0.0 %         13 %   54.4 ± 2.3 %         48 %
      fp32   2,100 ± 0.0 %   200 ± 0.0 %         10 %   20.4 ± 6.1 %         50 %

      By peak memory, the smallest is q4, 541 ± 0.0 % MB.
      Weights are synthetic: speed and memory are those of the real graph, the
        generated text is noise.
      intel-xeon-2c: results/intel-xeon-2c/quick-20250101T120000Z.json, 2025-01-01,
        edgeproof 0.1.0
      ± is half the 95 % interval over rounds (docs/metrics.md); sittings differ by
        more (docs/comparison.md).
      "
    `);
  });
});

it('options at their defaults are not named', () => {
  const cases = [fakeCase([10]), fakeCase([20], { options: { spinning: false } })];
  const page = tablePage(tableView([fakeDigest(cases), fakeDigest(cases, { machine: 'b' })], { by: ['machine'] }));
  expect(page.rows.flatMap((row) => row.case ?? [])).toEqual(['', 'spinning off']);
});

it('a later run without figures is named', () => {
  const digests = [fakeDigest([fakeCase([10])]), fakeDigest([fakeCase([])], { day: 2 })];
  expect(tablePage(tableView(digests, { by: ['machine'] })).notes).toContain(
    'qwen2.5-0.5b · tuned q4 · onnxruntime · cpu · 2 threads pp512 tg5: figures are from results/xeon/quick-20250101T120000Z.json; a later run has none (results/xeon/quick-20250102T120000Z.json).',
  );
});

it('columns by prompt length take it out of the names of rows', () => {
  const cases = [128, 512].flatMap((prompt) =>
    [1, 2].map((threads) => fakeCase([10], { threads, workload: { kind: 'generate', prompt, new: 5, depth: 0 } })),
  );
  const page = tablePage(tableView([fakeDigest(cases)], { by: ['prompt'] }));
  expect(page.columns.map(({ title }) => title)).toEqual(['case', 'metric', 'unit', 'prompt 128', 'prompt 512']);
  expect(page.heading[0]).toBe('qwen2.5-0.5b · tuned q4 · onnxruntime · cpu · tg5');
  expect(page.rows.map((row) => row.case).filter((name) => name)).toEqual(['1 thread', '2 threads']);
});

it.each([
  ['machines', ['a 01 10:00:00', 'b 01 10:00:00'], ['a', 'b']],
  ['days', ['a 01 10:00:00', 'a 02 10:00:00'], ['2025-01-01', '2025-01-02']],
  ['times of one day', ['a 01 10:00:00', 'a 01 11:00:00'], ['10:00', '11:00']],
  [
    'machine and day',
    ['a 01 10:00:00', 'a 02 10:00:00', 'b 01 10:00:00'],
    ['a 2025-01-01', 'a 2025-01-02', 'b 2025-01-01'],
  ],
  ['nothing', ['a 01 10:00:00', 'a 01 10:00:00'], ['10:00:00 #1', '10:00:00 #2']],
])('results are told apart by %s', (_, texts, titles) => {
  const results = texts.map((text) => {
    const [machine, day, time] = text.split(' ');
    return { machine: machine!, startedAt: `2025-01-${day}T${time}.000Z` };
  });
  expect(resultTitles(results)).toEqual(titles);
});
