// The limits of a case around the worker of one round: the command that starts it inside them, whether they hold, what they
// did, and failures that they explain. Without limits it does nothing.

import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sizeWord } from '../contract/limit-text.js';
import type { HeldLimits, Limits } from '../contract/limits.js';
import type { Phase } from '../contract/vocabulary.js';
import { type EdgeproofError, type Failure, failureOf, problem } from '../errors.js';
import { listEntries } from '../machine/kernel-text.js';
import { type Confinement, confine } from '../machine/limits/confine.js';
import { askEviction } from './ask.js';
import type { RoundOptions } from './executor.js';
import type { Job } from './protocol.js';
import type { Command } from './worker-process.js';

export interface ConfinedWorker {
  command: Command;
  enter(phase: Phase): void;
  /** Calls `end` if the worker is not held to its limits. */
  requireHeld(pid: number, end: (problem: EdgeproofError) => void): void;
  /** Turns a failure into out-of-memory where the limit caused it. */
  explain(failure: Failure): Failure;
  held(): { limits?: HeldLimits };
  release(): Promise<void>;
}

const SWAP_SAMPLE_MS = 200;

/** Resolves for failures too; rejects only when aborted. */
export async function confineWorker(
  job: Job,
  command: Command,
  options: RoundOptions,
): Promise<ConfinedWorker | { failure: Failure }> {
  const { limits } = job.key;
  if (limits === undefined) return unlimited(command);
  let confinement: Confinement | undefined;
  try {
    confinement = confine(limits);
    const uncountedFileBytes = confinement.countsFiles ? await evictFolderOf(job.graph, options) : null;
    return confinedBy(confinement, limits, uncountedFileBytes, command);
  } catch (error) {
    await confinement?.release();
    options.signal?.throwIfAborted();
    return { failure: failureOf(error) };
  }
}

/**
 * Evicts the files of the graph's folder from the page cache, because a page is charged to the group that reads it first: a
 * checkpoint that was just verified would cost the worker nothing. Returns the bytes that stay; null where that is unknown.
 */
async function evictFolderOf(graph: string, options: RoundOptions): Promise<number | null> {
  const paths = listEntries(dirname(graph), '.', /./).map((name) => join(dirname(graph), name));
  const files = paths.filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
  const { residentBytes } = await askEviction(files, { ...options, entry: options.answerEntry });
  return residentBytes;
}

function unlimited(command: Command): ConfinedWorker {
  return {
    command,
    enter() {},
    requireHeld() {},
    explain: (failure) => failure,
    held: () => ({}),
    async release() {},
  };
}

function confinedBy(
  confinement: Confinement,
  limits: Limits,
  uncountedFileBytes: number | null,
  command: Command,
): ConfinedWorker {
  const sampler =
    (limits.swapBytes ?? 0) > 0 ? setInterval(() => confinement.sampleSwap(), SWAP_SAMPLE_MS).unref() : undefined;
  let phase: Phase = 'start';
  // The last reading, taken before the group is removed.
  let held: HeldLimits | null = null;
  const read = (): HeldLimits => held ?? { ...confinement.held(), uncountedFileBytes };
  return {
    command: confinement.wrap(command),
    enter(next) {
      phase = next;
    },
    requireHeld(pid, end) {
      const escaped = confinement.escapeOf(pid);
      if (escaped !== null) end(escaped);
    },
    explain(failure) {
      const cause = outOfMemory(limits, read(), phase, failure);
      return cause === null ? failure : failureOf(cause);
    },
    held: () => ({ limits: read() }),
    async release() {
      clearInterval(sampler);
      held = read();
      await confinement.release();
    },
  };
}

/** The messages of Node, C++ and ONNX Runtime for a refused allocation. While it starts, Node aborts without a message. */
const REFUSED =
  /out of memory|bad_alloc|bad allocation|Failed to allocate|Cannot allocate memory|allocation failed|ENOMEM|\(SIGABRT, signal 6\)$/i;

/** A control group kills the worker; under prlimit its allocations fail. */
function outOfMemory(
  { memoryBytes }: Limits,
  { method, effects }: HeldLimits,
  phase: Phase,
  failure: Failure,
): EdgeproofError | null {
  if (memoryBytes === undefined || failure.code === 'worker-timeout') return null;
  const where = `in phase ${phase}, under its limit of ${sizeWord(memoryBytes)} (${method})`;
  if ((effects.oomKills ?? 0) > 0) {
    const swap = (effects.swapPeakBytes ?? 0) > 0 ? ` and ${megabytes(effects.swapPeakBytes!)} of swap` : '';
    const peak = effects.peakBytes === null ? '' : `; it held ${megabytes(effects.peakBytes)}${swap} at most`;
    return problem('out-of-memory', { reason: `the kernel killed the worker ${where}${peak}` });
  }
  if (!method.includes('prlimit') || !REFUSED.test(failure.message)) return null;
  const [words] = failure.message.split('\n');
  return problem('out-of-memory', { reason: `the worker was refused more ${where}: ${words}` });
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
