// The bytes of one file: parts by byte range over a few connections, each written where it belongs. Whatever breaks is
// asked for again from where it stood; what no longer belongs to the same content is an error, never mixed.
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { RestartError, TransientError } from './failures.js';
import { finalError, type Http, type HttpAnswer, networkReason, shown } from './http.js';
import type { RemoteFile } from './listing.js';
import { withRetries } from './retry.js';
import { doneBytes, freshState, isWhole, type Part, saveState, type TransferState } from './transfer-state.js';

export interface Wanted {
  repo: string;
  commit: string;
  file: RemoteFile;
  /** Where the bytes go. */
  path: string;
}

export interface TransferOptions {
  connections: number;
  /** Bytes without a gap from the start, after every write. */
  onFrontier(bytes: number): void;
  /** Bytes just received. */
  onBytes(bytes: number): void;
}

const SAVE_EVERY_MS = 1000;
/** Bodies from here on are worth a connection of their own. */
const BULK_BYTES = 16_000;

export async function transfer(
  http: Http,
  wanted: Wanted,
  state: TransferState,
  options: TransferOptions,
): Promise<void> {
  const fd = openSync(wanted.path, doneBytes(state) === 0 ? 'w' : 'r+');
  const stop = new AbortController();
  const signal = http.signal === undefined ? stop.signal : AbortSignal.any([http.signal, stop.signal]);
  const pending = state.parts.filter((part) => !isWhole(part));
  const source: Source = { http, wanted, state, fd, signal, options, savedAt: performance.now(), cdn: null, gap: 0 };
  const lane = async () => {
    for (let part = pending.shift(); part !== undefined; part = pending.shift()) await receivePart(source, part);
  };
  try {
    const lanes = Array.from({ length: Math.min(options.connections, pending.length) }, () =>
      lane().catch((error) => {
        stop.abort(error);
        throw error;
      }),
    );
    const settled = await Promise.allSettled(lanes);
    http.signal?.throwIfAborted();
    if (stop.signal.aborted) throw stop.signal.reason;
    const failed = settled.find((lane) => lane.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    ftruncateSync(fd, state.bytes);
  } finally {
    closeSync(fd);
    saveState(wanted.path, state);
  }
}

interface Source {
  http: Http;
  wanted: Wanted;
  state: TransferState;
  fd: number;
  signal: AbortSignal;
  options: TransferOptions;
  savedAt: number;
  /** Index of the first part that is not whole. */
  gap: number;
  /** Where the hub sent us last: further ranges go there without asking it again. */
  cdn: URL | null;
}

async function receivePart(source: Source, part: Part): Promise<void> {
  const { http, signal } = source;
  const before = { done: part.done };
  const first = resolveUrl(source);
  try {
    await withRetries(
      http.retries,
      signal,
      () => receive(source, part),
      () => {
        const moved = part.done > before.done;
        before.done = part.done;
        source.cdn = null;
        return moved;
      },
    );
  } catch (error) {
    throw finalError(error, first);
  }
}

async function receive(source: Source, part: Part): Promise<void> {
  const { http, wanted, state, signal } = source;
  const start = part.start + part.done;
  const end = part.start + part.bytes - 1;
  const whole = start === 0 && part.bytes === state.bytes;
  const headers: Record<string, string> = whole ? {} : { range: `bytes=${start}-${end}` };
  if (!whole && state.etag !== null && !state.etag.startsWith('W/')) headers['if-range'] = state.etag;
  const bulk = part.bytes - part.done >= BULK_BYTES;
  const answer = await http.get(source.cdn ?? resolveUrl(source), wanted.repo, { headers, signal, bulk });
  try {
    requireSameContent(source, answer, { start, end, whole });
    if (answer.url.origin !== new URL(http.settings.endpoint).origin) source.cdn = answer.url;
    await answer.read((piece) => {
      if (part.done + piece.length > part.bytes) throw new RestartError('the server sent more than it announced');
      write(source, part, piece);
    });
  } catch (error) {
    answer.discard();
    signal.throwIfAborted();
    if (error instanceof RestartError || error instanceof TransientError || isDiskError(error)) throw error;
    throw new TransientError(networkReason(answer.url, error, http.settings), null, error);
  }
  if (part.done < part.bytes) throw new TransientError(`${answer.url.host} closed the connection too early`);
}

function write(source: Source, part: Part, chunk: Uint8Array): void {
  const { state, fd, options, wanted } = source;
  for (let at = 0; at < chunk.length; ) {
    const written = writeSync(fd, chunk, at, chunk.length - at, part.start + part.done);
    at += written;
    part.done += written;
  }
  options.onBytes(chunk.length);
  while (source.gap < state.parts.length - 1 && isWhole(state.parts[source.gap]!)) source.gap++;
  const { start, done } = state.parts[source.gap]!;
  options.onFrontier(start + done);
  if (performance.now() - source.savedAt < SAVE_EVERY_MS) return;
  source.savedAt = performance.now();
  saveState(wanted.path, state);
}

/** Throws RestartError unless this answer continues the bytes that are on disk. */
function requireSameContent(
  { wanted: { file, commit }, state }: Source,
  { status, headers, hubHeaders, url }: HttpAnswer,
  asked: { start: number; end: number; whole: boolean },
): void {
  const linked = bare(hubHeaders['x-linked-etag']);
  const expected = file.sha256 ?? file.gitOid;
  if (linked !== null && /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(linked) && linked !== expected) {
    throw new RestartError(`the hub now has other content (${linked.slice(0, 12)}…)`);
  }
  const served = hubHeaders['x-repo-commit'];
  if (served !== undefined && served !== commit) throw new RestartError(`the hub answered for commit ${served}`);
  const etag = headers.etag ?? null;
  if (state.etag !== null && etag !== null && etag !== state.etag) throw new RestartError('the file changed');
  if (asked.whole ? status !== 200 : status !== 206) {
    throw new RestartError(`${shown(url)} ignores byte ranges (status ${status})`, status === 200);
  }
  if (asked.whole) {
    const length = headers['content-length'];
    if (length !== undefined && Number(length) !== state.bytes) {
      throw new RestartError(`it has ${length} bytes there, not ${state.bytes}`);
    }
  } else if (headers['content-range'] !== `bytes ${asked.start}-${asked.end}/${state.bytes}`) {
    throw new RestartError(`the server answered with another range (${headers['content-range']})`);
  }
  state.etag = etag;
}

function bare(etag: string | undefined): string | null {
  return etag === undefined ? null : etag.replace(/^W\//, '').replaceAll('"', '');
}

function resolveUrl({ http, wanted }: Source): URL {
  return new URL(`${http.settings.endpoint}/${wanted.repo}/resolve/${wanted.commit}/${wanted.file.path}`);
}

export function isDiskError(error: unknown): boolean {
  return /^(ENOSPC|EDQUOT|EFBIG|EIO|EROFS)$/.test((error as NodeJS.ErrnoException).code ?? '');
}

/** One stream from the first byte to the last, for a server without ranges. */
export function wholeState(bytes: number): TransferState {
  return freshState(bytes, Math.max(1, bytes));
}
