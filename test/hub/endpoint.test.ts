// The environment of huggingface_hub, as its documentation has it; secrets are never repeated.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { hubSettings } from '../../src/hub/endpoint.js';
import { retryAfterMs } from '../../src/hub/retry.js';
import { thrownBy } from '../fixtures/thrown.js';

const home = mkdtempSync(join(tmpdir(), 'edgeproof-hf-home-'));
mkdirSync(home, { recursive: true });
writeFileSync(join(home, 'token'), 'hf_fromFile\n');
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('hub settings', () => {
  it('are those of huggingface_hub when nothing is set', () => {
    expect(hubSettings({ HF_TOKEN_PATH: '/nowhere' })).toEqual({
      endpoint: 'https://huggingface.co',
      token: null,
      offline: false,
      hubCache: join(homedir(), '.cache', 'huggingface', 'hub'),
      idleMs: 30_000,
    });
  });

  it('follow the environment', () => {
    expect(hubSettings({ HF_HOME: home })).toMatchObject({ token: 'hf_fromFile', hubCache: join(home, 'hub') });
    expect(hubSettings({ HF_HOME: home, HF_TOKEN: 'hf_x' }).token).toBe('hf_x');
    expect(hubSettings({ HF_HUB_CACHE: '~/c' }).hubCache).toBe(join(homedir(), 'c'));
    expect(hubSettings({ XDG_CACHE_HOME: '/x' }).hubCache).toBe('/x/huggingface/hub');
    expect(hubSettings({ HF_ENDPOINT: 'https://mirror.example/hf/' }).endpoint).toBe('https://mirror.example/hf');
    expect(hubSettings({ HF_HUB_OFFLINE: 'YES' }).offline).toBe(true);
    expect(hubSettings({ HF_HUB_OFFLINE: '0' }).offline).toBe(false);
    expect(hubSettings({ HF_HUB_DOWNLOAD_TIMEOUT: '5' }).idleMs).toBe(5000);
  });

  it.each([
    { HF_ENDPOINT: 'https://me:hf_secret@mirror.example' },
    { HF_ENDPOINT: 'ftp://mirror.example' },
    { HF_ENDPOINT: 'nonsense' },
    { HF_TOKEN: 'hf_secret\r\nX: y' },
    { HF_HUB_DOWNLOAD_TIMEOUT: 'soon' },
  ])('refuse %j without repeating a secret', (env) => {
    const error = thrownBy(() => hubSettings(env));
    expect(error.code).toBe('input-invalid');
    expect(error.message + error.hint).not.toContain('hf_secret');
  });
});

describe('Retry-After', () => {
  it.each([
    [undefined, null],
    ['3', 3000],
    ['Thu, 01 Jan 1970 00:00:10 GMT', 9000],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
    ['soon', null],
  ])('%j is %j ms from the first second on', (header, ms) => {
    expect(retryAfterMs(header, 1000)).toBe(ms);
  });
});
