// `npm run pull-speed`: how fast `models pull` is against `curl` on the same file, and against the usual tools
// that hash as well, interleaved, from a hub on loopback; and how much memory it takes above an idle process. The hub is
// another process, as it would be elsewhere.
import { execFileSync, fork, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SELF = fileURLToPath(import.meta.url);
const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const COMMIT = 'c0ffee00'.repeat(5);
/** Of the file; some virtual machines hand freed memory back to their host, and then larger files measure that, too. */
const MEGABYTES = Number(process.argv[2] ?? 512);
const ROUNDS = Number(process.argv[3] ?? 5);
/** What a file stream of Node sends unless told otherwise. */
const NODE_CHUNK_BYTES = 1 << 16;

if (process.send === undefined) await compare();
else serve(process.argv[2], Number(process.argv[3]));

/** The hub: one repository with one large file, streamed from disk. */
function serve(directory, chunkBytes) {
  const files = JSON.parse(readFileSync(join(directory, 'tree.json'), 'utf8'));
  createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://hub');
    const json = (value) => response.setHeader('Content-Type', 'application/json').end(JSON.stringify(value));
    if (pathname.includes('/revision/'))
      return json({ _id: '1', id: 'org/big', sha: COMMIT, lastModified: '2026-01-01' });
    if (pathname.includes('/tree/')) return json(files);
    const name = pathname.split(`/resolve/${COMMIT}/`)[1];
    const path = join(directory, name.replaceAll('/', '+'));
    const size = statSync(path).size;
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    const [start, end] = range === null ? [0, size - 1] : [Number(range[1]), Number(range[2])];
    const partial = range === null ? {} : { 'Content-Range': `bytes ${start}-${end}/${size}` };
    response.writeHead(range === null ? 200 : 206, { ETag: '"x"', 'Content-Length': end - start + 1, ...partial });
    createReadStream(path, { start, end, highWaterMark: chunkBytes }).pipe(response);
  }).listen(0, '127.0.0.1', function () {
    process.send(this.address().port);
  });
}

async function compare() {
  const scratch = mkdtempSync(join(process.env.EDGEPROOF_CACHE ?? tmpdir(), 'edgeproof-pull-speed-'));
  const sha256 = writeRepository(scratch);
  const hubs = [];
  try {
    const env = { ...process.env, HF_HOME: scratch, EDGEPROOF_CACHE: join(scratch, 'cache') };
    const idleBytes = (await peakOf([CLI, 'models', 'pull', '--help'], env)).peakBytes;
    for (const chunkBytes of [1 << 20, NODE_CHUNK_BYTES]) {
      const hub = await startHub(scratch, chunkBytes);
      hubs.push(hub);
      const rows = [];
      for (let round = 0; round <= ROUNDS; round++) {
        const row = await oneRound({ ...env, HF_ENDPOINT: hub.endpoint }, { scratch, sha256, idleBytes, round });
        // The first round warms the page cache of the file that is served.
        if (round > 0) rows.push(row);
      }
      tell(rows, chunkBytes);
    }
  } finally {
    for (const hub of hubs) hub.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function oneRound(env, { scratch, sha256, idleBytes, round }) {
  const url = `${env.HF_ENDPOINT}/org/big/resolve/${COMMIT}/onnx/model_q4.onnx_data`;
  const path = join(scratch, 'curl.bin');
  const row = {};
  const steps = [
    () => {
      row.curl = curlRate(url, path);
      rmSync(path);
    },
    async () => {
      const { peakBytes, stderr } = await peakOf([CLI, 'models', 'pull', 'org/big'], env);
      row.pull = pullRate(stderr);
      row.aboveIdleMB = (peakBytes - idleBytes) / 1e6;
      rmSync(join(scratch, 'cache'), { recursive: true });
    },
    () => {
      row.hashed = hashedRate(url, path, sha256);
      rmSync(path);
    },
  ];
  // Whoever writes into memory that was not in use just before is up to three times slower: each goes first in turn.
  for (let i = 0; i < steps.length; i++) await steps[(round + i) % steps.length]();
  return row;
}

function tell(rows, chunkBytes) {
  console.log(`${MEGABYTES} MB from loopback, from a hub that sends ${chunkBytes >> 10} KiB at a time, in MB/s:`);
  for (const { curl, pull, hashed, aboveIdleMB } of rows) {
    const rates = { curl, pull, 'curl | tee | sha256sum': hashed };
    const words = Object.entries(rates).map(([name, rate]) => `${name} ${rate.toFixed(0)}`);
    console.log(`  ${words.join('   ')}   memory above idle ${aboveIdleMB.toFixed(0)} MB`);
  }
  const ratio = (other) => median(rows.map((row) => row.pull / row[other])).toFixed(2);
  console.log(`  median ratio to curl, which hashes nothing: ${ratio('curl')} (0.80 is the aim)`);
  console.log(`  median ratio to curl | tee | sha256sum, the same work: ${ratio('hashed')}\n`);
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

/** Returns the SHA-256 of the large file. */
function writeRepository(scratch) {
  const graph = Buffer.from('080a3a0a0a060a01611201622200', 'hex');
  const data = openSync(join(scratch, 'onnx+model_q4.onnx_data'), 'w');
  const hash = createHash('sha256');
  const chunk = Buffer.alloc(1 << 20);
  for (let i = 0; i < MEGABYTES; i++) {
    chunk.writeUInt32LE(i);
    hash.update(chunk);
    writeSync(data, chunk);
  }
  closeSync(data);
  const small = { 'config.json': Buffer.from('{}'), 'onnx/model_q4.onnx': graph };
  const oid = (bytes) => createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
  const tree = Object.entries(small).map(([path, bytes]) => ({
    type: 'file',
    path,
    size: bytes.length,
    oid: oid(bytes),
  }));
  for (const [path, bytes] of Object.entries(small)) writeFileSync(join(scratch, path.replaceAll('/', '+')), bytes);
  const lfs = { oid: hash.digest('hex'), size: MEGABYTES << 20, pointerSize: 134 };
  tree.push({ type: 'file', path: 'onnx/model_q4.onnx_data', size: lfs.size, oid: oid(Buffer.from('')), lfs });
  writeFileSync(join(scratch, 'tree.json'), JSON.stringify(tree));
  return lfs.oid;
}

async function startHub(scratch, chunkBytes) {
  const child = fork(SELF, [scratch, String(chunkBytes)]);
  const port = await new Promise((resolve) => child.once('message', resolve));
  return { endpoint: `http://127.0.0.1:${port}`, stop: () => child.kill() };
}

function curlRate(url, path) {
  return Number(execFileSync('curl', ['-s', '-o', path, '-w', '%{speed_download}', url], { encoding: 'utf8' })) / 1e6;
}

/** What `models pull` does, by the usual tools: received, written, hashed, compared. */
function hashedRate(url, path, sha256) {
  const started = performance.now();
  const printed = execFileSync('sh', ['-c', 'curl -s "$1" | tee "$2" | sha256sum', 'sh', url, path], {
    encoding: 'utf8',
  });
  const seconds = (performance.now() - started) / 1000;
  if (!printed.startsWith(sha256)) throw new Error(`sha256sum printed ${printed}`);
  return statSync(path).size / 1e6 / seconds;
}

/** From the first question to the hub until every hash was compared; curl's rate leaves out its own start likewise. */
function pullRate(stderr) {
  const [, value, unit] = /downloaded in .* \(([\d.]+) (MB|GB)\/s\)/.exec(stderr) ?? [];
  if (value === undefined) throw new Error(`no rate in:\n${stderr}`);
  return Number(value) * (unit === 'GB' ? 1000 : 1);
}

async function peakOf(parameters, env) {
  const child = spawn(process.execPath, parameters, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  let peakBytes = 0;
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  const timer = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peakBytes = Math.max(peakBytes, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024);
    } catch {
      // The process has just ended.
    }
  }, 20);
  const code = await new Promise((resolve) => child.on('exit', resolve));
  clearInterval(timer);
  if (code !== 0) throw new Error(stderr);
  return { peakBytes, stderr };
}
