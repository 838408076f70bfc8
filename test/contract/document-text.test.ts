// The text of a document: a golden file, one iteration per line, and the same document when read back.
import { describe, expect, it } from 'vitest';
import { formatDocument, roundMs } from '../../src/contract/document-text.js';
import { resultSchema } from '../../src/contract/result.js';
import { uniform } from '../../src/stats/random.js';
import { documentOf, generateCase, microCase, steadyRound } from '../fixtures/document.js';

const DOCUMENT = documentOf([
  generateCase([
    {
      warmup: [[300, 330.125]],
      tokenMs: [
        [256, 306],
        [250.5, 290],
      ],
    },
    'failed',
  ]),
  microCase([{ sampleMs: [1, 2.5, 3] }], 'tokenize'),
]);

describe('formatDocument', () => {
  it('writes on one line what fits, and breaks the rest', () => {
    const times = Array.from({ length: 12 }, (_, i) => 1000 + 33.333 * i).map(roundMs);
    const small = {
      schemaVersion: 1,
      quoted: ['a "quoted" word', 'ü'],
      empty: { list: [], object: {} },
      missing: undefined,
      unknown: null,
      names: [
        'one name that is rather long indeed',
        'another name that is rather long indeed',
        'a third name of about the same length',
      ],
      times,
      rounds: [
        {
          status: 'ok',
          iterations: [
            { kind: 'warmup', tokenMs: times, sessionMs: { prefill: 1, decode: 0.5 } },
            { kind: 'timed', tokenMs: [1, 2], sessionMs: { prefill: 1, decode: 0.5 } },
          ],
        },
      ],
    };
    expect(formatDocument(small)).toBe(`{
  "schemaVersion": 1,
  "quoted": ["a \\"quoted\\" word", "ü"],
  "empty": { "list": [], "object": {} },
  "unknown": null,
  "names": [
    "one name that is rather long indeed",
    "another name that is rather long indeed",
    "a third name of about the same length"
  ],
  "times": [1000, 1033.333, 1066.666, 1099.999, 1133.332, 1166.665, 1199.998, 1233.331, 1266.664, 1299.997, 1333.33, 1366.663],
  "rounds": [
    {
      "status": "ok",
      "iterations": [
        { "kind": "warmup", "tokenMs": [1000, 1033.333, 1066.666, 1099.999, 1133.332, 1166.665, 1199.998, 1233.331, 1266.664, 1299.997, 1333.33, 1366.663], "sessionMs": { "prefill": 1, "decode": 0.5 } },
        { "kind": "timed", "tokenMs": [1, 2], "sessionMs": { "prefill": 1, "decode": 0.5 } }
      ]
    }
  ]
}
`);
  });

  it('puts every iteration on a line of its own', () => {
    const lines = formatDocument(DOCUMENT).split('\n');
    const iterations = lines.filter((line) => /"(tokenMs|sampleMs)"/.test(line)).map((line) => line.trim());
    expect(iterations).toEqual([
      '{ "kind": "warmup", "seed": 0, "tokenMs": [300, 330.125], "sessionMs": { "prefill": 300, "decode": 30.125 }, "tokensHash": "tokens-of-0" },',
      '{ "kind": "timed", "seed": 1, "tokenMs": [256, 306], "sessionMs": { "prefill": 256, "decode": 50 }, "tokensHash": "tokens-of-1" },',
      '{ "kind": "timed", "seed": 2, "tokenMs": [250.5, 290], "sessionMs": { "prefill": 250.5, "decode": 39.5 }, "tokensHash": "tokens-of-2" }',
      '"iterations": [{ "kind": "timed", "sampleMs": [1, 2.5, 3] }]',
    ]);
  });

  it('never puts two iterations on one line, however short they are', () => {
    const single = { tokenMs: Array.from({ length: 5 }, () => [1]) };
    for (const line of formatDocument(documentOf([generateCase([single])])).split('\n')) {
      expect(line.split('"tokenMs"').length, line).toBeLessThanOrEqual(2);
    }
  });

  it('changes one line when one time changes', () => {
    const [before, after] = [256, 257].map((ms) => formatDocument(documentOf([generateCase([steadyRound(ms, 10)])])));
    const [a, b] = [before!.split('\n'), after!.split('\n')];
    expect(b).toHaveLength(a.length);
    expect(a.filter((line, i) => line !== b[i])).toHaveLength(1);
  });

  it('reads back as the same document, which still passes the schema', () => {
    const text = formatDocument(DOCUMENT);
    expect(JSON.parse(text)).toEqual(DOCUMENT);
    expect(resultSchema.parse(JSON.parse(text))).toEqual(DOCUMENT);
    expect(formatDocument(JSON.parse(text))).toBe(text);
    expect(text.endsWith('}\n')).toBe(true);
  });

  it('is JSON of the same value as JSON.stringify for 300 random values', () => {
    const next = uniform(3);
    for (let i = 0; i < 300; i++) {
      const value = { root: randomValue(next, 4) };
      expect(JSON.parse(formatDocument(value)), JSON.stringify(value)).toEqual(JSON.parse(JSON.stringify(value)));
    }
  });

  it.each(['iterations', 'files', 'other'])('leaves out what is undefined, in %s too', (name) => {
    const value = { [name]: [{ kept: 1, dropped: undefined, inner: { dropped: undefined } }] };
    expect(JSON.parse(formatDocument(value))).toEqual({ [name]: [{ kept: 1, inner: {} }] });
  });
});

describe('roundMs', () => {
  it.each([
    [1.2344999, 1.234],
    [1.2345001, 1.235],
    [0.0004, 0],
    [0, 0],
    [123456.7891, 123456.789],
    [33.333333333, 33.333],
  ])('%d is stored as %d', (ms, expected) => {
    expect(roundMs(ms)).toBe(expected);
    expect(JSON.stringify(roundMs(ms)).replace(/^\d+\.?/, '').length).toBeLessThanOrEqual(3);
  });
});

function randomValue(next: () => number, depth: number): unknown {
  const pick = Math.floor(next() * (depth > 0 ? 8 : 5));
  const several = <T>(make: () => T) => Array.from({ length: Math.floor(next() * 4) }, make);
  if (pick === 0) return null;
  if (pick === 1) return next() < 0.5;
  if (pick === 2) return Math.round(next() * 1e6) / 1000;
  if (pick === 3) return ['', 'plain', '"', '\\', 'line\nbreak', 'ü 😀', ' '][Math.floor(next() * 7)];
  if (pick === 4) return several(() => next());
  if (pick <= 6) return several(() => randomValue(next, depth - 1));
  const names = ['iterations', 'files', 'a', 'b c', '__proto'];
  return Object.fromEntries(several(() => [names[Math.floor(next() * 5)]!, randomValue(next, depth - 1)]));
}
