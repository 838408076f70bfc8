// Whether the sides of paired rounds computed the same: the tokens of their rounds, and what both answered to one prompt. Pure.
import type { PairedTokens } from '../contract/views/pairs.js';
import { type Documents, differencesOf } from './case-differences.js';
import { hasOtherFiles, sameInRounds } from './compare.js';
import { answersIn, workOf } from './parity.js';
import { isSameWork, parityAcross } from './parity-across.js';

/** Case i of the baseline belongs to case i of the candidate. Only cases that generate tokens on both sides. */
export function pairedTokens(documents: Documents): PairedTokens[] {
  const answers = { before: answersIn(documents.baseline.cases), after: answersIn(documents.candidate.cases) };
  return documents.candidate.cases.flatMap((after, at) => {
    const both = { before: documents.baseline.cases[at]!, after };
    const inRounds = sameInRounds(both, 'tokensHash');
    const differences = differencesOf(documents, both);
    const pair = {
      ...both,
      answers: { before: answers.before.of(both.before), after: answers.after.of(after) },
      otherFiles: hasOtherFiles(differences),
      isOneIdentity: differences.length === 0,
    };
    const parity = parityAcross(pair);
    if (inRounds === null && parity === null) return [];
    const work = workOf(pair.answers.after);
    const isSame = isSameWork(pair, { sameTokens: inRounds, parity, work });
    return [{ id: after.id, key: after.key, inRounds, parity, work, otherFiles: pair.otherFiles, isSame }];
  });
}
