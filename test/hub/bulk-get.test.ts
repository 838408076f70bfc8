// The reader of large bodies, against a server that answers byte by byte what it is told to.
import { createHash, randomBytes } from 'node:crypto';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { bulkGet } from '../../src/hub/bulk-get.js';
import { FramingError } from '../../src/hub/failures.js';
import type { Sink } from '../../src/hub/sink.js';

let server: Server;
afterEach(() => server.close());

/** Sends `pieces` one after the other to whoever connects. */
async function answering(pieces: Iterable<Buffer | string>, signal?: AbortSignal) {
  server = createServer((socket) => {
    socket.on('error', () => {}).on('close', () => socket.destroy());
    const next = pieces[Symbol.iterator]();
    const send = () => {
      const { value, done } = next.next();
      if (done || socket.destroyed) socket.end();
      else socket.write(value, () => setImmediate(send));
    };
    socket.once('data', send);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/file`);
  return bulkGet(url, { headers: {}, idleMs: 2000, signal });
}

describe('a large body', () => {
  it.each([1, 1000, 65_536])('arrives whole in rooms of %i bytes', async (size) => {
    const body = randomBytes(size * 50 + 7);
    const head = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`;
    const answer = await answering([head.slice(0, 9), head.slice(9), body.subarray(0, 20), body.subarray(20)]);
    const hash = createHash('sha256');
    const room = Buffer.alloc(size);
    let filled = 0;
    const sink: Sink = {
      room: () => room.subarray(filled),
      took(bytes) {
        hash.update(room.subarray(filled, filled + bytes));
        filled = (filled + bytes) % size;
      },
    };
    await answer.read(sink);
    expect(hash.digest('hex')).toBe(createHash('sha256').update(body).digest('hex'));
  });

  it.each([
    [
      'a header that smuggles another into what is asked next',
      'HTTP/1.1 200 OK\r\nETag: "x"\nRange: bytes=0-1\r\n\r\n',
    ],
    ['no length', 'HTTP/1.1 200 OK\r\n\r\n'],
    ['another protocol', 'SSH-2.0-OpenSSH\r\n\r\n'],
  ])('is refused with %s', async (_name, head) => {
    await expect(answering([head])).rejects.toBeInstanceOf(FramingError);
  });

  it('is not waited for behind interim answers without end', async () => {
    const endless = Array.from({ length: 1000 }, () => 'HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n'.repeat(10));
    await expect(answering(endless)).rejects.toBeInstanceOf(FramingError);
  });
});
