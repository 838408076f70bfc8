// Answers that are not proper HTTP, byte by byte as a hostile server sends them: each is an error that a retry may cure,
// never an endless wait.
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { TransientError } from '../../src/hub/failures.js';
import { createHttp, type Http } from '../../src/hub/http.js';

let server: Server;
let http: Http;
afterEach(async () => {
  await http.close();
  server.close();
});

/** Sends `pieces` one after another to whoever connects, then closes the connection. */
async function answering(pieces: readonly string[]) {
  server = createServer((socket) => {
    socket.on('error', () => {}).on('close', () => socket.destroy());
    const left = [...pieces];
    const send = () => {
      const piece = left.shift();
      if (piece === undefined || socket.destroyed) socket.end();
      else socket.write(piece, () => setImmediate(send));
    };
    socket.once('data', send);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const settings = { endpoint, token: null, offline: false, hubCache: '/nowhere', idleMs: 2000 };
  http = createHttp(settings, undefined, { attempts: 1, firstPauseMs: 1, longestPauseMs: 1 });
  return new URL(`${endpoint}/file`);
}

describe('an answer', () => {
  it('that comes in pieces is read as a whole', async () => {
    const url = await answering(['HTTP/1.1 2', '00 OK\r\nContent-Le', 'ngth: 5\r\n\r', '\nhe', 'llo']);
    expect((await http.getBytes(url, 'org/x')).bytes.toString()).toBe('hello');
  });

  it.each([
    ['in another protocol', ['SSH-2.0-OpenSSH\r\n\r\n']],
    ['with a head that has no end', ['HTTP/1.1 200 OK\r\n', ...Array(2000).fill(`X-Y: ${'z'.repeat(100)}\r\n`)]],
    ['behind interim answers that lead to none', Array(1000).fill('HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n')],
    ['that ends before its head does', ['HTTP/1.1 200 OK\r\nContent-']],
  ])('%s may be asked for again', async (_name, pieces) => {
    const url = await answering(pieces);
    await expect(http.get(url, 'org/x')).rejects.toBeInstanceOf(TransientError);
  });

  it('whose body is shorter than announced is reported as a broken connection', async () => {
    const url = await answering(['HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello']);
    await expect(http.getBytes(url, 'org/x')).rejects.toMatchObject({
      code: 'hub-unreachable',
      message: expect.stringContaining('the connection broke'),
    });
  });
});
