// How far the download of one file has come: its parts, the bytes of each on disk, and the ETag that they belong to.
// Saved in a small file beside the data, so that a pull that was killed continues where it stopped.
import { lstatSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

/** Large enough for a request's round trip not to matter, small enough for four connections to share a file. */
export const PART_BYTES = 64 << 20;

const length = z.int().nonnegative();
const stateSchema = z
  .strictObject({
    bytes: length,
    etag: z
      .string()
      .max(1024)
      .regex(/^[^\0\r\n]*$/)
      .nullable(),
    parts: z.array(z.strictObject({ start: length, bytes: length, done: length })).max(1 << 16),
  })
  .refine(({ bytes, parts }) => {
    const ends = parts.map((part) => part.start + part.bytes);
    const isJoined = parts.every((part, i) => part.start === (ends[i - 1] ?? 0) && part.done <= part.bytes);
    return isJoined && (ends.at(-1) ?? 0) === bytes;
  });

export type TransferState = z.output<typeof stateSchema>;
export type Part = TransferState['parts'][number];

export function freshState(bytes: number, partBytes: number): TransferState {
  const starts = Array.from({ length: Math.max(1, Math.ceil(bytes / partBytes)) }, (_, i) => i * partBytes);
  const parts = starts.map((start) => ({ start, bytes: Math.min(partBytes, bytes - start), done: 0 }));
  return { bytes, etag: null, parts };
}

export function doneBytes({ parts }: TransferState): number {
  return parts.reduce((sum, part) => sum + part.done, 0);
}

export function isWhole(part: Part): boolean {
  return part.done >= part.bytes;
}

/** The number of bytes from the start of the file to the first gap. */
export function frontier({ bytes, parts }: TransferState): number {
  const gap = parts.find((part) => !isWhole(part));
  return gap === undefined ? bytes : gap.start + gap.done;
}

/** What an earlier pull left, if it belongs to a file of this size; otherwise a fresh state. */
export function loadState(data: string, bytes: number, partBytes: number): TransferState {
  try {
    const state = stateSchema.parse(JSON.parse(readFileSync(statePath(data), 'utf8')));
    if (state.bytes === bytes && lstatSync(data).isFile()) return state;
  } catch {
    // No state, or a damaged one: the download starts again.
  }
  return freshState(bytes, partBytes);
}

export function saveState(data: string, state: TransferState): void {
  const partial = `${statePath(data)}.new`;
  writeFileSync(partial, JSON.stringify(state));
  renameSync(partial, statePath(data));
}

export function removeState(data: string): void {
  rmSync(statePath(data), { force: true });
}

function statePath(data: string): string {
  return `${data}.transfer`;
}
