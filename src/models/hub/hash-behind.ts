// Hashing behind the download: a second thread reads what has been written and is done moments after the last byte.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

export type HashRequest =
  | { kind: 'open'; id: number; path: string; bytes: number; git: boolean }
  | { kind: 'advance'; id: number; upTo: number }
  | { kind: 'abandon'; id: number };

export interface Digests {
  sha256: string;
  /** git's hash of the content as a blob, where it was asked for. */
  gitOid: string | null;
}

export type HashMessage = { id: number; digests: Digests } | { id: number; failure: string };

export interface FileHash {
  /** The first `upTo` bytes are on disk. */
  advance(upTo: number): void;
  /** Resolves once all bytes are hashed; rejects when the file cannot be read. */
  digests: Promise<Digests>;
  abandon(): void;
}

export interface Hasher {
  open(path: string, bytes: number, git: boolean): FileHash;
  close(): Promise<void>;
}

const ENTRY = new URL('./hash-worker.js', import.meta.url);

/** A message costs more than hashing a few chunks. */
const STEP_BYTES = 4 << 20;

export function createHasher(): Hasher {
  const worker = new Worker(builtEntry());
  worker.unref();
  const waiting = new Map<number, { resolve(digests: Digests): void; reject(error: Error): void }>();
  let opened = 0;
  worker.on('message', (message: HashMessage) => {
    const caller = waiting.get(message.id);
    waiting.delete(message.id);
    if ('digests' in message) caller?.resolve(message.digests);
    else caller?.reject(new Error(`hashing failed: ${message.failure}`));
  });
  worker.on('error', (error) => {
    for (const caller of waiting.values()) caller.reject(error as Error);
    waiting.clear();
  });
  const post = (request: HashRequest) => worker.postMessage(request);
  return {
    open(path, bytes, git) {
      opened++;
      const id = opened;
      let told = -1;
      const digests = new Promise<Digests>((resolve, reject) => waiting.set(id, { resolve, reject }));
      digests.catch(() => {});
      post({ kind: 'open', id, path, bytes, git });
      return {
        digests,
        advance(upTo) {
          if (upTo === told || (upTo < bytes && upTo - told < STEP_BYTES)) return;
          told = upTo;
          worker.ref();
          digests.finally(() => waiting.size === 0 && worker.unref()).catch(() => {});
          post({ kind: 'advance', id, upTo });
        },
        abandon() {
          waiting.delete(id);
          post({ kind: 'abandon', id });
        },
      };
    },
    close: async () => {
      await worker.terminate();
    },
  };
}

/** Beside this file once built; a thread cannot run the TypeScript that tests run. */
function builtEntry(): URL {
  const path = fileURLToPath(ENTRY);
  return existsSync(path) ? ENTRY : new URL('../../../dist/models/hub/hash-worker.js', import.meta.url);
}
