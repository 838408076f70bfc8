// A stored result against itself: the committed ones agree, and each kind of damage is found by its own check.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type OkRound, okRounds, type ResultDocument } from '../../src/contract/result.js';
import { duplicates, faultsOf } from '../../src/stats/verify-result.js';
import { readResult } from '../../src/store/files.js';

const FOLDER = 'results/intel-xeon-2c-24gb';
const NAME = join(FOLDER, 'quick-20261122T132127Z.json');
const stored = () => structuredClone(readResult(NAME));
const firstRound = (document: ResultDocument) => okRounds(document.cases[0]!)[0]!;
const firstPass = (round: OkRound) => {
  const pass = round.iterations.find((iteration) => 'tokenMs' in iteration && iteration.kind === 'timed');
  if (pass === undefined || !('tokenMs' in pass)) throw new Error('no timed pass');
  return pass;
};

describe('a result that is as it was written', () => {
  it.each(readdirSync(FOLDER).map((name) => join(FOLDER, name)))('%s has no fault', (path) => {
    expect(faultsOf(readResult(path), path)).toEqual([]);
  });
});

describe('a result that was changed', () => {
  const changes: [what: string, check: string, change: (document: ResultDocument) => unknown, message: string][] = [
    [
      'a machine of another name',
      'place',
      ({ machine }) => Object.assign(machine, { id: 'other' }),
      'measured on other',
    ],
    [
      'another start',
      'place',
      (document) => Object.assign(document, { startedAt: '2026-11-22T13:00:00.000Z' }),
      'should be quick-2026',
    ],
    ['another key', 'case', ({ cases }) => Object.assign(cases[0]!.key, { threads: 4 }), 'threads=4'],
    ['a failure hidden', 'case', ({ cases }) => Object.assign(cases[0]!, { status: 'failed' }), 'status is failed'],
    [
      'other weights',
      'identity',
      ({ cases }) => {
        for (const file of cases[0]!.checkpoint!.files) file.sha256 = '00'.repeat(32);
      },
      'weights is stored as',
    ],
    ['no identity', 'identity', ({ cases }) => Object.assign(cases[0]!, { identity: null }), 'has no identity'],
    [
      'another version',
      'identity',
      ({ versions }) => Object.assign(versions, { onnxruntime: '9.9.9' }),
      'runtimeVersion is stored as 1.30.0',
    ],
    [
      'a shorter first token',
      'times',
      (document) => {
        const pass = firstPass(firstRound(document));
        pass.tokenMs[0] = pass.tokenMs[0]! / 2;
      },
      'longer than the pass',
    ],
    [
      'a round before the run',
      'times',
      (document) => Object.assign(firstRound(document), { startedAt: '2020-01-01T00:00:00.000Z' }),
      'before the run',
    ],
    [
      'tokens that contradict each other',
      'tokens',
      (document) => {
        const [one, other] = okRounds(document.cases[0]!).map(firstPass);
        other!.seed = one!.seed;
        other!.tokensHash = 'another';
      },
      'led to different tokens',
    ],
    [
      'more memory than there is',
      'memory',
      (document) => Object.assign(firstRound(document).memory, { peakRssBytes: 10 * document.machine.memoryBytes! }),
      'were resident',
    ],
    [
      'rates above the ceiling',
      'ceiling',
      (document) => {
        for (const round of okRounds(document.cases[0]!)) {
          const pass = firstPass(round);
          pass.tokenMs = pass.tokenMs.map((ms) => ms / 10);
          pass.sessionMs = { prefill: 0, decode: 0 };
        }
      },
      'decode at 5',
    ],
  ];
  it.each(changes)('%s is found by the check of its %s', (_, check, change, message) => {
    const document = stored();
    change(document);
    const faults = faultsOf(document, NAME);
    expect(faults.map((fault) => fault.check)).toContain(check);
    expect(faults.map((fault) => fault.message).join('\n')).toContain(message);
  });
});

it('a run that is stored twice is named with the first; the sides of a sitting are two', () => {
  const document = stored();
  const side = { ...document, sitting: 'abc' };
  const found = duplicates([
    { path: 'a.json', document },
    { path: 'b.json', document: { ...document, startedAt: '2026-11-23T00:00:00.000Z' } },
    { path: 'c.json', document },
    { path: 'p-baseline.json', document: side },
    { path: 'p-candidate.json', document: side },
  ]);
  expect([...found]).toEqual([['c.json', 'a.json']]);
});
