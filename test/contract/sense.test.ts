// Results whose numbers make no sense are refused, each by the field that is wrong; those that are committed are read.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { validate } from '../../src/contract/json-file.js';
import { type GenerateIteration, type ResultDocument, resultSchema } from '../../src/contract/result.js';
import { readResult } from '../../src/store/files.js';
import { documentOf, generateCase, microCase, steadyRound, sustainedCase } from '../fixtures/document.js';
import { thrownBy } from '../fixtures/thrown.js';

const good = () => documentOf([generateCase([steadyRound(100, 10), steadyRound(101, 10), 'failed'])]);
const iterationOf = (document: ResultDocument) => {
  const [round] = document.cases[0]!.rounds;
  return (round as { iterations: GenerateIteration[] }).iterations[0]!;
};
/** `text`: as JSON, where numbers can be written that no schema sees otherwise. */
const refusal = (spoil: (document: ResultDocument) => unknown, text: (json: string) => string = (json) => json) => {
  const document = good();
  spoil(document);
  const error = thrownBy(() => validate('x.json', JSON.parse(text(JSON.stringify(document))), resultSchema));
  return [error.code, error.message];
};

const FOREIGN: ResultDocument['foreign'] = {
  tool: 'foreign-llama-bench',
  build: { commit: '8cf427ff', number: null },
  gpu: null,
  file: { name: 'bench.json', sha256: 'ab' },
  leftOut: [],
  unknown: {},
};
const AT = 'cases[0].rounds[0].iterations[0]';

describe('a result is refused', () => {
  it.each<[string, (document: ResultDocument) => unknown, string]>([
    [
      'two rounds of one index',
      ({ cases }) => cases[0]!.rounds[1]!.index--,
      'cases[0].rounds[1].index: 0 is that of [0] already',
    ],
    ['a round before the first', ({ cases }) => (cases[0]!.rounds[2]!.index = -1), 'cases[0].rounds[2].index: '],
    ['a case twice', ({ cases }) => cases.push(cases[0]!), 'cases[1].id: generate/model=qwen2.5-0.5b/'],
    ['no case', ({ cases }) => cases.pop(), 'cases: Too small: expected array to have >=1 items'],
    [
      'no iteration',
      (d) => (d.cases[0]!.rounds[0] as { iterations: unknown[] }).iterations.pop(),
      'cases[0].rounds[0].iterations: ',
    ],
    ['no token', (d) => (iterationOf(d).tokenMs = []), `${AT}.tokenMs: `],
    [
      'fewer tokens than asked for',
      (d) => iterationOf(d).tokenMs.pop(),
      `${AT}.tokenMs: expected 5 times, as the workload asks for, received 4`,
    ],
    [
      'more tokens than asked for',
      (d) => iterationOf(d).tokenMs.push(999),
      `${AT}.tokenMs: expected 5 times, as the workload asks for, received 6`,
    ],
    [
      'a token before the one before it',
      (d) => (iterationOf(d).tokenMs[2] = 1),
      `${AT}.tokenMs[2]: expected 110 or more, received 1`,
    ],
    ['a negative time', (d) => (iterationOf(d).tokenMs[0] = -1), `${AT}.tokenMs[0]: `],
    [
      'a negative length',
      (d) => Object.assign(d.cases[0]!.key.workload, { prompt: -5 }),
      'cases[0].key.workload.prompt: ',
    ],
    ['fewer than no threads', (d) => (d.cases[0]!.key.threads = -2), 'cases[0].key.threads: '],
    [
      'samples of another workload',
      (d) =>
        Object.assign((d.cases[0]!.rounds[1] as { iterations: unknown[] }).iterations, [
          { kind: 'timed', sampleMs: [1] },
        ]),
      'cases[0].rounds[1].iterations[0]: expected tokenMs, since the workload is generate',
    ],
    [
      'whole passes that edgeproof does not time',
      (d) =>
        Object.assign((d.cases[0]!.rounds[1] as { iterations: unknown[] }).iterations, [{ kind: 'timed', passMs: 1 }]),
      'cases[0].rounds[1].iterations[0]: expected tokenMs',
    ],
    [
      'no prompt, as only imported cases have none',
      (d) => Object.assign(d.cases[0]!.key.workload, { prompt: 0 }),
      'cases[0].key.workload: expected prompt and new above 0',
    ],
    [
      'a foreign runtime in a document that does not say where it is from',
      (d) => (d.cases[0]!.key.runtime = 'foreign-llama-bench'),
      'cases[0].key.runtime: foreign-llama-bench in a document without "foreign"',
    ],
    [
      'own cases in a document that was imported',
      (d) => (d.foreign = FOREIGN),
      'cases[0].key.runtime: onnxruntime in a document with "foreign"',
    ],
    [
      'the times of tokens in an imported case',
      (d) => {
        d.foreign = FOREIGN;
        Object.assign(d.cases[0]!.key, { runtime: 'foreign-llama-bench' });
        Object.assign(d.cases[0]!.key.workload, { prompt: 0 });
      },
      'cases[0].rounds[0].iterations[0]: expected passMs, since the runtime is foreign-llama-bench',
    ],
  ])('for %s', (_, spoil, words) => {
    expect(refusal(spoil)).toEqual(['file-invalid', expect.stringContaining(words)]);
  });

  it('for a number that is not finite', () => {
    const endless = (json: string) => json.replace('"peakRssBytes":800000000', '"peakRssBytes":1e999');
    expect(refusal(() => {}, endless)).toEqual(['file-invalid', expect.stringContaining('peakRssBytes: ')]);
    const late = (json: string) => json.replace('"tokenMs":[100,110', '"tokenMs":[100,1e999');
    expect(refusal(() => {}, late)).toEqual(['file-invalid', expect.stringContaining(`${AT}.tokenMs[1]: `)]);
  });

  it('with ten faults named and the others counted', () => {
    const [, message] = refusal((d) => (iterationOf(d).tokenMs = Array(15).fill(-1)));
    expect(message!.split('\n').slice(-2)).toEqual([
      `  ${AT}.tokenMs[9]: Too small: expected number to be >=0`,
      '  and 6 more',
    ]);
  });
});

describe('a result is read', () => {
  it('with tokens that arrive together, failed rounds, and passes of every workload', () => {
    const document = good();
    iterationOf(document).tokenMs[1] = 100;
    document.cases.push(
      microCase([{ sampleMs: [1, 2] }], 'tokenize'),
      sustainedCase(
        [
          {
            tokenMs: [
              [10, 20],
              [10, 21],
            ],
            startMs: [0, 30],
          },
        ],
        60,
      ),
    );
    expect(resultSchema.parse(document).cases).toHaveLength(3);
  });

  const committed = fileURLToPath(new URL('../../results/', import.meta.url));
  const names = readdirSync(committed, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));
  it.each(names)('as it was committed: %s', (name) => {
    const { startedAt } = JSON.parse(readFileSync(join(committed, name), 'utf8'));
    expect(readResult(join(committed, name)).startedAt).toBe(startedAt);
  });
});
