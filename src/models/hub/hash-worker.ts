// Thread that hashes files while they are still being downloaded, by reading behind the writer from the page cache.
import { createHash, type Hash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import type { HashMessage, HashRequest } from './hash-behind.js';

interface OpenFile {
  fd: number;
  at: number;
  bytes: number;
  sha256: Hash;
  git: Hash | null;
}

const buffer = Buffer.allocUnsafeSlow(1 << 20);
const files = new Map<number, OpenFile>();
const port = parentPort!;

port.on('message', (request: HashRequest) => {
  try {
    handle(request);
  } catch (error) {
    close(request.id);
    send({ id: request.id, failure: (error as Error).message });
  }
});

function handle(request: HashRequest): void {
  if (request.kind === 'open') {
    const git = request.git ? createHash('sha1').update(`blob ${request.bytes}\0`) : null;
    const fd = openSync(request.path, 'r');
    files.set(request.id, { fd, at: 0, bytes: request.bytes, sha256: createHash('sha256'), git });
    return;
  }
  const file = files.get(request.id);
  if (file === undefined) return;
  if (request.kind === 'abandon') {
    close(request.id);
    return;
  }
  while (file.at < request.upTo) {
    const read = readSync(file.fd, buffer, 0, Math.min(buffer.length, request.upTo - file.at), file.at);
    if (read === 0) throw new Error('the file is shorter than what was written to it');
    const chunk = buffer.subarray(0, read);
    file.sha256.update(chunk);
    file.git?.update(chunk);
    file.at += read;
  }
  if (request.upTo < file.bytes) return;
  const digests = { sha256: file.sha256.digest('hex'), gitOid: file.git?.digest('hex') ?? null };
  close(request.id);
  send({ id: request.id, digests });
}

function send(message: HashMessage): void {
  port.postMessage(message);
}

function close(id: number): void {
  const file = files.get(id);
  if (file !== undefined) closeSync(file.fd);
  files.delete(id);
}
