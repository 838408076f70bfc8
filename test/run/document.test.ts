// The identity of a case: what was asked for decides it, not what a kernel gave unasked, nor what was only seen.
import { expect, it } from 'vitest';
import type { Round } from '../../src/contract/result.js';
import { recordRound } from '../../src/run/document.js';
import { documentOf, generateCase, roundOf, steadyRound } from '../fixtures/document.js';

/** The options of the identity, as the committed results have them. */
function identityOf(options: Record<string, string | number | boolean | null>): string {
  const result = generateCase([]);
  const document = documentOf([result]);
  const manifest = { weights: 'synthetic', seed: 1, parameters: 1, files: [] };
  const round = { ...roundOf(steadyRound(100, 10, 4), 0), options } as Round;
  recordRound(document, result, round, { checkpoint: { manifest }, facts: {} } as never);
  return result.identity!.options;
}

const PLAIN = { intraOpThreads: 2, interOpThreads: 1, kv: 'shared', graphOptimization: 'all', hugePages: false };
const SAME = 'intraOpThreads=2 interOpThreads=1 kv=shared graphOptimization=all';

it('is that of results from before more was seen', () => {
  expect(identityOf(PLAIN)).toBe(SAME);
  expect(identityOf({ ...PLAIN, hugePagesShare: 0.003, threadsMethod: 'of the kernel' })).toBe(SAME);
  expect(identityOf({ ...PLAIN, hugePagesShare: null, threadsMethod: 'not counted' })).toBe(SAME);
});

it('names huge pages that were asked for, and threads as they were made', () => {
  expect(identityOf({ ...PLAIN, hugePages: true, hugePagesShare: 0.9 })).toBe(`${SAME} hugePages=true`);
  expect(identityOf({ ...PLAIN, intraOpThreads: 4 })).toBe(SAME.replace('Threads=2', 'Threads=4'));
});
