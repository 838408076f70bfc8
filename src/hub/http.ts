// GET requests to the hub and its CDN through undici: proxies, timeouts, redirects, and refusals in words. Only the hub
// gets the token. Addresses are shown without their query, which may hold a signature.
import type { Readable } from 'node:stream';
import { type Dispatcher, EnvHttpProxyAgent, request } from 'undici';
import { EdgeproofError, problem } from '../errors.js';
import type { HubSettings } from './endpoint.js';
import { TransientError } from './failures.js';
import { atLeastPace } from './pace.js';
import { LONGEST_WAIT_MS, type OnPause, RETRIES, type RetryPolicy, retryAfterMs, withRetries } from './retry.js';

const MOST_REDIRECTS = 5;
const LARGEST_ANSWER_BYTES = 32 << 20;

type Headers = Record<string, string | undefined>;

export interface HttpAnswer {
  status: number;
  headers: Headers;
  /** The address that gave the final answer. */
  url: URL;
  /** Headers of the hub's own answer, where it redirected us to a CDN. */
  hubHeaders: Headers;
  body: Readable;
  /** Gives up the body. */
  discard(): void;
}

export interface GetOptions {
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

export interface Http {
  settings: HubSettings;
  retries: RetryPolicy;
  signal: AbortSignal | undefined;
  /** Called before a long pause between two attempts. */
  onPause: OnPause;
  /** One request, following redirects. Throws TransientError where another attempt may help; messages name `repo`. */
  get(url: URL, repo: string, options?: GetOptions): Promise<HttpAnswer>;
  /** A small answer as a whole, with retries; throws if it is larger than 32 MiB. */
  getBytes(url: URL, repo: string): Promise<{ headers: Headers; bytes: Buffer }>;
  close(): Promise<void>;
}

export function createHttp(
  settings: HubSettings,
  signal?: AbortSignal,
  retries: RetryPolicy = RETRIES,
  onPause: OnPause = () => {},
): Http {
  const { idleMs, token } = settings;
  const timeouts = { headersTimeout: idleMs, bodyTimeout: idleMs, connect: { timeout: idleMs } };
  const dispatcher = new EnvHttpProxyAgent(timeouts);
  const ours = new URL(settings.endpoint).origin;

  const once = async (url: URL, wanted: Record<string, string>, abort: AbortSignal | undefined) => {
    const authorization = token !== null && url.origin === ours ? { authorization: `Bearer ${token}` } : {};
    const headers = { 'user-agent': 'edgeproof', 'accept-encoding': 'identity', ...wanted, ...authorization };
    try {
      return await request(url, { dispatcher, headers, signal: abort ?? null });
    } catch (error) {
      abort?.throwIfAborted();
      throw failed(url, error, settings);
    }
  };

  // undici's own redirects would follow https to http, and hide the hub's headers about the content it links to.
  const get: Http['get'] = async (first, repo, { headers: wanted = {}, signal: abort = signal } = {}) => {
    let url = first;
    let hubHeaders: Headers | null = null;
    for (let hops = 0; ; hops++) {
      const { statusCode: status, headers: fields, body } = await once(url, wanted, abort);
      const headers = flatten(fields);
      const discard = () => void body.dump().catch(() => {});
      hubHeaders ??= headers;
      if (status < 300 || status === 304) return { status, headers, url, hubHeaders, body, discard };
      discard();
      if (status >= 400) throw refusal(status, headers, url, repo, settings);
      const next = redirectOf(url, headers.location);
      if (next === null || hops === MOST_REDIRECTS) {
        throw problem('hub-invalid', { url: shown(url), reason: `a redirect that leads nowhere (${status})` });
      }
      url = next;
    }
  };

  const readAll = async (url: URL, repo: string) => {
    const { headers, body } = await get(url, repo);
    const chunks: Buffer[] = [];
    let size = 0;
    try {
      for await (const chunk of atLeastPace(body, idleMs, url.host)) {
        size += chunk.length;
        if (size > LARGEST_ANSWER_BYTES) {
          const reason = `an answer of more than ${LARGEST_ANSWER_BYTES} bytes`;
          throw problem('hub-invalid', { url: shown(url), reason });
        }
        chunks.push(chunk);
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof EdgeproofError || error instanceof TransientError) throw error;
      throw new TransientError(networkReason(url, error, settings), null, error);
    }
    return { headers, bytes: Buffer.concat(chunks) };
  };

  return {
    settings,
    retries,
    signal,
    onPause,
    get,
    getBytes: (url, repo) =>
      withRetries(retries, signal, () => readAll(url, repo), undefined, onPause).catch((error) => {
        throw finalError(error, url);
      }),
    close: () => dispatcher.destroy(),
  };
}

/** Where a redirect leads; null where it must not be followed. */
function redirectOf(from: URL, location: string | undefined): URL | null {
  if (location === undefined || !URL.canParse(location, from.href)) return null;
  const next = new URL(location, from);
  const isDowngrade = from.protocol === 'https:' && next.protocol !== 'https:';
  return /^https?:$/.test(next.protocol) && !isDowngrade ? next : null;
}

/** The error to report when no further attempt is made. */
export function finalError(error: unknown, url: URL): unknown {
  if (!(error instanceof TransientError)) return error;
  const { attempts, message: reason, waitMs } = error;
  const waitSeconds = waitMs !== null && waitMs > LONGEST_WAIT_MS ? Math.ceil(waitMs / 1000) : null;
  return problem('hub-unreachable', { host: url.host, reason, attempts, waitSeconds }, error);
}

/** An address without its query and password, either of which may be secret. */
export function shown(url: URL): string {
  return url.origin + url.pathname;
}

function refusal(status: number, headers: Headers, url: URL, repo: string, { endpoint, token }: HubSettings): Error {
  const code = headers['x-error-code'];
  const fromHub = url.origin === new URL(endpoint).origin;
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    const words = status === 429 ? 'too many requests (429)' : `status ${status}`;
    return new TransientError(words, retryAfterMs(headers['retry-after'], Date.now()));
  }
  // Signed addresses of a CDN expire; the hub gives a fresh one.
  if (!fromHub && (status === 401 || status === 403)) return new TransientError(`${url.host} answered ${status}`);
  const page = `${endpoint}/${repo}`;
  if (code === 'GatedRepo') return problem('hub-gated', { repo, page, hasToken: token !== null });
  if (status === 416) return new TransientError('the range was refused (416)');
  if (status === 404 || code === 'RepoNotFound') {
    const what = code === 'RevisionNotFound' ? 'revision' : code === 'EntryNotFound' ? 'file' : 'repository';
    return problem('hub-not-found', { what, url: shown(url), hasToken: token !== null });
  }
  if (status === 401 || status === 403) return problem('hub-refused', { repo, status, hasToken: token !== null });
  return problem('hub-invalid', { url: shown(url), reason: `status ${status}` });
}

/** The codes of OpenSSL and Node for a certificate that does not prove the host's identity. */
const UNTRUSTED = /^(CERT_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED_CERT|UNABLE_TO_(VERIFY|GET)|ERR_TLS_CERT)/;

function failed(url: URL, error: unknown, settings: HubSettings): Error {
  const code = (error as { code?: string }).code ?? '';
  if (UNTRUSTED.test(code)) return problem('hub-untrusted', { host: url.host, code }, error);
  return new TransientError(networkReason(url, error, settings), null, error);
}

export function networkReason(url: URL, error: unknown, { idleMs }: HubSettings): string {
  const code = (error as { code?: string }).code ?? '';
  if (/^UND_ERR_(HEADERS|BODY)_TIMEOUT$/.test(code)) return `${url.host} sent nothing for ${idleMs / 1000} s`;
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return `${url.host} did not answer within ${idleMs / 1000} s`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `the name ${url.hostname} is not known (${code})`;
  if (code.startsWith('UND_ERR')) return `the connection broke (${code})`;
  // The error's own message may hold an address with a password, so only the code is shown.
  return `the connection failed${code === '' ? '' : ` (${code})`}`;
}

function flatten(headers: Dispatcher.ResponseData['headers']): Headers {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), Array.isArray(value) ? value[0] : value]),
  );
}
