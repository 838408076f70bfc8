// The result document of a run: begun from a suite, or one that goes on.

import { say } from '../commands/terminal.js';
import type { ResultDocument } from '../contract/result.js';
import { findResult, newestResult, readResult, resultPath } from '../contract/result-store.js';
import { extendRounds, type RoundsOverrides } from '../contract/rounds.js';
import type { Suite } from '../contract/suite.js';
import { problem } from '../errors.js';
import { measureClock } from '../machine/clock.js';
import { describeMachine } from '../machine/describe.js';
import { automaticThreads } from '../machine/threads.js';
import { wantedCases } from '../stats/enough.js';
import { planLimitedCases } from '../suite/limited-plan.js';
import { loadSuite, overrideSuite, type SuiteOverrides } from '../suite/load.js';
import { runtimeVersions } from '../worker/installed.js';
import { beginDocument, requireResumable } from './document.js';
import { traitsOf } from './prepare.js';
import { describeTool } from './provenance.js';
import { requireAutomaticThreads } from './tune-threads.js';

export interface OpenOptions {
  results: string;
  machine?: string;
  /** true: the newest unfinished result; a string names one. */
  resume?: string | true;
  /** What is searched for before the rounds. */
  tune?: 'threads';
}

export interface Opened {
  document: ResultDocument;
  path: string;
}

export function openDocument(suiteName: string, overrides: SuiteOverrides, options: OpenOptions): Opened {
  if (options.resume !== undefined) return resume(overrides, options);
  const suite = overrideSuite(loadSuite(suiteName), overrides);
  if (options.tune !== undefined) requireAutomaticThreads(suite);
  return beginRun(suite, options);
}

/** Nothing is written yet. */
export function beginRun(suite: Suite, options: OpenOptions): Opened {
  const machine = describeMachine(options.machine);
  const auto = automaticThreads(machine);
  if (options.tune === undefined && suite.threads.includes('auto')) say(`threads=auto is ${auto.threads}: ${auto.why}`);
  const cases = planLimitedCases(suite, auto.threads, traitsOf);
  const about = {
    startedAt: new Date().toISOString(),
    tool: describeTool(),
    machine: { ...machine, clock: measureClock() },
    versions: runtimeVersions(),
    threads: { auto, searches: [] },
  };
  const document = beginDocument(suite, cases, about);
  return { document, path: resultPath(options.results, document) };
}

/** Continues a document with its own suite; only how many rounds it gets may change, to add some. */
function resume(overrides: SuiteOverrides, options: OpenOptions): Opened {
  const { rounds, target, budget, ...others } = { ...overrides, tune: options.tune };
  const changed = Object.entries(others).find(([, value]) => value !== undefined);
  if (changed !== undefined) {
    throw problem('input-invalid', {
      what: `--resume continues a suite as it was; --${changed[0]} would change it`,
      expected: 'only --rounds, --target or --budget',
    });
  }
  const more = { rounds, target, budget };
  const path =
    typeof options.resume === 'string'
      ? findResult(options.results, options.resume)
      : newestUnfinished(options.results, more);
  const document = withRounds(readResult(path), more);
  requireResumable(path, document, { machine: describeMachine(options.machine), versions: runtimeVersions() });
  return { document, path };
}

function withRounds(document: ResultDocument, more: RoundsOverrides): ResultDocument {
  const { content } = document.suite;
  const rounds = extendRounds(content.rounds, more);
  return { ...document, suite: { ...document.suite, content: { ...content, rounds } } };
}

function newestUnfinished(directory: string, more: RoundsOverrides): string {
  const found = newestResult(
    directory,
    (document) => wantedCases(withRounds(document, more)).length > 0,
    (error) => say(`passed over: ${error.message}`),
  );
  if (found !== null) return found.path;
  throw problem('resume-mismatch', { path: directory, reason: 'every result in it is complete' });
}
