// The settings of a pull, from the environment variables that huggingface_hub reads: the hub, the token, its cache.
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { problem } from '../errors.js';

export interface HubSettings {
  /** Address of the hub, without a slash at the end. */
  endpoint: string;
  token: string | null;
  /** HF_HUB_OFFLINE: no network. */
  offline: boolean;
  /** The download cache of the Python tools. */
  hubCache: string;
  /** How long a server may send nothing before the connection is given up. */
  idleMs: number;
}

type Environment = Record<string, string | undefined>;

const DEFAULT_ENDPOINT = 'https://huggingface.co';
const DEFAULT_IDLE_SECONDS = 30;

export function hubSettings(env: Environment = process.env): HubSettings {
  const home = expandHome(env.HF_HOME) ?? join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'huggingface');
  const cache = env.HF_HUB_CACHE || env.HUGGINGFACE_HUB_CACHE;
  return {
    endpoint: endpointOf(env.HF_ENDPOINT || DEFAULT_ENDPOINT),
    token: tokenOf(env, home),
    offline: isTrue(env.HF_HUB_OFFLINE || env.TRANSFORMERS_OFFLINE),
    hubCache: expandHome(cache) ?? join(home, 'hub'),
    idleMs: idleSeconds(env.HF_HUB_DOWNLOAD_TIMEOUT) * 1000,
  };
}

function endpointOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  // The address may hold a password, so the message does not repeat it.
  if (url !== null && (url.username !== '' || url.password !== '')) {
    const expected = 'the address alone; a token goes into HF_TOKEN';
    throw problem('input-invalid', { what: 'HF_ENDPOINT holds a user name or password', expected });
  }
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
    const expected = `an address such as ${DEFAULT_ENDPOINT}`;
    throw problem('input-invalid', { what: `HF_ENDPOINT ${text} is not the address of a hub`, expected });
  }
  return (url.origin + url.pathname).replace(/\/+$/, '');
}

function tokenOf(env: Environment, home: string): string | null {
  const token = (env.HF_TOKEN || env.HUGGING_FACE_HUB_TOKEN || tokenFile(env, home)).trim();
  if (token === '') return null;
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  const what = 'the hub token holds spaces or control characters';
  throw problem('input-invalid', { what, expected: 'a token such as hf_…' });
}

function tokenFile(env: Environment, home: string): string {
  try {
    return readFileSync(expandHome(env.HF_TOKEN_PATH) ?? join(home, 'token'), 'utf8');
  } catch {
    return '';
  }
}

function idleSeconds(text: string | undefined): number {
  const seconds = Number(text || DEFAULT_IDLE_SECONDS);
  if (Number.isFinite(seconds) && seconds > 0) return seconds;
  const what = `HF_HUB_DOWNLOAD_TIMEOUT ${text} is not a time`;
  throw problem('input-invalid', { what, expected: 'a number of seconds, such as 30' });
}

function expandHome(path: string | undefined): string | null {
  if (!path) return null;
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
}

function isTrue(text: string | undefined): boolean {
  return /^(1|on|yes|true)$/i.test(text ?? '');
}
