// The bytes of one file: parts by byte range over a few connections, each written where it belongs. Whatever breaks is
// asked for again from where it stood; what no longer belongs to the same content is an error, never mixed.
import { closeSync, ftruncateSync, openSync, rmSync } from 'node:fs';
import { EdgeproofError } from '../errors.js';
import { RestartError, TransientError } from './failures.js';
import { finalError, type Http, type HttpAnswer, networkReason, shown } from './http.js';
import type { RemoteFile } from './listing.js';
import { createRoom, partSink } from './part-sink.js';
import { withRetries } from './retry.js';
import type { RunningHash } from './running-hash.js';
import { doneBytes, freshState, isWhole, type Part, saveState, type TransferState } from './transfer-state.js';

export interface Wanted {
  repo: string;
  commit: string;
  file: RemoteFile;
  /** Where the bytes go. */
  path: string;
}

export interface TransferOptions {
  /** At most; one while it is fast. */
  connections: number;
  hash: RunningHash;
  /** Bytes just received. */
  onBytes(bytes: number): void;
}

const SAVE_EVERY_MS = 1000;
/** A connection that brings less than this in this time is slow. */
const SLOW_BYTES = 100e6;
const SLOW_MS = 500;
/** Bodies from here on are worth a connection of their own. */
const BULK_BYTES = 16_000;

export async function transfer(
  http: Http,
  wanted: Wanted,
  state: TransferState,
  options: TransferOptions,
): Promise<void> {
  const isFresh = doneBytes(state) === 0;
  // Never through a link that somebody left there.
  if (isFresh) rmSync(wanted.path, { force: true });
  const output = openSync(wanted.path, isFresh ? 'wx' : 'r+');
  const stop = new AbortController();
  const signal = http.signal === undefined ? stop.signal : AbortSignal.any([http.signal, stop.signal]);
  const pending = state.parts.filter((part) => !isWhole(part));
  const source: Source = {
    http,
    wanted,
    state,
    output,
    signal,
    options,
    savedAt: performance.now(),
    cdn: null,
    gap: 0,
  };
  const lane = async () => {
    const room = createRoom(state.bytes);
    try {
      for (let part = pending.shift(); part !== undefined; part = pending.shift()) {
        await receivePart(source, part, room);
      }
    } catch (error) {
      stop.abort(error);
    }
  };
  const lanes = [lane()];
  const before = doneBytes(state);
  const company = setTimeout(() => {
    if (doneBytes(state) - before >= SLOW_BYTES) return;
    while (lanes.length < options.connections && pending.length > 0) lanes.push(lane());
  }, SLOW_MS);
  try {
    await lanes[0];
    clearTimeout(company);
    await Promise.all(lanes);
    http.signal?.throwIfAborted();
    stop.signal.throwIfAborted();
    ftruncateSync(output, state.bytes);
  } finally {
    closeSync(output);
    saveState(wanted.path, state);
  }
}

interface Source {
  http: Http;
  wanted: Wanted;
  state: TransferState;
  /** Descriptor of the file. */
  output: number;
  signal: AbortSignal;
  options: TransferOptions;
  savedAt: number;
  /** Index of the first part that is not whole. */
  gap: number;
  /** Where the hub sent us last: further ranges go there without asking it again. */
  cdn: URL | null;
}

async function receivePart(source: Source, part: Part, room: Buffer): Promise<void> {
  const { http, signal } = source;
  const before = { done: part.done };
  const first = resolveUrl(source);
  try {
    await withRetries(
      http.retries,
      signal,
      () => receive(source, part, room),
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

async function receive(source: Source, part: Part, room: Buffer): Promise<void> {
  const { http, wanted, state, signal, options } = source;
  const start = part.start + part.done;
  const end = part.start + part.bytes - 1;
  const whole = start === 0 && part.bytes === state.bytes;
  const headers: Record<string, string> = whole ? {} : { range: `bytes=${start}-${end}` };
  if (!whole && state.etag !== null && !state.etag.startsWith('W/')) headers['if-range'] = state.etag;
  const bulk = part.bytes - part.done >= BULK_BYTES;
  const sink = partSink({
    file: source.output,
    part,
    room,
    onReceived: options.onBytes,
    onWritten: () => written(source),
  });
  const answer = await http.get(source.cdn ?? resolveUrl(source), wanted.repo, { headers, signal, bulk });
  try {
    requireSameContent(source, answer, { start, end, whole });
    if (answer.url.origin !== new URL(http.settings.endpoint).origin) source.cdn = answer.url;
    await answer.read(sink).finally(sink.end);
  } catch (error) {
    answer.discard();
    signal.throwIfAborted();
    if (isOurs(error) || isDiskError(error)) throw error;
    throw new TransientError(networkReason(answer.url, error, http.settings), null, error);
  }
  if (part.done < part.bytes) throw new TransientError(`${answer.url.host} closed the connection too early`);
}

function written(source: Source): void {
  const { state, options, wanted } = source;
  while (source.gap < state.parts.length - 1 && isWhole(state.parts[source.gap]!)) source.gap++;
  const { start, done } = state.parts[source.gap]!;
  options.hash.advance(start + done);
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
  const length = headers['content-length'];
  const promised = asked.end - asked.start + 1;
  if (length !== undefined && Number(length) !== promised) {
    throw new RestartError(`it has ${length} bytes there, not ${promised}`);
  }
  if (!asked.whole && headers['content-range'] !== `bytes ${asked.start}-${asked.end}/${state.bytes}`) {
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

/** Said by this side, or understood already; the rest is the network's. */
function isOurs(error: unknown): boolean {
  return error instanceof RestartError || error instanceof TransientError || error instanceof EdgeproofError;
}

export function isDiskError(error: unknown): boolean {
  return /^(ENOSPC|EDQUOT|EFBIG|EIO|EROFS)$/.test((error as NodeJS.ErrnoException).code ?? '');
}

/** One stream from the first byte to the last, for a server without ranges. */
export function wholeState(bytes: number): TransferState {
  return freshState(bytes, Math.max(1, bytes));
}
