// A slowdown put into the token stream on purpose, so that a study can ask whether a comparison finds it
// (benchmarks/study.mjs). It is stored with the round's options: no such result passes for a clean one.
import { problem } from '../errors.js';

const VARIABLE = 'EDGEPROOF_STUDY_SLOWDOWN';

/** 1.05: every token arrives 5 % later. null outside a study. */
export function studySlowdown(environment: NodeJS.ProcessEnv = process.env): number | null {
  const text = environment[VARIABLE];
  if (text === undefined || text === '') return null;
  const factor = Number(text);
  if (factor >= 1 && factor <= 10) return factor;
  throw problem('input-invalid', { what: `${VARIABLE}=${text} is not a slowdown`, expected: 'a number from 1 to 10' });
}
