// The hash of a file while it is being downloaded: a large one in a thread of its own (hash-thread.ts), so that the
// connection does not wait for it, a small one here.
import { statSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { problem, reasonOf } from '../errors.js';
import { type Digests, fileHash } from './file-hash.js';

export interface RunningHash {
  /** The first `upTo` bytes are on disk. Throws when an earlier part could not be read. */
  advance(upTo: number): void;
  /** Of the whole file, which is on disk. */
  digests(): Promise<Digests>;
  /** No thread and no open file is left behind. */
  end(): Promise<void>;
}

export interface HashJob {
  path: string;
  bytes: number;
  git: boolean;
}

/** Smaller files are hashed before a thread has started. */
const THREAD_BYTES = 16 << 20;
/** A message for less than this would cost more than it saves. */
const STEP_BYTES = 1 << 20;

export function runningHash(job: HashJob): RunningHash {
  return job.bytes < THREAD_BYTES ? hashHere(job) : hashInThread(job);
}

/** Of a file that is already here. */
export async function digestsOf(path: string, git: boolean): Promise<Digests> {
  const hash = runningHash({ path, bytes: statSync(path).size, git });
  return hash.digests().finally(hash.end);
}

function hashHere({ path, bytes, git }: HashJob): RunningHash {
  const hash = fileHash(path, bytes, git);
  return {
    advance: hash.advance,
    async digests() {
      hash.advance(bytes);
      return hash.digests();
    },
    end: async () => hash.close(),
  };
}

function hashInThread(job: HashJob): RunningHash {
  const thread = new Worker(new URL('./hash-thread.js', import.meta.url), { workerData: job });
  let told = 0;
  let failure: Error | null = null;
  const answer = new Promise<Digests>((resolve, reject) => {
    const failed = (cause: unknown) => {
      failure ??= problem('hash-failed', { path: job.path, reason: reasonOf(cause) }, cause);
      reject(failure);
    };
    thread.once('message', resolve).once('error', failed);
    thread.once('exit', (code) => failed(new Error(`its thread ended (${code})`)));
  });
  // Told by advance() and digests().
  answer.catch(() => {});
  const advance = (upTo: number) => {
    if (failure !== null) throw failure;
    if (upTo === told || (upTo < job.bytes && upTo - told < STEP_BYTES)) return;
    told = upTo;
    thread.postMessage(upTo);
  };
  return {
    advance,
    async digests() {
      advance(job.bytes);
      return answer;
    },
    end: async () => void (await thread.terminate()),
  };
}
