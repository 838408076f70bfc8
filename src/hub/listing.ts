// Lists a repository at a revision: the commit, the licence, and every file with its size and hash. @huggingface/hub
// speaks the protocol over our own requests, and every answer is validated before it is used.
import { listFiles, modelInfo } from '@huggingface/hub';
import { z } from 'zod';
import { problem } from '../errors.js';
import { type Http, shown } from './http.js';

const MOST_FILES = 20_000;
const MOST_ANSWERS = 100;

export interface RemoteFile {
  path: string;
  bytes: number;
  /** Known for files in LFS; null for small files, for which gitOid is known. */
  sha256: string | null;
  /** git's hash of the content; null for LFS files, where git only hashes a pointer to them. */
  gitOid: string | null;
}

export interface Listing {
  repo: string;
  commit: string;
  license: string | null;
  files: RemoteFile[];
}

const infoSchema = z.looseObject({
  sha: z.string().regex(/^[0-9a-f]{40}$/),
  cardData: z.looseObject({ license: z.unknown() }).nullish().catch(null),
});

const size = z.int().nonnegative();
const entrySchema = z.looseObject({
  type: z.string(),
  path: z.string().min(1).max(1024),
  size,
  oid: z.string().regex(/^[0-9a-f]{40}$/),
  lfs: z.looseObject({ oid: z.string().regex(/^[0-9a-f]{64}$/), size }).optional(),
});

export async function listRepository(http: Http, repo: string, revision: string): Promise<Listing> {
  const { endpoint } = http.settings;
  const about = { hubUrl: endpoint, fetch: fetchFor(http, repo) };
  const asked = await modelInfo({ name: repo, revision, additionalFields: ['sha', 'cardData'], ...about });
  const { sha, cardData } = checked(infoSchema, asked, `${endpoint}/api/models/${repo}`);
  const files: RemoteFile[] = [];
  for await (const entry of listFiles({ repo, revision: sha, recursive: true, ...about })) {
    if (entry.type !== 'file') continue;
    const where = `${endpoint}/api/models/${repo}/tree/${sha}`;
    const { path, size: bytes, oid, lfs } = checked(entrySchema, entry, where);
    files.push({ path, bytes: lfs?.size ?? bytes, sha256: lfs?.oid ?? null, gitOid: lfs === undefined ? oid : null });
    if (files.length > MOST_FILES) throw problem('hub-invalid', { url: where, reason: `over ${MOST_FILES} files` });
  }
  const license = cardData?.license;
  return { repo, commit: sha, license: typeof license === 'string' ? license.slice(0, 100) : null, files };
}

function checked<T extends z.ZodType>(schema: T, value: unknown, url: string): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw problem('hub-invalid', { url, reason: `${issue?.path.join('.') || 'the answer'}: ${issue?.message}` });
}

/** Our requests in the form of `fetch`. A mirror's listing may name the hub behind it; its next page comes from the mirror. */
function fetchFor(http: Http, repo: string): typeof fetch {
  const ours = new URL(http.settings.endpoint);
  let answers = 0;
  return async (input) => {
    const asked = new URL(String(input instanceof Request ? input.url : input));
    const url = asked.origin === ours.origin ? asked : new URL(asked.pathname + asked.search, ours.origin);
    answers++;
    if (answers > MOST_ANSWERS) throw problem('hub-invalid', { url: shown(url), reason: 'its listing has no end' });
    const { headers, bytes } = await http.getBytes(url, repo);
    const schema = url.pathname.includes('/tree/') ? z.array(z.looseObject({})) : z.looseObject({});
    checked(schema, jsonOf(bytes, url), shown(url));
    return new Response(new Uint8Array(bytes), {
      headers: { 'content-type': 'application/json', ...(headers.link === undefined ? {} : { link: headers.link }) },
    });
  };
}

function jsonOf(bytes: Buffer, url: URL): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw problem('hub-invalid', { url: shown(url), reason: 'it is not JSON' }, error);
  }
}
