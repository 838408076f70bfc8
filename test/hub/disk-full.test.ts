// A full disk, on a real file system of a few megabytes: told before the download, and in the middle of it.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realDirectory } from '../../src/models/real.js';
import { COMMIT, type HubServer, startHub } from '../fixtures/hub-server.js';
import { pullTiny, tinyRepository } from '../fixtures/tiny-repository.js';

const scratch = mkdtempSync(join(tmpdir(), 'edgeproof-full-'));
const isMounted = mount();
let hub: HubServer;

beforeAll(async () => {
  const tiny = await tinyRepository();
  hub = await startHub({
    'org/tiny': { ...tiny, files: { ...tiny.files, 'onnx/model_q4.onnx_data': Buffer.alloc(6 << 20, 1) } },
  });
});
afterAll(async () => {
  await hub.close();
  if (isMounted) execFileSync('umount', [scratch]);
  rmSync(scratch, { recursive: true, force: true });
});

/** Needs a superuser on Linux; elsewhere there is no small disk to fill. */
function mount(): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', scratch], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(!isMounted)('a disk without room', () => {
  const directory = () => realDirectory(join(scratch, 'cache'), 'org/tiny', COMMIT, 'q4');

  it('is told before anything is downloaded', async () => {
    writeFileSync(join(scratch, 'filler'), Buffer.alloc(4 << 20));
    await expect(pullTiny(hub, scratch)).rejects.toMatchObject({
      code: 'disk-full',
      message: expect.stringMatching(/7 MB needed, 4|5 MB free/),
    });
    expect(hub.sentBytes).toBe(0);
    rmSync(join(scratch, 'filler'));
  });

  it('that fills up in the middle leaves nothing visible; with room again the pull goes on', async () => {
    hub.misbehave = ({ host, path }) => {
      if (host === 'cdn' && path.endsWith('_data') && !existsSync(join(scratch, 'filler')))
        writeFileSync(join(scratch, 'filler'), Buffer.alloc(4 << 20));
      return false;
    };
    await expect(pullTiny(hub, scratch)).rejects.toMatchObject({ code: 'disk-full' });
    expect(existsSync(directory())).toBe(false);
    hub.misbehave = null;
    rmSync(join(scratch, 'filler'));
    expect((await pullTiny(hub, scratch)).outcome).toBe('pulled');
  });
});
