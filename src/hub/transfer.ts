// Gets the bytes of one file: parts by byte range over a few connections, each written to its place. A broken connection
// is continued where it stopped; an answer that belongs to other content is an error and never mixed in.
import { closeSync, ftruncateSync, openSync, rmSync } from 'node:fs';
import { EdgeproofError } from '../errors.js';
import { RestartError, TransientError } from './failures.js';
import type { FileHash } from './file-hash.js';
import { finalError, type Http, type HttpAnswer, networkReason, shown } from './http.js';
import type { RemoteFile } from './listing.js';
import { atLeastPace, isProgress } from './pace.js';
import { withRetries } from './retry.js';
import { doneBytes, frontier, isWhole, type Part, saveState, type TransferState } from './transfer-state.js';
import { writePart } from './write-part.js';

export interface Wanted {
  repo: string;
  commit: string;
  file: RemoteFile;
  /** Where the file is written. */
  path: string;
}

interface TransferOptions {
  /** The most connections to use; a fast one stays alone. */
  connections: number;
  hash: FileHash;
  /** This many more bytes are on disk. */
  onBytes(bytes: number): void;
}

const SAVE_EVERY_MS = 1000;
/** Other connections join one that brings less than this in this time. */
const SLOW_BYTES = 100e6;
const SLOW_MS = 500;

export async function transfer(
  http: Http,
  wanted: Wanted,
  state: TransferState,
  options: TransferOptions,
): Promise<void> {
  const before = doneBytes(state);
  // A fresh file is created anew, so that nothing is written through a link that lies there.
  if (before === 0) rmSync(wanted.path, { force: true });
  const output = openSync(wanted.path, before === 0 ? 'wx' : 'r+');
  const stop = new AbortController();
  const signal = http.signal === undefined ? stop.signal : AbortSignal.any([http.signal, stop.signal]);
  const pending = state.parts.filter((part) => !isWhole(part));
  const source: Source = { http, wanted, state, output, signal, options, savedAt: performance.now(), cdn: null };
  const lane = async () => {
    try {
      for (let part = pending.shift(); part !== undefined; part = pending.shift()) {
        await receivePart(source, part);
        options.hash.follow(frontier(state));
      }
    } catch (error) {
      stop.abort(error);
    }
  };
  const lanes = [lane()];
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
  /** Where the hub redirected us last; further ranges are asked for there directly. */
  cdn: URL | null;
}

async function receivePart(source: Source, part: Part): Promise<void> {
  const { http, signal } = source;
  let before = part.done;
  let since = performance.now();
  const progressed = () => {
    const moved = isProgress(part.done - before, performance.now() - since);
    before = part.done;
    source.cdn = null;
    return moved;
  };
  const attempt = () => {
    since = performance.now();
    return receive(source, part);
  };
  try {
    await withRetries(http.retries, signal, attempt, progressed, http.onPause);
  } catch (error) {
    throw finalError(error, resolveUrl(source));
  }
}

async function receive(source: Source, part: Part): Promise<void> {
  const { http, wanted, state, signal } = source;
  const start = part.start + part.done;
  const end = part.start + part.bytes - 1;
  const whole = start === 0 && part.bytes === state.bytes;
  const headers: Record<string, string> = whole ? {} : { range: `bytes=${start}-${end}` };
  if (!whole && state.etag !== null && !state.etag.startsWith('W/')) headers['if-range'] = state.etag;
  const answer = await http.get(source.cdn ?? resolveUrl(source), wanted.repo, { headers, signal });
  try {
    requireSameContent(source, answer, { start, end, whole });
    if (answer.url.origin !== new URL(http.settings.endpoint).origin) source.cdn = answer.url;
    const onWritten = (pieces: readonly Buffer[], at: number) => written(source, pieces, at);
    const body = atLeastPace(answer.body, http.settings.idleMs, answer.url.host);
    await writePart(body, { file: source.output, part, onWritten });
  } catch (error) {
    answer.discard();
    signal.throwIfAborted();
    if (isOurs(error) || isDiskError(error)) throw error;
    throw new TransientError(networkReason(answer.url, error, http.settings), null, error);
  }
  if (!isWhole(part)) throw new TransientError(`${answer.url.host} closed the connection too early`);
}

function written(source: Source, pieces: readonly Buffer[], start: number): void {
  const { state, options, wanted } = source;
  options.hash.written(pieces, start);
  options.onBytes(pieces.reduce((sum, piece) => sum + piece.length, 0));
  if (performance.now() - source.savedAt < SAVE_EVERY_MS) return;
  source.savedAt = performance.now();
  saveState(wanted.path, state);
}

/** Throws RestartError unless this answer continues what is on disk. */
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

/** Raised by this program, and so not the network's. */
function isOurs(error: unknown): boolean {
  return error instanceof RestartError || error instanceof TransientError || error instanceof EdgeproofError;
}

export function isDiskError(error: unknown): boolean {
  return /^(ENOSPC|EDQUOT|EFBIG|EIO|EROFS)$/.test((error as NodeJS.ErrnoException).code ?? '');
}
