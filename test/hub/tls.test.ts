// A pull over TLS, as every real one is: a hub and a CDN whose certificate only this test trusts. In a process of its own,
// because Node reads NODE_EXTRA_CA_CERTS when it starts.
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type HubRepository, type HubServer, startHub } from '../fixtures/hub-server.js';
import { tinyRepository } from '../fixtures/tiny-repository.js';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const TOKEN = 'hf_neverToBeSeen';
const scratch = mkdtempSync(join(tmpdir(), 'edgeproof-tls-'));
const certificate = join(scratch, 'cert.pem');
let hub: HubServer;
let repository: HubRepository;

/** Of localhost and 127.0.0.1; false where there is no openssl. */
function makeCertificate(): boolean {
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const files = ['-keyout', join(scratch, 'key.pem'), '-out', certificate];
  try {
    execFileSync('openssl', [...request, ...subject, ...files], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
const canTest = makeCertificate();
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe.skipIf(!canTest)('a hub behind TLS', () => {
  beforeAll(async () => {
    repository = { ...(await tinyRepository()), token: TOKEN };
    const [key, cert] = [join(scratch, 'key.pem'), certificate].map((path) => readFileSync(path, 'utf8')) as [
      string,
      string,
    ];
    hub = await startHub({ 'org/tiny': repository }, { key, cert });
  });
  afterAll(() => hub.close());
  beforeEach(() => {
    hub.seen = [];
    hub.misbehave = null;
  });

  const pull = (name: string, env: Record<string, string>) => {
    const all = {
      HF_HOME: join(scratch, 'hf'),
      HF_ENDPOINT: hub.endpoint,
      HF_TOKEN: TOKEN,
      EDGEPROOF_CACHE: join(scratch, name),
    };
    return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
      const options = { env: { ...process.env, ...all, ...env } };
      const child = execFile(
        process.execPath,
        [CLI, 'models', 'pull', 'org/tiny', '--dtype', 'q4'],
        options,
        (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
      );
    });
  };

  it('is pulled from, redirects to another host included; that host never sees the token', async () => {
    const { code, stdout, stderr } = await pull('trusted', { NODE_EXTRA_CA_CERTS: certificate });
    expect([code, stderr]).toEqual([0, expect.stringContaining('every hash verified')]);
    for (const [path, content] of Object.entries(repository.files)) {
      expect(readFileSync(join(stdout.trim(), path)).equals(content), path).toBe(true);
    }
    const asked = (host: 'hub' | 'cdn') => hub.seen.filter((seen) => seen.host === host);
    expect(asked('cdn').map(({ path }) => path)).toContain('/org/tiny/onnx/model_q4.onnx_data');
    expect([...new Set(asked('cdn').map(({ authorization }) => authorization))]).toEqual([undefined]);
    expect([...new Set(asked('hub').map(({ authorization }) => authorization))]).toEqual([`Bearer ${TOKEN}`]);
  });

  it('is not followed to a host without TLS', async () => {
    hub.misbehave = ({ host, path }, response) => {
      if (host !== 'hub' || !path.endsWith('_data')) return false;
      response.writeHead(302, { Location: 'http://127.0.0.1:9/weights' }).end();
      return true;
    };
    const { code, stderr } = await pull('downgraded', { NODE_EXTRA_CA_CERTS: certificate });
    expect([code, stderr]).toEqual([2, expect.stringContaining('a redirect that leads nowhere')]);
  });

  it('whose certificate is not trusted is told at once, with the reason, and is sent nothing', async () => {
    const { code, stderr } = await pull('untrusted', {});
    expect([code, stderr]).toEqual([2, expect.stringMatching(/certificate.*SELF_SIGNED_CERT/)]);
    expect(hub.seen).toEqual([]);
  });
});
