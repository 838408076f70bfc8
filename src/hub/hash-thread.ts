// Thread that hashes one large file behind its download. Told how far the file is on disk, it answers once, with the
// hashes of the whole. Whatever is thrown here ends it, and reaches running-hash.ts as its error.
import { parentPort, workerData } from 'node:worker_threads';
import { fileHash } from './file-hash.js';
import type { HashJob } from './running-hash.js';

const { path, bytes, git } = workerData as HashJob;
const hash = fileHash(path, bytes, git);

parentPort!.on('message', (upTo: number) => {
  hash.advance(upTo);
  if (upTo === bytes) parentPort!.postMessage(hash.digests());
});
