// What can go wrong when a checkpoint is written to a disk, as errors of the catalogue.
import { statfs } from 'node:fs/promises';
import { type EdgeproofError, problem, reasonOf } from '../errors.js';

/** Throws disk-full where `bytes` do not fit on the disk of `directory`. */
export async function requireSpace(directory: string, bytes: number): Promise<void> {
  const disk = await statfs(directory);
  if (disk.bavail * disk.bsize < bytes) throw await outOfSpace(directory, bytes);
}

/** A system error from writing `bytes` below `directory`, as disk-full or directory-unwritable; any other as it is. */
export async function writeFailure(error: unknown, directory: string, bytes: number): Promise<unknown> {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC' || code === 'EDQUOT') return outOfSpace(directory, bytes, error);
  if (code !== 'EACCES' && code !== 'EROFS' && code !== 'EPERM') return error;
  const reason = reasonOf(error);
  return problem(
    'directory-unwritable',
    { path: directory, purpose: 'checkpoints', reason, option: 'EDGEPROOF_CACHE' },
    error,
  );
}

async function outOfSpace(directory: string, bytes: number, cause?: unknown): Promise<EdgeproofError> {
  const disk = await statfs(directory);
  const megabytes = (value: number) => `${Math.ceil(value / 1e6)} MB`;
  return problem(
    'disk-full',
    { path: directory, needed: megabytes(bytes), free: megabytes(disk.bavail * disk.bsize) },
    cause,
  );
}
