// Pulling from a real HTTP server that speaks the hub's protocol: what arrives, byte for byte, and what is asked for.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../src/models/checkpoint.js';
import { pulledCommit, realDirectory } from '../../src/models/real.js';
import { COMMIT, gitOid, type HubRepository, type HubServer, sha256, startHub } from '../fixtures/hub-server.js';
import { pullTiny, settingsFor, tinyRepository } from '../fixtures/tiny-repository.js';

let hub: HubServer;
let repository: HubRepository;
let scratch: string;
const WEIGHTS = 'onnx/model_q4.onnx_data';

beforeAll(async () => {
  repository = await tinyRepository();
  hub = await startHub();
});
afterAll(() => hub.close());
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'edgeproof-pull-'));
  const extra = {
    'onnx/model.onnx': Buffer.from('fp32'),
    'onnx/model_fp16.onnx': Buffer.from('fp16'),
    'README.md': Buffer.from('#'),
  };
  hub.repositories = { 'org/tiny': { ...repository, files: { ...repository.files, ...extra } } };
  Object.assign(hub, { misbehave: null, seen: [], sentBytes: 0 });
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

const asked = () => hub.seen.filter(({ path }) => path.includes('/resolve/') || !path.startsWith('/api'));
const directory = () => realDirectory(join(scratch, 'cache'), 'org/tiny', COMMIT, 'q4');

describe('a pull', () => {
  it('fetches only what the dtype needs, each byte as the hub has it, and records commit and hashes', async () => {
    const { checkpoint, outcome, downloadedBytes } = await pullTiny(hub, scratch);
    expect(outcome).toBe('pulled');
    const names = Object.keys(repository.files).sort();
    const paths = checkpoint.manifest.files.map(({ path }) => path).sort();
    expect(paths).toEqual(names);
    for (const { path, bytes, sha256: hash } of checkpoint.manifest.files) {
      const content = readFileSync(join(checkpoint.directory, path));
      expect(content.equals(repository.files[path]!)).toBe(true);
      expect([bytes, hash]).toEqual([content.length, sha256(content)]);
    }
    expect(asked().some(({ path }) => /fp16|model\.onnx$|README/.test(path))).toBe(false);
    expect(downloadedBytes).toBe(names.reduce((sum, name) => sum + repository.files[name]!.length, 0));
    expect(checkpoint.manifest).toMatchObject({
      weights: 'real',
      source: { repo: 'org/tiny', revision: COMMIT, license: 'apache-2.0' },
    });
    expect(pulledCommit(join(scratch, 'cache'), 'org/tiny', 'main')).toBe(COMMIT);
    // 2 × 128 × 512 embedding and head shared, 2 layers: what the graph itself counts.
    expect(checkpoint.manifest.parameters).toBeGreaterThan(300_000);
    expect(readdirSync(dirname(directory())).sort()).toEqual(['q4']);
  });

  it('asks for large files in ranges, and for all of them at the commit, not at the branch', async () => {
    await pullTiny(hub, scratch);
    const ranges = hub.seen.filter(
      ({ path, range }) => path.endsWith(WEIGHTS) && range !== undefined && path.includes('/org/tiny/onnx'),
    );
    const size = repository.files[WEIGHTS]!.length;
    const cdn = hub.seen.filter(({ host, path }) => host === 'cdn' && path.endsWith(WEIGHTS));
    expect(new Set(cdn.map(({ range }) => range)).size).toBe(Math.ceil(size / 30_000));
    expect(ranges.length).toBe(cdn.length);
    expect(asked().filter(({ host, path }) => host === 'hub' && !path.includes(`/resolve/${COMMIT}/`))).toEqual([]);
  });

  it('finds what is there, verifies it, and fetches nothing', async () => {
    await pullTiny(hub, scratch);
    hub.seen = [];
    const verified: number[] = [];
    const again = await pullTiny(hub, scratch, {
      onProgress: ({ step, doneBytes }) => step === 'verify' && verified.push(doneBytes),
    });
    expect(again).toMatchObject({ outcome: 'here', downloadedBytes: 0 });
    expect(asked()).toEqual([]);
    expect(verified.at(-1)).toBe(again.checkpoint.manifest.files.reduce((sum, { bytes }) => sum + bytes, 0));
  });

  it('replaces what was altered since', async () => {
    await pullTiny(hub, scratch);
    truncateSync(join(directory(), WEIGHTS), 10);
    const notes: string[] = [];
    const again = await pullTiny(hub, scratch, { onNote: (note) => notes.push(note) });
    expect(again.outcome).toBe('pulled');
    expect(notes.join()).toContain('has 10 bytes instead of');
    expect(readFileSync(join(directory(), WEIGHTS)).equals(repository.files[WEIGHTS]!)).toBe(true);
  });

  it.each(['<html><body>Sign in</body></html>', '', '{'])(
    'refuses a configuration that is %j, hash and all',
    async (text) => {
      hub.repositories['org/tiny']!.files['config.json'] = Buffer.from(text);
      await expect(pullTiny(hub, scratch)).rejects.toMatchObject({
        code: 'layout-invalid',
        message: expect.stringContaining('config.json is not JSON'),
      });
      expect(existsSync(directory())).toBe(false);
    },
  );

  it('takes no file whose name no disk takes', async () => {
    const { [WEIGHTS]: weights, 'onnx/model_q4.onnx': graph, ...files } = repository.files;
    const long = `onnx/${'m'.repeat(300)}_q4.onnx`;
    hub.repositories['org/tiny']!.files = { ...files, [long]: graph!, [`${long}_data`]: weights! };
    await expect(pullTiny(hub, scratch)).rejects.toMatchObject({ code: 'dtype-missing' });
  });

  it('names the dtypes there are when the asked one is missing', async () => {
    await expect(pullTiny(hub, scratch, {}, 'int8')).rejects.toMatchObject({
      code: 'dtype-missing',
      hint: 'it has: fp32, fp16, q4',
    });
    expect(existsSync(directory())).toBe(false);
  });

  it('lets a second process that pulls the same wait, and both end with the same checkpoint', async () => {
    const notes: string[] = [];
    const two = await Promise.all([1, 2].map(() => pullTiny(hub, scratch, { onNote: (note) => notes.push(note) })));
    expect(two.map(({ outcome }) => outcome).sort()).toEqual(['here', 'pulled']);
    expect(hub.sentBytes).toBe(Object.values(repository.files).reduce((sum, { length }) => sum + length, 0));
    expect(notes.join()).toContain('waiting');
  });

  it('goes through a proxy when the environment names one', async () => {
    const { createServer } = await import('node:http');
    const { connect } = await import('node:net');
    const targets: string[] = [];
    const proxy = createServer().on('connect', (request, client, head) => {
      targets.push(request.url!);
      const [host, port] = request.url!.split(':');
      const upstream = connect(Number(port), host, () => {
        client.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.write(head);
        upstream.pipe(client).pipe(upstream);
      });
      for (const socket of [upstream, client]) socket.on('error', () => {});
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as { port: number };
    process.env.HTTP_PROXY = `http://127.0.0.1:${port}`;
    try {
      expect((await pullTiny(hub, scratch)).outcome).toBe('pulled');
    } finally {
      delete process.env.HTTP_PROXY;
      proxy.closeAllConnections();
      proxy.close();
    }
    expect(new Set(targets)).toEqual(new Set([hub.endpoint, hub.cdn].map((origin) => origin.replace('http://', ''))));
  });
});

/** The layout that huggingface_hub writes: content-addressed blobs and snapshots of links. */
function fillPythonCache(files: Record<string, Buffer>): string {
  const root = join(scratch, 'hf-cache', 'models--org--tiny');
  mkdirSync(join(root, 'refs'), { recursive: true });
  mkdirSync(join(root, 'blobs'));
  writeFileSync(join(root, 'refs', 'main'), COMMIT);
  for (const [path, content] of Object.entries(files)) {
    const blob = join(root, 'blobs', content.length > hub.lfsBytes ? sha256(content) : gitOid(content));
    const link = join(root, 'snapshots', COMMIT, path);
    mkdirSync(dirname(link), { recursive: true });
    writeFileSync(blob, content);
    symlinkSync(blob, link);
  }
  return root;
}

describe("the Python tools' cache", () => {
  it('is used instead of the network, as real files', async () => {
    fillPythonCache(repository.files);
    const { checkpoint, downloadedBytes } = await pullTiny(hub, scratch);
    expect([hub.sentBytes, downloadedBytes]).toEqual([0, 0]);
    const entry = readdirSync(join(checkpoint.directory, 'onnx'), { withFileTypes: true }).find(({ name }) =>
      name.endsWith('data'),
    )!;
    expect(entry.isSymbolicLink()).toBe(false);
    expect(openCheckpoint(checkpoint.directory).manifest.files).toHaveLength(Object.keys(repository.files).length);
  });

  it('is not believed: a file of the right size and wrong bytes is fetched', async () => {
    const damaged = Buffer.from(repository.files[WEIGHTS]!);
    damaged[500]! ^= 1;
    fillPythonCache({ [WEIGHTS]: damaged });
    const notes: string[] = [];
    const { checkpoint } = await pullTiny(hub, scratch, { onNote: (note) => notes.push(note) });
    expect(readFileSync(join(checkpoint.directory, WEIGHTS)).equals(repository.files[WEIGHTS]!)).toBe(true);
    expect(notes.join()).toContain('is not used: its SHA-256 is');
  });

  it('that holds a link in a circle, or beside remains of a download, does no harm', async () => {
    const root = fillPythonCache({ 'config.json': repository.files['config.json']! });
    const link = join(root, 'snapshots', COMMIT, WEIGHTS);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(link, link);
    mkdirSync(`${directory()}.partial`, { recursive: true });
    writeFileSync(join(`${directory()}.partial`, 'config.json.transfer'), '{}');
    const { checkpoint } = await pullTiny(hub, scratch);
    expect(readFileSync(join(checkpoint.directory, WEIGHTS)).equals(repository.files[WEIGHTS]!)).toBe(true);
    expect(existsSync(join(checkpoint.directory, 'config.json.transfer'))).toBe(false);
  });

  it('is all there is when the network is forbidden', async () => {
    const settings = settingsFor(hub, scratch, { offline: true });
    await expect(pullTiny(hub, scratch, { settings })).rejects.toMatchObject({ code: 'hub-offline' });
    fillPythonCache(repository.files);
    expect((await pullTiny(hub, scratch, { settings })).outcome).toBe('pulled');
    expect(hub.seen).toEqual([]);
  });
});
