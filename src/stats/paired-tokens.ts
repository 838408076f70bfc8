// Whether the sides of paired rounds computed the same: the tokens of their rounds, and what both answered to one prompt. Pure.
import type { PairedTokens } from '../contract/views/pairs.js';
import { type Documents, differencesOf } from './case-differences.js';
import { hasOtherFiles } from './compare.js';
import { otherTokens, sameInRounds } from './other-tokens.js';
import { answersIn, workOf } from './parity.js';
import { isSameWork, parityAcross } from './parity-across.js';

/** Case i of the baseline belongs to case i of the candidate. Only cases that generate tokens on both sides. */
export function pairedTokens(documents: Documents): PairedTokens[] {
  const answers = { before: answersIn(documents.baseline.cases), after: answersIn(documents.candidate.cases) };
  return documents.candidate.cases.flatMap((after, at) => {
    const both = { before: documents.baseline.cases[at]!, after };
    const inRounds = sameInRounds(both, 'tokensHash');
    const pair = {
      ...both,
      answers: { before: answers.before.of(both.before), after: answers.after.of(after) },
      otherFiles: hasOtherFiles(differencesOf(documents, both)),
    };
    const parity = parityAcross(pair);
    if (inRounds === null && parity === null) return [];
    const work = workOf(after, pair.answers.after);
    const isSame = isSameWork(pair, { otherTokens: otherTokens(both, parity), parity, work });
    return [{ id: after.id, key: after.key, inRounds, parity, work, otherFiles: pair.otherFiles, isSame }];
  });
}
