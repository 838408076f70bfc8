// A GET whose body goes straight into the receiver's buffers. undici allocates every chunk, which costs a pull 1.3 CPU
// seconds a gigabyte and nearly half its rate (docs/models.md). Direct connections and known lengths only: everything
// else (proxies, chunked bodies, small answers) is undici's.
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { FramingError } from './failures.js';
import { pour, type Sink } from './sink.js';

const SPARE_BYTES = 1 << 16;
const LONGEST_HEAD_BYTES = 1 << 16;

export interface BulkAnswer {
  statusCode: number;
  headers: Record<string, string>;
  /** Rejects when the connection ends before the body does. */
  read(sink: Sink): Promise<void>;
  discard(): void;
}

export interface BulkOptions {
  headers: Record<string, string>;
  idleMs: number;
  signal: AbortSignal | undefined;
}

/** Resolves when the head has come. Rejects with the system's error, or one with the code ETIMEDOUT after silence. */
export function bulkGet(url: URL, { headers, idleMs, signal }: BulkOptions): Promise<BulkAnswer> {
  return new Promise((resolve, reject) => {
    let head: Buffer | null = Buffer.alloc(0);
    let left = 0;
    let sink: Sink | null = null;
    let settle: { done(): void; fail(error: Error): void } = { done() {}, fail: reject };

    const finish = (error: Error | null) => {
      clearTimeout(silence);
      signal?.removeEventListener('abort', abort);
      socket.destroy();
      if (error === null) settle.done();
      else settle.fail(error);
    };
    const abort = () => finish(new Error('aborted'));
    const silence = setTimeout(() => {
      if (head === null && sink === null) silence.refresh();
      else finish(Object.assign(new Error('silence'), { code: 'ETIMEDOUT' }));
    }, idleMs);

    const spare = Buffer.allocUnsafeSlow(SPARE_BYTES);
    let room: Uint8Array = spare;
    /** Asked for after every read, also before the body is wanted and after its end. */
    const nextRoom = () => {
      room = sink === null || left === 0 ? spare : sink.room();
      return room;
    };

    /** Returns whether more is to come. */
    const take = (piece: Uint8Array): boolean => {
      if (piece.length > left) throw new FramingError('more bytes than announced');
      left -= piece.length;
      if (room === spare) pour(sink!, piece);
      else sink!.took(piece.length);
      if (left > 0) return true;
      finish(null);
      return false;
    };
    const callback = (size: number, buffer: Uint8Array): boolean => {
      silence.refresh();
      const bytes = Buffer.from(buffer.buffer, buffer.byteOffset, size);
      try {
        if (head === null) return take(bytes);
        head = Buffer.concat([head, bytes]);
        const parsed = parseHead(head);
        if (parsed === null) return true;
        const rest = head.subarray(parsed.end);
        head = null;
        left = parsed.length;
        // Nothing more is read until somebody wants the body.
        settle = { done() {}, fail() {} };
        resolve({
          ...parsed,
          read: (to) =>
            new Promise((done, fail) => {
              sink = to;
              settle = { done, fail };
              if (socket.destroyed) return fail(new Error('the connection was closed'));
              try {
                if (take(rest)) socket.resume();
              } catch (error) {
                finish(error as Error);
              }
            }),
          discard: () => {
            settle = { done() {}, fail() {} };
            finish(null);
          },
        });
        return false;
      } catch (error) {
        finish(error as Error);
        return false;
      }
    };

    const socket = open(url, { buffer: nextRoom, callback }, () => {
      const fields = { host: url.host, ...headers, connection: 'close' };
      const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.write(`GET ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join('')}\r\n`);
    });
    const ended = () => (left === 0 && head === null ? undefined : finish(new Error('the connection was closed')));
    socket.on('error', finish).on('end', ended).on('close', ended);
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted) abort();
  });
}

function open(
  url: URL,
  onread: { buffer(): Uint8Array; callback(size: number, buffer: Uint8Array): boolean },
  ready: () => void,
): Socket {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (url.protocol === 'http:') return connectTcp({ host, port: Number(url.port || 80), onread }, ready);
  const port = Number(url.port || 443);
  const servername = /^[\d.]+$|:/.test(host) ? undefined : host;
  return connectTls({ host, port, servername, ALPNProtocols: ['http/1.1'], onread } as never, ready);
}

/** The head of the final answer; null while it is not complete. */
function parseHead(
  bytes: Buffer,
): (Pick<BulkAnswer, 'statusCode' | 'headers'> & { end: number; length: number }) | null {
  for (let start = 0; ; ) {
    const end = bytes.indexOf('\r\n\r\n', start);
    if (end < 0) {
      if (bytes.length > LONGEST_HEAD_BYTES) throw new FramingError('a head without end');
      return null;
    }
    const [status, ...lines] = bytes.toString('latin1', start, end).split('\r\n');
    start = end + 4;
    const statusCode = Number(/^HTTP\/1\.[01] ([1-5]\d\d)(?: |$)/.exec(status ?? '')?.[1]);
    if (Number.isNaN(statusCode)) throw new FramingError('no HTTP/1 answer');
    if (statusCode < 200) continue;
    const headers = Object.fromEntries(lines.map(fieldOf));
    const length = Number(headers['content-length'] ?? Number.NaN);
    // Only a body that is wanted must be measurable.
    if (statusCode >= 300) return { statusCode, headers, end: start, length: 0 };
    const plain = headers['transfer-encoding'] === undefined && /^(identity)?$/.test(headers['content-encoding'] ?? '');
    if (!plain || !Number.isSafeInteger(length) || length < 0) throw new FramingError('a body of unknown length');
    return { statusCode, headers, end: start, length };
  }
}

function fieldOf(line: string): [string, string] {
  const colon = line.indexOf(':');
  if (colon <= 0) throw new FramingError('a header without a name');
  // An ETag goes back to servers: none may write a header of its own there.
  if (/[\0\r\n]/.test(line)) throw new FramingError('a header with control characters');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}
