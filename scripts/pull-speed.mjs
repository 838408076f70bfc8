// `npm run pull-speed [megabytes] [rounds]`: how fast `models pull` is, against `curl` on the same file (which hashes
// nothing) and against `curl | tee | sha256sum` (the same work), and how much memory it takes above an idle process. The
// three take turns, so that whatever else the machine does hits them alike. The hub is a process of its own on loopback.
// In the first half it redirects to nginx for the large file, as real hubs redirect to a CDN; in the second half it sends
// the file itself, which costs about as much of a core as a pull. Needs curl, and nginx for the first half.
import { execFileSync, fork, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { connect, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const SELF = fileURLToPath(import.meta.url);
const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const COMMIT = 'c0ffee00'.repeat(5);
/** Some virtual machines return freed memory to their host; larger files then measure that, too. */
const MEGABYTES = Number(process.argv[2] ?? 512);
const ROUNDS = Number(process.argv[3] ?? 5);
const LARGE = 'onnx/model_q4.onnx_data';
const CHUNK_BYTES = 1 << 20;

if (process.send === undefined) await compare();
else serve(process.argv[2], process.argv[3]);

/** The hub: one repository with one large file, streamed from disk, or redirected to `cdn` if there is one. */
function serve(directory, cdn) {
  const files = JSON.parse(readFileSync(join(directory, 'tree.json'), 'utf8'));
  createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://hub');
    const json = (value) => response.setHeader('Content-Type', 'application/json').end(JSON.stringify(value));
    if (pathname.includes('/revision/'))
      return json({ _id: '1', id: 'org/big', sha: COMMIT, lastModified: '2026-01-01' });
    if (pathname.includes('/tree/')) return json(files);
    const name = pathname.split(`/resolve/${COMMIT}/`)[1];
    if (name === LARGE && cdn) return response.writeHead(302, { Location: `${cdn}/${stored(name)}` }).end();
    const path = join(directory, stored(name));
    const size = statSync(path).size;
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    const [start, end] = range === null ? [0, size - 1] : [Number(range[1]), Number(range[2])];
    const partial = range === null ? {} : { 'Content-Range': `bytes ${start}-${end}/${size}` };
    response.writeHead(range === null ? 200 : 206, { ETag: '"x"', 'Content-Length': end - start + 1, ...partial });
    createReadStream(path, { start, end, highWaterMark: CHUNK_BYTES }).pipe(response);
  }).listen(0, '127.0.0.1', function () {
    process.send(this.address().port);
  });
}

function stored(name) {
  return name.replaceAll('/', '+');
}

async function compare() {
  requireCurl();
  const scratch = mkdtempSync(join(process.env.EDGEPROOF_CACHE ?? tmpdir(), 'edgeproof-pull-speed-'));
  const sha256 = writeRepository(scratch);
  const started = [];
  try {
    const env = { ...process.env, HF_HOME: scratch, EDGEPROOF_CACHE: join(scratch, 'cache') };
    const idleBytes = (await peakOf([CLI, 'models', 'pull', '--help'], env)).peakBytes;
    const cdn = await startNginx(scratch);
    if (cdn !== null) started.push(cdn);
    for (const sender of cdn === null ? [null] : [cdn, null]) {
      const hub = await startHub(scratch, sender);
      started.push(hub);
      const rows = [];
      for (let round = 0; round <= ROUNDS; round++) {
        const row = await oneRound({ ...env, HF_ENDPOINT: hub.endpoint }, { scratch, sha256, idleBytes, round });
        // The first round only reads the served file into the page cache.
        if (round > 0) rows.push(row);
      }
      tell(rows, sender === null ? 'a hub in Node' : 'nginx');
    }
  } finally {
    for (const { stop } of started) stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function oneRound(env, { scratch, sha256, idleBytes, round }) {
  const url = `${env.HF_ENDPOINT}/org/big/resolve/${COMMIT}/${LARGE}`;
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
  // On some machines, who writes into memory that was not in use just before is slower; so each goes first in turn.
  for (let i = 0; i < steps.length; i++) await steps[(round + i) % steps.length]();
  return row;
}

function tell(rows, sender) {
  const show = (name, digits, pick) => {
    const sorted = rows.map(pick).toSorted((a, b) => a - b);
    const [least, middle, most] = [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)].map((x) => x.toFixed(digits));
    console.log(`  ${name.padEnd(44)} ${middle.padStart(6)}  (${least} to ${most})`);
  };
  console.log(`${MEGABYTES} MiB from ${sender} on loopback, ${rows.length} rounds: median (least to most)`);
  show('models pull, MB/s', 0, (row) => row.pull);
  show('curl, MB/s', 0, (row) => row.curl);
  show('curl | tee | sha256sum, MB/s', 0, (row) => row.hashed);
  show('pull / curl (the aim is 0.50)', 2, (row) => row.pull / row.curl);
  show('pull / (curl | tee | sha256sum)', 2, (row) => row.pull / row.hashed);
  show('memory above idle, MB (the aim is 100)', 0, (row) => row.aboveIdleMB);
  console.log();
}

/** Returns the SHA-256 of the large file. */
function writeRepository(scratch) {
  const graph = Buffer.from('080a3a0a0a060a01611201622200', 'hex');
  const data = openSync(join(scratch, stored(LARGE)), 'w');
  const hash = createHash('sha256');
  const chunk = Buffer.alloc(CHUNK_BYTES);
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
  for (const [path, bytes] of Object.entries(small)) writeFileSync(join(scratch, stored(path)), bytes);
  const lfs = { oid: hash.digest('hex'), size: MEGABYTES * CHUNK_BYTES, pointerSize: 134 };
  tree.push({ type: 'file', path: LARGE, size: lfs.size, oid: oid(Buffer.from('')), lfs });
  writeFileSync(join(scratch, 'tree.json'), JSON.stringify(tree));
  return lfs.oid;
}

async function startHub(scratch, cdn) {
  const child = fork(SELF, [scratch, cdn?.endpoint ?? '']);
  const port = await new Promise((resolve) => child.once('message', resolve));
  return { endpoint: `http://127.0.0.1:${port}`, stop: () => child.kill() };
}

/** A server that costs this machine little, as a CDN would; null, and a line that says why, if it does not start. */
async function startNginx(scratch) {
  const port = await freePort();
  const log = join(scratch, 'nginx.log');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const configuration = `
    daemon off;
    ${process.getuid() === 0 ? 'user root;' : ''}
    pid ${join(scratch, 'nginx.pid')};
    events {}
    http {
      access_log off;
      sendfile on;
      sendfile_max_chunk 512k;
      ${temporary.map((name) => `${name}_temp_path ${join(scratch, name)};`).join(' ')}
      server { listen 127.0.0.1:${port}; root ${scratch}; }
    }`;
  writeFileSync(join(scratch, 'nginx.conf'), configuration);
  // Debian keeps it in a directory that only root has in PATH.
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };
  const child = spawn('nginx', ['-p', scratch, '-e', log, '-c', join(scratch, 'nginx.conf')], { env, stdio: 'ignore' });
  const failed = new Promise((_resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`it ended: ${readLog(log)}`)));
  });
  try {
    await Promise.race([answers(port), failed]);
    return { endpoint: `http://127.0.0.1:${port}`, stop: () => child.kill() };
  } catch ({ code, message }) {
    child.kill();
    console.log(
      `nginx is left out: ${code === 'ENOENT' ? 'it is not installed (Debian, Ubuntu: apt-get install nginx-light)' : message}\n`,
    );
    return null;
  }
}

function readLog(path) {
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : 'no log';
}

async function freePort() {
  const server = createTcpServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Resolves as soon as the port accepts connections. */
async function answers(port) {
  for (let tries = 0; tries < 100; tries++) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await new Promise((resolve) =>
      socket.on('connect', () => resolve(true)).on('error', () => resolve(false)),
    );
    socket.destroy();
    if (isOpen) return;
    await pause(50);
  }
  throw new Error('it does not answer');
}

function requireCurl() {
  try {
    execFileSync('curl', ['--version'], { stdio: 'ignore' });
  } catch {
    throw new Error('curl is not installed (Debian, Ubuntu: apt-get install curl)');
  }
}

function curlRate(url, path) {
  return Number(execFileSync('curl', ['-sL', '-o', path, '-w', '%{speed_download}', url], { encoding: 'utf8' })) / 1e6;
}

/** What `models pull` does, with the usual tools: receive, write, hash, compare. */
function hashedRate(url, path, sha256) {
  const started = performance.now();
  const printed = execFileSync('sh', ['-c', 'curl -sL "$1" | tee "$2" | sha256sum', 'sh', url, path], {
    encoding: 'utf8',
  });
  const seconds = (performance.now() - started) / 1000;
  if (!printed.startsWith(sha256)) throw new Error(`sha256sum printed ${printed}`);
  return statSync(path).size / 1e6 / seconds;
}

/** From the first request to the hub until every hash is compared. Like curl's own rate, it leaves out process start. */
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
