// The table of memory by phase, as golden text, and the moment of the peak in words.
import { describe, expect, it } from 'vitest';
import type { CaseKey } from '../../src/contract/case-key.js';
import type { CaseResult, OkRound } from '../../src/contract/result.js';
import { PHASES } from '../../src/contract/vocabulary.js';
import { memoryPage, momentInWords, peakNotes } from '../../src/report/memory-page.js';
import { memoryView } from '../../src/stats/memory-anatomy.js';
import { showView } from '../../src/stats/show.js';
import { documentOf, generateCase, steadyRound } from '../fixtures/document.js';
import { asMarkdown, inTerminal } from '../fixtures/printed.js';

const MB = 1e6;
const phase = (peak: number, file: number, end: number | null) => ({
  peakRssBytes: Math.round(peak * MB),
  peakAnonymousBytes: Math.round((peak - file) * MB),
  peakFileBytes: file * MB,
  peakSwapBytes: 0,
  end:
    end === null
      ? null
      : {
          rssBytes: Math.round(end * MB),
          pssBytes: Math.round((end - 20) * MB),
          anonymousBytes: Math.round((end - file) * MB),
          swapBytes: 0,
        },
});

function packing(key: Partial<CaseKey> = {}) {
  const result = generateCase([steadyRound(100, 10, 128)], { key });
  result.checkpoint!.graph.kv = { bytesPerToken: 24_576, shareable: true };
  (result.rounds[0] as OkRound).memory.phases = {
    start: phase(64.6, 44, 64.3),
    load: phase(583, 75, 312),
    firstRun: phase(330, 75, 328),
    decode: phase(329, 75, null),
  };
  return result;
}

describe('memory by phase: what is not known is left out, and the cache is predicted', () => {
  const page = memoryPage(memoryView(documentOf([packing()]), 'results/x.json'));

  it('in 140 columns', () =>
    expect(inTerminal(page, 140)).toMatchInlineSnapshot(`
    "
    quick · qwen2.5-0.5b · tuned q4 · onnxruntime · cpu · 2 threads · memory by phase · results/x.json
    read as test

    case          phase            peak   anonymous   file-backed   swapped   at its end   PSS then
                                     MB          MB            MB        MB           MB         MB
    pp512 tg128   before loading   64.6        20.6          44.0         0         64.3       44.3
                  load              583         508          75.0         0          312        292
                  first run         330         255          75.0         0          328        308
                  decode            329         254          75.0         0

    pp512 tg128: the peak of 583 MB came while loading (weights are packed; 312 MB were left of it).
      KV cache of 640 tokens: 16 MB predicted; from the loaded model to the end of the first run anonymous memory grew by 16 MB
    "
  `));

  it('in 80 columns', () =>
    expect(inTerminal(page, 80)).toMatchInlineSnapshot(`
    "
    quick · qwen2.5-0.5b · tuned q4 · onnxruntime · cpu · 2 threads · memory by
      phase · results/x.json
    read as test

    case          phase            peak   anonymous   file-backed   swapped
                                     MB          MB            MB        MB
    pp512 tg128   before loading   64.6        20.6          44.0         0
                  load              583         508          75.0         0
                  first run         330         255          75.0         0
                  decode            329         254          75.0         0

    case          phase            at its end   PSS then
                                           MB         MB
    pp512 tg128   before loading         64.3       44.3
                  load                    312        292
                  first run               328        308
                  decode

    pp512 tg128: the peak of 583 MB came while loading (weights are packed; 312 MB
      were left of it).
      KV cache of 640 tokens: 16 MB predicted; from the loaded model to the end of
      the first run anonymous memory grew by 16 MB
    "
  `));

  it('as Markdown', () =>
    expect(asMarkdown(page)).toMatchInlineSnapshot(`
      "
      - quick · qwen2.5-0.5b · tuned q4 · onnxruntime · cpu · 2 threads · memory by phase · results/x.json
      - read as test

      | case | phase | peak (MB) | anonymous (MB) | file-backed (MB) | swapped (MB) | at its end (MB) | PSS then (MB) |
      | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |
      | pp512 tg128 | before loading | 64.6 | 20.6 | 44.0 | 0 | 64.3 | 44.3 |
      |  | load | 583 | 508 | 75.0 | 0 | 312 | 292 |
      |  | first run | 330 | 255 | 75.0 | 0 | 328 | 308 |
      |  | decode | 329 | 254 | 75.0 | 0 |  |  |

      - pp512 tg128: the peak of 583 MB came while loading (weights are packed; 312 MB were left of it).
          KV cache of 640 tokens: 16 MB predicted; from the loaded model to the end of the first run anonymous memory grew by 16 MB
      "
    `));
});

describe('the moment of the peak', () => {
  const notesOf = (cases: CaseResult[]) => peakNotes(showView(documentOf(cases), null).cases);

  it.each(PHASES)('has words for the phase %s', (name) => {
    expect(momentInWords({ phase: name, bytes: 10, leftBytes: null })).toMatch(/^(before|while|in the|during) \w+/);
  });

  it('says that weights are packed only where much of the peak is gone afterwards', () => {
    expect(momentInWords({ phase: 'load', bytes: 100 * MB, leftBytes: 95 * MB })).toBe('while loading');
    expect(momentInWords({ phase: 'load', bytes: 100 * MB, leftBytes: 50 * MB })).toContain(
      'weights are packed; 50 MB',
    );
  });

  it('is told once for all cases, or counted', () => {
    const decode = generateCase([steadyRound(100, 10)]);
    (decode.rounds[0] as OkRound).memory.phases = { load: phase(40, 1, 30), decode: phase(90, 1, null) };
    expect(notesOf([packing(), packing({ threads: 1 })])).toEqual([
      'Memory peaks while loading; phase by phase: edgeproof show --memory.',
    ]);
    expect(notesOf([packing(), decode])).toEqual([
      'Memory peaks while loading (1 of 2 cases), during decode (1 of 2 cases); phase by phase: edgeproof show --memory.',
    ]);
    expect(notesOf([generateCase([steadyRound(100, 10)])])).toEqual([]);
  });
});

it('says where no round succeeded', () => {
  const page = memoryPage(memoryView(documentOf([generateCase(['failed'])]), 'x.json'));
  expect(page.notes).toEqual(['No round succeeded.']);
});

it('takes a phase by its name, whatever else objects have under it', () => {
  const odd = generateCase([steadyRound(100, 10), steadyRound(100, 10)]);
  for (const round of odd.rounds as OkRound[]) round.memory.phases = { constructor: phase(90, 1, null) };
  const page = memoryPage(memoryView(documentOf([odd]), 'x.json'));
  expect(page.rows).toMatchObject([{ phase: 'constructor', peakRssBytes: '90.0' }]);
  expect(page.notes[0]).toContain('came in the phase constructor');
});
