// Files of many megabytes: pulled in parts, interrupted, damaged, refused. One test runs the built CLI in dist/.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type PullOptions, pullCheckpoint } from '../../src/models/pull.js';
import { realDirectory } from '../../src/models/real.js';
import { COMMIT, type HubServer, refuse, startHub } from '../fixtures/hub-server.js';
import { QUICK, settingsFor, tinyRepository } from '../fixtures/tiny-repository.js';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const WEIGHTS = 'onnx/model_q4.onnx_data';
const PART = 4 << 20;
const content = randomBytes(5 * PART + 12_345);

let hub: HubServer;
let scratch: string;
beforeAll(async () => {
  const tiny = await tinyRepository();
  hub = await startHub({ 'org/tiny': { ...tiny, files: { ...tiny.files, [WEIGHTS]: content } } });
});
afterAll(() => hub.close());
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'edgeproof-large-'));
  Object.assign(hub, { misbehave: null, seen: [], sentBytes: 0 });
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

const pull = (options: Partial<PullOptions> = {}) =>
  pullCheckpoint(
    { repo: 'org/tiny', revision: 'main', dtype: 'q4' },
    { cache: join(scratch, 'cache'), settings: settingsFor(hub, scratch), ...QUICK, partBytes: PART, ...options },
  );
const directory = () => realDirectory(join(scratch, 'cache'), 'org/tiny', COMMIT, 'q4');
const isPart = (number: number) => (seen: { host: string; range: string | undefined }) =>
  seen.host === 'cdn' && seen.range?.startsWith(`bytes=${number * PART}-`) === true;

async function expectWhole(): Promise<void> {
  const { checkpoint } = await pull();
  expect(readFileSync(join(checkpoint.directory, WEIGHTS)).equals(content)).toBe(true);
}

async function interrupt(): Promise<void> {
  const stop = new AbortController();
  hub.misbehave = (seen) => {
    if (isPart(3)(seen)) stop.abort(new Error('stopped'));
    return false;
  };
  await expect(pull({ signal: stop.signal })).rejects.toThrow('stopped');
  hub.misbehave = null;
}

describe('a large file', () => {
  it('is pulled whole, and every byte of it counts', async () => {
    await expectWhole();
    rmSync(join(scratch, 'cache'), { recursive: true });
    let isFirst = true;
    hub.misbehave = (seen, response) => {
      if (!isPart(2)(seen) || !isFirst) return false;
      isFirst = false;
      const body = Buffer.from(content.subarray(2 * PART, 3 * PART));
      body[PART - 1]! ^= 1;
      const range = `bytes ${2 * PART}-${3 * PART - 1}/${content.length}`;
      response.writeHead(206, { 'Content-Range': range, 'Content-Length': PART }).end(body);
      return true;
    };
    await expectWhole();
    expect(hub.seen.filter(isPart(0))).toHaveLength(3);
  });

  it('that was interrupted goes on where it stood; what lies there is hashed, too', async () => {
    await interrupt();
    const before = hub.sentBytes;
    await expectWhole();
    expect(hub.sentBytes - before).toBeLessThan(3 * PART);
    rmSync(join(scratch, 'cache'), { recursive: true });
    await interrupt();
    const partial = join(`${directory()}.partial`, WEIGHTS);
    const bytes = readFileSync(partial);
    bytes[PART + 7]! ^= 255;
    writeFileSync(partial, bytes);
    await expectWhole();
  });

  it('that is refused in the middle leaves no process hanging', async () => {
    hub.repositories['org/tiny']!.files[WEIGHTS] = Buffer.concat([content, Buffer.alloc(64 << 20)]);
    hub.misbehave = (seen, response) => {
      if (seen.host !== 'cdn' || !seen.range?.startsWith(`bytes=${64 << 20}-`)) return false;
      refuse(response, 404, '', {});
      return true;
    };
    const env = {
      ...process.env,
      HF_HOME: join(scratch, 'hf'),
      HF_ENDPOINT: hub.endpoint,
      EDGEPROOF_CACHE: join(scratch, 'cache'),
    };
    const child = spawn(process.execPath, [CLI, 'models', 'pull', 'org/tiny'], {
      env,
      stdio: 'ignore',
      timeout: 30_000,
    });
    const code = await new Promise((resolve) => child.on('exit', resolve));
    hub.repositories['org/tiny']!.files[WEIGHTS] = content;
    expect(code).toBe(2);
    expect(hub.seen.filter(({ range }) => range?.startsWith('bytes=0-'))).not.toHaveLength(0);
  });
});
