// The result document of a run: begun from a suite, or one that goes on.
import { isRegularFile } from '../contract/regular-file.js';
import type { ResultDocument } from '../contract/result.js';
import type { Suite } from '../contract/suite.js';
import { type EdgeproofError, problem } from '../errors.js';
import { measureClock } from '../machine/clock.js';
import { describeMachine } from '../machine/describe.js';
import { automaticThreads } from '../machine/threads.js';
import { wantedCases } from '../stats/enough.js';
import { resultPath } from '../store/files.js';
import { newestResult, type StoredResult } from '../store/listing.js';
import { openResult } from '../store/names.js';
import { DEVICES, emulated } from '../suite/device-profiles.js';
import { extendRounds, type RoundsOverrides } from '../suite/override-rounds.js';
import { planCases } from '../suite/plan.js';
import { beginDocument, requireResumable } from './document.js';
import type { Listener } from './events.js';
import type { EngineOptions } from './options.js';
import { describeTool } from './provenance.js';

/** `R` is null for a run that stores nothing. */
export interface Begun<R extends string | null = string | null> {
  document: ResultDocument;
  /** The file it is stored in; null if it is not. */
  path: R;
}

/** Nothing is written yet. */
export function beginRun(suite: Suite, options: EngineOptions): Begun {
  const { executor, results, sources, tune, onEvent } = options;
  if (tune !== undefined) requireAutomaticThreads(suite);
  const machine = describeMachine(options.machine);
  const auto = automaticThreads(machine);
  if (tune === undefined && suite.threads.includes('auto')) onEvent({ type: 'threads-chosen', ...auto });
  const document = beginDocument(suite, planCases(suite, auto.threads, sources.traitsOf), {
    startedAt: new Date().toISOString(),
    tool: describeTool(),
    machine: { ...machine, clock: measureClock() },
    versions: executor.versions(),
    threads: { auto, searches: [] },
    ...devicesOf(suite),
  });
  return { document, path: results === null ? null : resultPath(results, document) };
}

/** The devices that cases are run as, with the numbers that their profiles have now. */
function devicesOf({ limits = [] }: Suite): Pick<ResultDocument, 'devices'> {
  const names = new Set(limits.flatMap(({ device }) => device ?? []));
  return names.size === 0 ? {} : { devices: [...names].map((name) => emulated(DEVICES.named(name))) };
}

/** A suite that names numbers of threads wants these. */
function requireAutomaticThreads({ threads }: Suite): void {
  if (threads.length === 1 && threads[0] === 'auto') return;
  throw problem('input-invalid', {
    what: `--tune threads chooses the number of threads, but the suite asks for ${threads.join(', ')}`,
    expected: 'threads auto (--threads auto), or no --tune',
  });
}

/**
 * Continues a stored document with its own suite; only the number of rounds may grow. `name` is a path, a name or true for
 * the newest unfinished document.
 */
export function continueRun(
  name: string | true,
  more: RoundsOverrides,
  options: EngineOptions & { results: string },
): Begun<string> {
  const { executor, results, machine, onEvent } = options;
  const { path, document: stored } =
    typeof name === 'string'
      ? openResult(results, name, passedOver(onEvent))
      : newestUnfinished(results, more, onEvent);
  if (!isRegularFile(path)) throw problem('resume-mismatch', { path, reason: 'it lies in git, not in a file' });
  const document = withRounds(stored, more);
  requireResumable(path, document, { machine: describeMachine(machine), versions: executor.versions() });
  return { document, path };
}

function withRounds(document: ResultDocument, more: RoundsOverrides): ResultDocument {
  const { content } = document.suite;
  const rounds = extendRounds(content.rounds, more);
  return { ...document, suite: { ...document.suite, content: { ...content, rounds } } };
}

function passedOver(onEvent: Listener): (error: EdgeproofError) => void {
  return ({ message }) => onEvent({ type: 'result-unreadable', message });
}

function newestUnfinished(directory: string, more: RoundsOverrides, onEvent: Listener): StoredResult {
  const found = newestResult(
    directory,
    (document) => wantedCases(withRounds(document, more)).length > 0,
    passedOver(onEvent),
  );
  if (found !== null) return found;
  throw problem('resume-mismatch', { path: directory, reason: 'every result in it is complete' });
}
