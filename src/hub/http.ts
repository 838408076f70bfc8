// GET requests to the hub and its CDN: proxies, timeouts, redirects, refusals in words. The token goes to the hub
// alone; addresses are told without their query, which may be a signature.
import { type Dispatcher, EnvHttpProxyAgent, request } from 'undici';
import { EdgeproofError, problem } from '../errors.js';
import { bulkGet } from './bulk-get.js';
import type { HubSettings } from './endpoint.js';
import { FramingError, TransientError } from './failures.js';
import { LONGEST_WAIT_MS, RETRIES, type RetryPolicy, retryAfterMs, withRetries } from './retry.js';
import { pour, type Sink } from './sink.js';

const MOST_REDIRECTS = 5;
const LARGEST_ANSWER_BYTES = 32 << 20;
const ROOM_BYTES = 1 << 16;

export interface HttpAnswer {
  status: number;
  headers: Record<string, string | undefined>;
  /** The address that answered in the end. */
  url: URL;
  /** Headers of the hub's own redirect, where it passed us on to a CDN. */
  hubHeaders: Record<string, string | undefined>;
  read(sink: Sink): Promise<void>;
  discard(): void;
}

export interface GetOptions {
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** A large body is expected. */
  bulk?: boolean;
}

export interface Http {
  settings: HubSettings;
  retries: RetryPolicy;
  signal: AbortSignal | undefined;
  /** One request, redirects followed. Throws TransientError where another attempt may help. `repo` is for messages. */
  get(url: URL, repo: string, options?: GetOptions): Promise<HttpAnswer>;
  /** A whole small answer, retried; throws when it is larger than 32 MiB. */
  getBytes(url: URL, repo: string): Promise<{ headers: HttpAnswer['headers']; bytes: Buffer }>;
  close(): Promise<void>;
}

export function createHttp(settings: HubSettings, signal?: AbortSignal, retries: RetryPolicy = RETRIES): Http {
  const limits = {
    headersTimeout: settings.idleMs,
    bodyTimeout: settings.idleMs,
    connect: { timeout: settings.idleMs },
  };
  const dispatcher = new EnvHttpProxyAgent(limits);
  const ours = new URL(settings.endpoint).origin;

  const isProxied = ['http_proxy', 'https_proxy'].some((name) => process.env[name] || process.env[name.toUpperCase()]);

  const once = async (url: URL, headers: Record<string, string>, abort: AbortSignal | undefined, bulk: boolean) => {
    const authorization: Record<string, string> =
      settings.token !== null && url.origin === ours ? { authorization: `Bearer ${settings.token}` } : {};
    const all = { 'user-agent': 'edgeproof', 'accept-encoding': 'identity', ...headers, ...authorization };
    try {
      if (bulk) return await bulkGet(url, { headers: all, idleMs: settings.idleMs, signal: abort });
    } catch (error) {
      abort?.throwIfAborted();
      if (!(error instanceof FramingError)) throw failed(url, error, settings);
    }
    try {
      const options = { dispatcher, headers: all, ...(abort === undefined ? {} : { signal: abort }) };
      return streamed(await request(url, options));
    } catch (error) {
      abort?.throwIfAborted();
      throw failed(url, error, settings);
    }
  };

  const get: Http['get'] = async (first, repo, { headers = {}, signal: abort = signal, bulk = false } = {}) => {
    let url = first;
    let hubHeaders: HttpAnswer['headers'] = {};
    for (let hops = 0; ; hops++) {
      const answer = await once(url, headers, abort, bulk && !isProxied);
      const known = answer.headers;
      if (hops === 0) hubHeaders = known;
      if (answer.statusCode < 300 || answer.statusCode === 304) {
        return {
          status: answer.statusCode,
          headers: known,
          url,
          hubHeaders,
          read: answer.read,
          discard: answer.discard,
        };
      }
      answer.discard();
      if (answer.statusCode >= 400) throw refusal(answer.statusCode, known, url, repo, settings);
      const next =
        known.location !== undefined && URL.canParse(known.location, url.href) ? new URL(known.location, url) : null;
      const isDowngrade = url.protocol === 'https:' && next?.protocol !== 'https:';
      if (next === null || !/^https?:$/.test(next.protocol) || isDowngrade || hops === MOST_REDIRECTS) {
        throw problem('hub-invalid', {
          url: shown(url),
          reason: `a redirect that leads nowhere (${answer.statusCode})`,
        });
      }
      url = next;
    }
  };

  const readAll = async (url: URL, repo: string) => {
    const { headers, read } = await get(url, repo);
    const chunks: Buffer[] = [];
    const room = Buffer.allocUnsafe(ROOM_BYTES);
    let size = 0;
    try {
      await read({
        room: () => room,
        took(bytes) {
          size += bytes;
          if (size > LARGEST_ANSWER_BYTES) {
            throw problem('hub-invalid', {
              url: shown(url),
              reason: `an answer of more than ${LARGEST_ANSWER_BYTES} bytes`,
            });
          }
          chunks.push(Buffer.from(room.subarray(0, bytes)));
        },
      });
    } catch (error) {
      throw error instanceof EdgeproofError
        ? error
        : new TransientError(networkReason(url, error, settings), null, error);
    }
    return { headers, bytes: Buffer.concat(chunks) };
  };

  return {
    settings,
    retries,
    signal,
    get,
    getBytes: (url, repo) =>
      withRetries(retries, signal, () => readAll(url, repo)).catch((error) => {
        throw finalError(error, url);
      }),
    close: () => dispatcher.destroy(),
  };
}

/** What to tell once no further attempt is made. */
export function finalError(error: unknown, url: URL): unknown {
  if (!(error instanceof TransientError)) return error;
  const { attempts, message: reason, waitMs } = error;
  const waitSeconds = waitMs !== null && waitMs > LONGEST_WAIT_MS ? Math.ceil(waitMs / 1000) : null;
  return problem('hub-unreachable', { host: url.host, reason, attempts, waitSeconds }, error);
}

/** An address without its query and password: both may be secrets. */
export function shown(url: URL): string {
  return url.origin + url.pathname;
}

function refusal(
  status: number,
  headers: HttpAnswer['headers'],
  url: URL,
  repo: string,
  { endpoint, token }: HubSettings,
): Error {
  const code = headers['x-error-code'];
  const fromHub = url.origin === new URL(endpoint).origin;
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    const words = status === 429 ? 'too many requests (429)' : `status ${status}`;
    return new TransientError(words, retryAfterMs(headers['retry-after'], Date.now()));
  }
  // A signed address of the CDN runs out; asking the hub again gives a fresh one.
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

/** What OpenSSL and Node say of a certificate that does not prove the host. */
const UNTRUSTED = /^(CERT_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED_CERT|UNABLE_TO_(VERIFY|GET)|ERR_TLS_CERT)/;

function failed(url: URL, error: unknown, settings: HubSettings): Error {
  const code = (error as { code?: string }).code ?? '';
  if (UNTRUSTED.test(code)) return problem('hub-untrusted', { host: url.host, code }, error);
  return new TransientError(networkReason(url, error, settings), null, error);
}

export function networkReason(url: URL, error: unknown, { idleMs }: HubSettings): string {
  const code = (error as { code?: string }).code ?? '';
  if (/^(UND_ERR_HEADERS_TIMEOUT|UND_ERR_BODY_TIMEOUT|ETIMEDOUT)$/.test(code)) {
    return `${url.host} sent nothing for ${idleMs / 1000} s`;
  }
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return `${url.host} did not answer within ${idleMs / 1000} s`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `the name ${url.hostname} is not known (${code})`;
  if (code.startsWith('UND_ERR')) return `the connection broke (${code})`;
  // Messages of a proxy or a library may hold addresses with passwords; the code says enough.
  return `the connection failed${code === '' ? '' : ` (${code})`}`;
}

function streamed({ statusCode, headers, body }: Dispatcher.ResponseData) {
  return {
    statusCode,
    headers: flatten(headers),
    async read(sink: Sink) {
      for await (const chunk of body as AsyncIterable<Buffer>) pour(sink, chunk);
    },
    discard() {
      body.on('error', () => {}).destroy();
    },
  };
}

function flatten(headers: Dispatcher.ResponseData['headers']): HttpAnswer['headers'] {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), Array.isArray(value) ? value[0] : value]),
  );
}
