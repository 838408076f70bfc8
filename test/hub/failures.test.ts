// Everything that goes wrong between a hub and a disk: each ends in a whole file or a clear error, never in a wrong one.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { EdgeproofError, problem } from '../../src/errors.js';
import { explained, type PullOptions } from '../../src/models/pull.js';
import { realDirectory } from '../../src/models/real.js';
import {
  COMMIT,
  type HubRepository,
  type HubServer,
  type Misbehaviour,
  refuse,
  type Seen,
  startHub,
} from '../fixtures/hub-server.js';
import { pullTiny, settingsFor, tinyRepository } from '../fixtures/tiny-repository.js';

let hub: HubServer;
let repository: HubRepository;
let scratch: string;
const WEIGHTS = 'onnx/model_q4.onnx_data';
const TOKEN = 'hf_secretSECRETsecret';

beforeAll(async () => {
  repository = await tinyRepository();
  hub = await startHub();
});
afterAll(() => hub.close());
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'edgeproof-failures-'));
  hub.repositories = { 'org/tiny': { ...repository, files: { ...repository.files } } };
  Object.assign(hub, { misbehave: null, seen: [], sentBytes: 0 });
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

const directory = () => realDirectory(join(scratch, 'cache'), 'org/tiny', COMMIT, 'q4');

async function expectWhole(options: Partial<PullOptions> = {}): Promise<void> {
  const { checkpoint } = await pullTiny(hub, scratch, options);
  for (const [path, content] of Object.entries(repository.files)) {
    expect(readFileSync(join(checkpoint.directory, path)).equals(content), path).toBe(true);
  }
}

async function failure(options: Partial<PullOptions> = {}): Promise<EdgeproofError> {
  const error = await pullTiny(hub, scratch, options).catch((thrown) => thrown);
  if (!(error instanceof EdgeproofError)) throw error;
  expect(existsSync(directory())).toBe(false);
  const words = JSON.stringify([error.message, error.hint, String(error.cause), (error.cause as Error)?.stack ?? '']);
  expect(words).not.toContain(TOKEN);
  expect(words).not.toContain('very-secret');
  return error;
}

/** Misbehaves for the first `times` requests that `matches` picks. */
function first(times: number, matches: (seen: Seen) => boolean, act: Misbehaviour): Misbehaviour {
  let left = times;
  return (seen, response, content) => matches(seen) && left-- > 0 && act(seen, response, content);
}
const isWeights = ({ path, host }: Seen) => host === 'cdn' && path.endsWith(WEIGHTS);
const startOf = ({ range }: Seen) => Number(/=(\d+)/.exec(range!)![1]);
const sends =
  (status: number, code = '', headers = {}): Misbehaviour =>
  (_seen, response) => {
    refuse(response, status, code, headers);
    return true;
  };

/** The range that was asked for, with what `change` makes of it. */
function partly(change: (body: Buffer, response: ServerResponse) => void): Misbehaviour {
  return ({ range }, response, content) => {
    const [, start, end] = /bytes=(\d+)-(\d+)/.exec(range!)!.map(Number);
    const body = Buffer.from(content!.subarray(start!, end! + 1));
    const headers = { 'Content-Range': `bytes ${start}-${end}/${content!.length}`, 'Content-Length': body.length };
    response.writeHead(206, headers);
    change(body, response);
    return true;
  };
}

describe('what passes by itself is tried again', () => {
  it.each([429, 500, 502, 503, 504, 408])('status %i, from the hub and from the CDN', async (status) => {
    hub.misbehave = first(3, () => true, sends(status, '', { 'Retry-After': '0' }));
    await expectWhole();
    rmSync(join(scratch, 'cache'), { recursive: true });
    hub.misbehave = first(2, isWeights, sends(status));
    await expectWhole();
  });

  it('connections that are cut, and bodies that end too early: only the rest is asked for', async () => {
    hub.misbehave = first(
      3,
      (seen) => isWeights(seen) && startOf(seen) % 30_000 === 0,
      partly((body, response) => response.write(body.subarray(0, 20_000), () => response.destroy())),
    );
    await expectWhole();
    const starts = hub.seen.filter(isWeights).map(startOf);
    expect(starts.filter((start) => start % 30_000 === 20_000)).toHaveLength(3);
  });

  it('an address of the CDN that has run out: the hub is asked for a new one', async () => {
    hub.misbehave = first(2, (seen) => isWeights(seen) && !seen.range!.startsWith('bytes=0-'), sends(403));
    await expectWhole();
  });

  it('a server that sends nothing, and one that stops in the middle', async () => {
    const settings = settingsFor(hub, scratch, { idleMs: 300 });
    hub.misbehave = first(1, isWeights, () => true);
    await expectWhole({ settings });
    rmSync(join(scratch, 'cache'), { recursive: true });
    hub.misbehave = first(
      1,
      isWeights,
      partly((body, response) => response.write(body.subarray(0, 5000))),
    );
    await expectWhole({ settings });
  });

  it('a connection that hangs gets company: the other parts arrive meanwhile', async () => {
    const held: (() => void)[] = [];
    hub.misbehave = first(1, isWeights, (seen, response, content) => {
      held.push(() => partly((body) => response.end(body))(seen, response, content));
      return true;
    });
    const whole = expectWhole();
    await vi.waitUntil(() => hub.seen.filter(isWeights).length > 4, { timeout: 4000 });
    for (const answer of held) answer();
    await whole;
  });

  /** One byte now and then, each in time for a client that only waits for silence. */
  const drip = (response: ServerResponse) => {
    response.write('{');
    const timer = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(timer));
    return true;
  };

  it.each([
    ['a body', (seen: Seen) => seen.path.endsWith(WEIGHTS) && seen.host === 'cdn'],
    ['a listing', (seen: Seen) => seen.path.startsWith('/api')],
  ])('%s that comes a byte at a time, but not for ever', async (_, isSlow) => {
    let slow = 0;
    hub.misbehave = (seen, response) => isSlow(seen) && slow++ < 1 && startDrip(seen, response);
    const settings = settingsFor(hub, scratch, { idleMs: 300 });
    await expectWhole({ settings });
    rmSync(scratch, { recursive: true, force: true });
    hub.misbehave = (seen, response) => isSlow(seen) && startDrip(seen, response);
    await expect(pullTiny(hub, scratch, { settings })).rejects.toMatchObject({
      code: 'hub-unreachable',
      message: expect.stringMatching(/sent only \d+ bytes in \d s; tried 4 times/),
    });
  });

  const startDrip = (seen: Seen, response: ServerResponse) => {
    const [, first, last] = /bytes=(\d+)-(\d+)/.exec(seen.range ?? '') ?? [];
    const size = repository.files[WEIGHTS]!.length;
    if (first !== undefined) response.writeHead(206, { 'content-range': `bytes ${first}-${last}/${size}` });
    return drip(response);
  };

  it('until it does not pass', async () => {
    hub.misbehave = (seen, response) => isWeights(seen) && sends(503)(seen, response, null);
    expect(await failure()).toMatchObject({
      code: 'hub-unreachable',
      message: expect.stringMatching(/503; tried 4 times$/),
    });
    hub.misbehave = () => true;
    const settings = settingsFor(hub, scratch, { idleMs: 100 });
    expect((await failure({ settings })).message).toContain('sent nothing for 0.1 s');
    hub.misbehave = sends(429, '', { 'Retry-After': '3600' });
    expect((await failure()).message).toMatch(/too many requests \(429\); it asks to come back in 3600 s$/);
    const nobody = settingsFor(hub, scratch, { endpoint: 'http://127.0.0.1:9' });
    expect((await failure({ settings: nobody })).message).toContain(
      '127.0.0.1:9: the connection failed (ECONNREFUSED)',
    );
  });
});

describe('what the hub refuses is told at once, with what to do', () => {
  const token = (value: string | null) => ({ settings: settingsFor(hub, scratch, { token: value }) });

  it('a gated repository', async () => {
    Object.assign(hub.repositories['org/tiny']!, { token: TOKEN, gated: true });
    expect(await failure()).toMatchObject({
      code: 'hub-gated',
      hint: expect.stringContaining(`${hub.endpoint}/org/tiny`),
    });
    expect((await failure(token('hf_wrong'))).code).toBe('hub-gated');
    await expectWhole(token(TOKEN));
  });

  it('a private or absent repository, an absent revision, an absent file', async () => {
    hub.repositories['org/tiny']!.token = TOKEN;
    expect(await failure()).toMatchObject({ code: 'hub-not-found', hint: expect.stringContaining('HF_TOKEN') });
    await expectWhole(token(TOKEN));
    rmSync(join(scratch, 'cache'), { recursive: true });
    delete hub.repositories['org/tiny']!.token;
    hub.misbehave = first(1, ({ path }) => path.endsWith(WEIGHTS), sends(404, 'EntryNotFound'));
    expect((await failure()).message).toContain('no such file');
    hub.misbehave = sends(404, 'RevisionNotFound');
    expect((await failure()).message).toContain('no such revision');
    hub.misbehave = sends(401);
    expect((await failure(token(TOKEN))).code).toBe('hub-refused');
    hub.misbehave = sends(403);
    hub.seen = [];
    expect((await failure(token(TOKEN))).code).toBe('hub-refused');
    expect(hub.seen).toHaveLength(1);
  });

  it('the token goes to the hub and nowhere else', async () => {
    await expectWhole(token(TOKEN));
    expect(
      hub.seen.filter(({ host }) => host === 'hub').every(({ authorization }) => authorization === `Bearer ${TOKEN}`),
    ).toBe(true);
    const elsewhere = hub.seen.filter(({ host }) => host === 'cdn');
    expect(elsewhere.length).toBeGreaterThan(0);
    expect(elsewhere.every(({ authorization }) => authorization === undefined)).toBe(true);
  });
});

describe('content that is not what was promised', () => {
  it('is fetched once more when a body was corrupted on its way', async () => {
    hub.misbehave = first(
      1,
      isWeights,
      partly((body, response) => {
        body[7]! ^= 0x10;
        response.end(body);
      }),
    );
    await expectWhole();
  });

  it.each([WEIGHTS, 'config.json'])('is refused when %s never has the listed hash', async (path) => {
    hub.repositories['org/tiny']!.claims = { [path]: 'ab'.repeat(20) };
    // All files in git: no address tells a hash of its own, so only the bytes can.
    hub.lfsBytes = 1e9;
    const error = await failure();
    hub.lfsBytes = 1000;
    expect(error).toMatchObject({ code: 'download-altered', message: expect.stringContaining(path) });
    expect(error.message).toMatch(/its git hash is [0-9a-f]{40}, the repository lists (ab){20}/);
  });

  it('is refused when the hub links to other content than it listed', async () => {
    hub.repositories['org/tiny']!.claims = { [WEIGHTS]: 'ab'.repeat(32) };
    expect((await failure()).message).toContain('the hub now has other content');
  });

  it('is not mixed when the file changes between two ranges', async () => {
    const other = Buffer.from(repository.files[WEIGHTS]!).fill(7);
    hub.misbehave = (seen) => {
      if (isWeights(seen) && !seen.range!.startsWith('bytes=0-')) hub.repositories['org/tiny']!.files[WEIGHTS] = other;
      return false;
    };
    expect((await failure()).code).toBe('download-altered');
    hub.misbehave = null;
    hub.repositories['org/tiny']!.files[WEIGHTS] = repository.files[WEIGHTS]!;
    await expectWhole();
  });

  it.each([
    [
      'a length that is not the listed one',
      (response: ServerResponse) => response.writeHead(200, { 'Content-Length': 5 }).end('short'),
    ],
    ['an endless body', (response: ServerResponse) => response.writeHead(200).end(Buffer.alloc(100_000))],
  ])('is refused: %s', async (_name, act) => {
    hub.misbehave = ({ path }, response) => {
      if (!path.endsWith('/config.json')) return false;
      act(response);
      return true;
    };
    expect((await failure()).code).toBe('download-altered');
  });

  it('a server that knows no ranges is read in one go', async () => {
    hub.misbehave = (seen, response, content) => {
      if (!isWeights(seen)) return false;
      response.writeHead(200, { 'Content-Length': content!.length }).end(content);
      return true;
    };
    await expectWhole();
  });

  it('a graph whose weights lie elsewhere is never made visible', async () => {
    const graph = Buffer.from(repository.files['onnx/model_q4.onnx']!);
    const forged = Buffer.from(
      graph.toString('latin1').replaceAll('model_q4.onnx_data', '../../../../secret'),
      'latin1',
    );
    hub.repositories['org/tiny']!.files['onnx/model_q4.onnx'] = forged;
    expect(await failure()).toMatchObject({
      code: 'external-data-invalid',
      message: expect.stringContaining('../../../../secret'),
    });
  });
});

describe('a hostile hub', () => {
  const answers =
    (body: string | Buffer, headers = {}): Misbehaviour =>
    ({ path }, response) => {
      if (!path.startsWith('/api/')) return false;
      response.writeHead(200, { 'Content-Type': 'application/json', ...headers }).end(body);
      return true;
    };

  it.each([
    ['no JSON', '<html>'],
    ['null', 'null'],
    ['a list', '[]'],
    ['no commit', '{"id":"org/tiny"}'],
    ['a commit that is a path', JSON.stringify({ sha: '../../../../etc' })],
  ])('gets nowhere with %s for an answer', async (_name, body) => {
    hub.misbehave = answers(body);
    expect((await failure()).code).toBe('hub-invalid');
  });

  it.each([
    ['an object', '{}'],
    ['entries that are null', '[null]'],
    ['a negative size', `[{"type":"file","path":"config.json","size":-1,"oid":"${'a'.repeat(40)}"}]`],
    ['a size beyond numbers', `[{"type":"file","path":"config.json","size":1e300,"oid":"${'a'.repeat(40)}"}]`],
  ])('gets nowhere with a tree of %s', async (_name, body) => {
    hub.misbehave = (seen, response, content) => seen.path.includes('/tree/') && answers(body)(seen, response, content);
    expect((await failure()).code).toBe('hub-invalid');
  });

  it('cannot name a path of its own, nor list without end, nor answer without end', async () => {
    const oid = 'a'.repeat(40);
    const paths = [
      '../evil',
      '/etc/passwd',
      'onnx/../../evil.onnx',
      'onnx/model_q4.onnx_data/../../x',
      'C:\\evil',
      'onnx/modél.onnx',
      'onnx/model\u202e.onnx',
    ];
    const body = JSON.stringify(paths.map((path) => ({ type: 'file', path, size: 1, oid })));
    hub.misbehave = (seen, response, content) => seen.path.includes('/tree/') && answers(body)(seen, response, content);
    expect(await failure()).toMatchObject({ code: 'dtype-missing', hint: expect.stringContaining('no onnx/*.onnx') });
    const link = { Link: `<${hub.endpoint}/api/models/org/tiny/tree/main?cursor=1>; rel="next"` };
    hub.misbehave = (seen, response, content) =>
      seen.path.includes('/tree/') && answers('[]', link)(seen, response, content);
    expect((await failure()).message).toContain('its listing has no end');
    hub.misbehave = answers(Buffer.alloc(34 << 20, ' '));
    expect((await failure()).message).toContain('an answer of more than');
  });

  it('cannot send the client round in circles or to another protocol', async () => {
    hub.misbehave = ({ path }, response) => {
      response.writeHead(302, { Location: path }).end();
      return true;
    };
    expect((await failure()).code).toBe('hub-invalid');
    hub.misbehave = (_seen, response) => {
      response.writeHead(302, { Location: 'file:///etc/passwd' }).end();
      return true;
    };
    expect((await failure()).code).toBe('hub-invalid');
  });
});

describe('an interruption', () => {
  it('keeps what arrived; the next pull asks only for the rest', async () => {
    const stop = new AbortController();
    hub.misbehave = (seen) => {
      if (isWeights(seen) && /=(90000|120000)-/.test(seen.range!)) stop.abort(problem('interrupted', { resume: null }));
      return false;
    };
    expect((await failure({ signal: stop.signal })).code).toBe('interrupted');
    const before = hub.sentBytes;
    hub.misbehave = null;
    await expectWhole();
    const rest = hub.sentBytes - before;
    expect(rest).toBeLessThan(repository.files[WEIGHTS]!.length);
  });

  it('whose remains were damaged ends in a whole file all the same', async () => {
    const stop = new AbortController();
    hub.misbehave = (seen) => {
      if (isWeights(seen) && /=(90000|120000)-/.test(seen.range!)) stop.abort(problem('interrupted', { resume: null }));
      return false;
    };
    await failure({ signal: stop.signal });
    hub.misbehave = null;
    const partial = join(`${directory()}.partial`, WEIGHTS);
    const bytes = readFileSync(partial);
    bytes[3]! ^= 255;
    writeFileSync(partial, bytes);
    await expectWhole();
    rmSync(join(scratch, 'cache'), { recursive: true });
  });

  it('whose remains were cut short, as a power cut does, starts anew', async () => {
    const stop = new AbortController();
    hub.misbehave = (seen) => {
      if (isWeights(seen) && /=90000-/.test(seen.range!)) stop.abort(problem('interrupted', { resume: null }));
      return false;
    };
    await failure({ signal: stop.signal });
    hub.misbehave = null;
    truncateSync(join(`${directory()}.partial`, WEIGHTS), 0);
    await expectWhole();
  });

  it('never writes through a link that lies where a file goes', async () => {
    const theirs = join(scratch, 'theirs');
    writeFileSync(theirs, 'precious');
    mkdirSync(join(`${directory()}.partial`, 'onnx'), { recursive: true });
    symlinkSync(theirs, join(`${directory()}.partial`, WEIGHTS));
    await expectWhole();
    expect(readFileSync(theirs, 'utf8')).toBe('precious');
  });

  it('a state file that is nonsense only means starting anew', async () => {
    const partial = join(`${directory()}.partial`, 'onnx');
    mkdirSync(partial, { recursive: true });
    writeFileSync(join(partial, 'model_q4.onnx_data'), 'x');
    writeFileSync(join(partial, 'model_q4.onnx_data.transfer'), '{"bytes":1,"parts":[{"start":-5}]}');
    await expectWhole();
  });
});

describe('what this machine refuses', () => {
  const refused = (path: string) =>
    Object.assign(new Error(`EACCES: permission denied, open '${path}'`), { code: 'EACCES', path });

  it('is told where it was refused: in the cache, or at a file that is only read', () => {
    expect(explained(refused('/cache/real/org--tiny/x'), '/cache')).toMatchObject({
      code: 'directory-unwritable',
      message: 'cannot write checkpoints to /cache: EACCES: permission denied',
    });
    expect(explained(refused('/home/a/hub/blobs/x'), '/cache')).toMatchObject({
      code: 'file-unreadable',
      message: '/home/a/hub/blobs/x: cannot be read: EACCES: permission denied',
    });
  });
});
