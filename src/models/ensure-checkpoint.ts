// A checkpoint that must be in a directory: verified where it is there and whole, otherwise written. The makers
// (synthesize.ts, tune.ts) say what they want there; this decides whether it has to be written.
import { type Checkpoint, checkpointBytes, faultOf, openCheckpoint, tryOpenCheckpoint } from './checkpoint.js';
import { type CheckpointContents, identityOf, writeCheckpoint } from './write-checkpoint.js';

export interface CheckpointProgress {
  step: 'verify' | 'write';
  doneBytes: number;
  totalBytes: number;
}

export interface Ensured {
  checkpoint: Checkpoint;
  /** Why it was written: `absent`, `stale`, or a sentence about a fault. null: it was there and whole. */
  written: 'absent' | 'stale' | string | null;
}

export interface EnsureOptions {
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: CheckpointProgress) => void) | undefined;
}

interface WantedCheckpoint {
  directory: string;
  /** Why what was found is not the wanted checkpoint; null where it is, and only its files are to be checked. */
  reject(found: Checkpoint): string | null;
  contents(): CheckpointContents;
}

/** Throws disk-full, directory-unwritable, or the reason of the abort signal; then the directory is as it was. */
export async function ensureCheckpoint(wanted: WantedCheckpoint, options: EnsureOptions): Promise<Ensured> {
  const { directory } = wanted;
  const { signal, onProgress } = options;
  const judged = await identityOf(directory);
  const found = tryOpenCheckpoint(directory);
  const reason = found === null ? 'absent' : (wanted.reject(found) ?? (await verify(found, options)));
  if (found !== null && reason === null) return { checkpoint: found, written: null };
  const onWritten = (doneBytes: number, totalBytes: number) => onProgress?.({ step: 'write', doneBytes, totalBytes });
  await writeCheckpoint(wanted.contents(), directory, judged, { signal, onWritten });
  return { checkpoint: openCheckpoint(directory), written: reason };
}

interface VerifyOptions {
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: CheckpointProgress & { step: 'verify' }) => void) | undefined;
}

/** What is wrong with its files, in a sentence; null where they are whole. */
export function verify(found: Checkpoint, { signal, onProgress }: VerifyOptions): Promise<string | null> {
  const totalBytes = checkpointBytes(found.manifest);
  let doneBytes = 0;
  return faultOf(found, (bytes) => {
    doneBytes += bytes;
    onProgress?.({ step: 'verify', doneBytes, totalBytes });
    signal?.throwIfAborted();
  });
}
