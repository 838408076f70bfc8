// The events of a run. The engine prints nothing: a caller that wants to show progress listens
// (report/run-events.ts turns each event into a line).
import type { Limits } from '../contract/limits.js';
import type { CaseResult, ResultDocument, Round } from '../contract/result.js';
import type { UntilPrecise } from '../contract/rounds.js';
import type { PairsView } from '../contract/views/pairs.js';
import type { ExecutionProvider, Phase } from '../contract/vocabulary.js';
import type { Basis } from '../stats/round-time.js';

export type PairSideName = 'baseline' | 'candidate';

export type RunEvent =
  | PrepareEvent
  /** `threads: auto` was resolved. */
  | { type: 'threads-chosen'; threads: number; why: string }
  /** A stored result could not be read and is passed over. */
  | { type: 'result-unreadable'; message: string }
  /** A document was begun or continued; nothing is measured yet. */
  | { type: 'begun'; document: ResultDocument; path: string | null }
  /** Limits were tried; `method` is what holds workers to them. */
  | { type: 'limits-held'; limits: Limits; method: string }
  | { type: 'trying-threads'; done: number; total: number; threads: number }
  | { type: 'measuring-ceilings'; ep: ExecutionProvider; threads: number }
  | { type: 'measuring-idle'; source: string; ms: number }
  /** What will be run and how long that takes. */
  | { type: 'planned'; cases: number; rule: UntilPrecise; ms: number; basis: Basis }
  /** After the first round of each case the time is known better. */
  | { type: 'replanned'; ms: number }
  /** The rounds from here on are in place of some of condition C. */
  | { type: 'repeating' }
  | {
      type: 'round-started';
      result: CaseResult;
      round: number;
      done: number;
      total: number;
      rule: UntilPrecise;
      leftMs: number;
    }
  /** Both sides are ready. */
  | { type: 'pairs-begun'; pairs: number; differences: PairsView['differences'] }
  /** A round of a pair; both sides of a pair run one after the other. */
  | { type: 'pair-round-started'; result: CaseResult; side: PairSideName; pair: number; done: number; total: number }
  /** The round at hand entered a phase; `passes` are over. Comes several times a second where passes are short. */
  | { type: 'round-phase'; phase: Phase; passes: number }
  | { type: 'round-ended'; result: CaseResult; round: Round }
  /** All rounds are done. */
  | { type: 'rounds-ended'; ms: number; plannedMs: number }
  | { type: 'comparing-tokens'; done: number; total: number }
  /** A case could not answer the common prompt; its figures stand. */
  | { type: 'answer-failed'; result: CaseResult; message: string };

/** While checkpoints are found, verified or written. Bytes are of all files, `elapsedMs` since the step began. */
export type PrepareEvent =
  | { type: 'verifying' | 'writing'; name: string; doneBytes: number; totalBytes: number; elapsedMs: number }
  /** A synthetic checkpoint is new on this disk; `fault` says what was wrong with the one before it. */
  | { type: 'written'; name: string; bytes: number; elapsedMs: number; fault: string | null }
  /** Only the text decoder of a larger model is written and measured. */
  | { type: 'decoder-only'; name: string }
  | { type: 'not-pinned'; name: string; revision: string }
  /** It will not fit under a limit that is there to be tried. */
  | { type: 'not-expected-to-fit'; name: string; arithmetic: string };

export type Listener = (event: RunEvent) => void;
