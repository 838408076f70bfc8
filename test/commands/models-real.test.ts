// The journey of real weights, as a user meets it: pull, list, verify, pin, run offline, rm; Ctrl-C and kill -9 between.
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readResult } from '../../src/store/files.js';
import { COMMIT, type HubServer, sha256, startHub } from '../fixtures/hub-server.js';
import { tinyRepository } from '../fixtures/tiny-repository.js';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const REGISTRY = fileURLToPath(new URL('../../models.json', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'edgeproof-real-'));
const TOKEN = 'hf_neverToBeSeen';
let hub: HubServer;

beforeAll(async () => {
  const tiny = await tinyRepository();
  const big = Buffer.alloc(40 << 20, 'weights ');
  hub = await startHub({
    'org/tiny': tiny,
    'org/big': {
      ...tiny,
      files: {
        'config.json': Buffer.from('{}'),
        'onnx/model_q4.onnx': tiny.files['onnx/model_q4.onnx']!,
        'onnx/model_q4.onnx_data': big,
      },
    },
  });
  hub.pageSize = 100;
});
afterAll(async () => {
  await hub.close();
  rmSync(scratch, { recursive: true, force: true });
});

const environment = (changes: Record<string, string> = {}) => ({
  ...process.env,
  EDGEPROOF_CACHE: join(scratch, 'cache'),
  HF_HOME: join(scratch, 'hf'),
  HF_ENDPOINT: hub.endpoint,
  HF_TOKEN: TOKEN,
  ...changes,
});

function edgeproof(parameters: string[], env: Record<string, string> = {}) {
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      [CLI, ...parameters],
      { env: environment(env) },
      (_error, stdout, stderr) => {
        expect(stdout + stderr).not.toContain(TOKEN);
        resolve({ code: child.exitCode, stdout, stderr });
      },
    );
  });
}

const OFFLINE = { HF_ENDPOINT: 'http://127.0.0.1:9', HTTP_PROXY: 'http://127.0.0.1:9', HF_HUB_OFFLINE: '1' };
const RUN = [
  'run',
  '-m',
  'org/tiny',
  '--dtype',
  'q4',
  '-p',
  '8',
  '-n',
  '4',
  '-r',
  '1',
  '--machine',
  'test-bench',
  '--no-ceilings',
];

describe('real weights', () => {
  it('that are missing are named with the command that gets them, and nothing is asked of the network', async () => {
    const asked = hub.seen.length;
    const { code, stderr } = await edgeproof([...RUN, '--results', join(scratch, 'none')]);
    expect(code).toBe(2);
    expect(stderr).toContain('get it with: edgeproof models pull org/tiny --dtype q4');
    expect(hub.seen.length).toBe(asked);
  });

  it('are pulled: directory to stdout, plain progress lines and the sum to stderr', async () => {
    const { code, stdout, stderr } = await edgeproof(['models', 'pull', 'org/tiny']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('every hash verified') });
    expect(stderr).toMatch(/pulling org\/tiny q4 .* 100 %/);
    expect(stderr).not.toContain('\r');
    expect(stdout.trim()).toBe(join(scratch, 'cache', 'real', 'org--tiny', COMMIT, 'q4'));
    expect(readdirSync(stdout.trim())).toContain('edgeproof.json');
  });

  it.each(['onnxruntime', 'transformers.js'])(
    'run offline on %s, labelled real, with commit and hashes',
    async (runtime) => {
      const results = join(scratch, `results-${runtime}`);
      const asked = hub.seen.length;
      const { code, stdout, stderr } = await edgeproof([...RUN, '--runtime', runtime, '--results', results], OFFLINE);
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('is not pinned') });
      expect(stdout).toContain('real weights');
      expect(stdout).not.toContain('synthetic');
      expect(hub.seen.length).toBe(asked);
      const [name] = readdirSync(join(results, 'test-bench'));
      const text = readFileSync(join(results, 'test-bench', name!), 'utf8');
      expect(text).not.toContain(TOKEN);
      const [result] = readResult(join(results, 'test-bench', name!)).cases;
      expect(result!.id).toBe(
        `generate/model=org/tiny/weights=real/dtype=q4/runtime=${runtime}/ep=cpu/threads=${result!.key.threads}/prompt=8/new=4`,
      );
      expect(result!.checkpoint).toMatchObject({
        seed: null,
        source: { repo: 'org/tiny', revision: COMMIT, pinned: false },
      });
      const weights = result!.checkpoint!.files.find(({ path }) => path.endsWith('_data'))!;
      expect(weights.sha256).toBe(sha256(hub.repositories['org/tiny']!.files[weights.path]!));
    },
  );

  it('are listed with licence, size, pin and fit; a broken manifest beside them is passed over by name', async () => {
    const broken = join(scratch, 'cache', 'real', 'org--broken', COMMIT, 'q4');
    mkdirSync(broken, { recursive: true });
    writeFileSync(join(broken, 'edgeproof.json'), '{');
    const { code, stdout } = await edgeproof(['models', 'list'], OFFLINE);
    expect(code).toBe(0);
    expect(stdout).toMatch(/org\/tiny .* q4 \(real\) .* no +yes +apache-2\.0/);
    expect(stdout).toContain(`passed over: ${broken}`);
    rmSync(join(scratch, 'cache', 'real', 'org--broken'), { recursive: true });
    const records = JSON.parse((await edgeproof(['models', 'list', '-o', 'json'], OFFLINE)).stdout);
    expect(records.find(({ model }: { model: string }) => model === 'org/tiny')).toMatchObject({
      commit: COMMIT,
      fits: true,
      weights: 'real',
    });
  });

  it('in a folder or a single file are used in place, and never written to', async () => {
    const folder = join(scratch, 'mine');
    cpSync(join(scratch, 'cache', 'real', 'org--tiny', COMMIT, 'q4'), folder, { recursive: true });
    rmSync(join(folder, 'edgeproof.json'));
    const before = readdirSync(folder, { recursive: true }).length;
    for (const model of [folder, join(folder, 'onnx', 'model_q4.onnx')]) {
      const parameters = [
        'run',
        '-m',
        model,
        '-p',
        '8',
        '-n',
        '2',
        '-r',
        '1',
        '--machine',
        'test-bench',
        '--results',
        join(scratch, 'own'),
      ];
      const { code, stderr, stdout } = await edgeproof([...parameters, '-o', 'json'], OFFLINE);
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.any(String) });
      expect(JSON.parse(stdout).cases[0].key).toMatchObject({ weights: 'real', dtype: 'q4', layout: null });
    }
    expect(readdirSync(folder, { recursive: true }).length).toBe(before);
    const { stderr } = await edgeproof(
      ['run', '-m', join(folder, 'onnx', 'model_q4.onnx'), '--runtime', 'transformers.js'],
      OFFLINE,
    );
    expect(stderr).toContain('a single .onnx file has no tokenizer');
  });

  it('of a config.json are synthetic, with no registry entry', async () => {
    const config = join(scratch, 'mine', 'config.json');
    const { code, stdout } = await edgeproof(
      ['run', '-m', config, '-p', '8', '-n', '2', '-r', '1', '--results', join(scratch, 'config'), '-o', 'json'],
      OFFLINE,
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout).cases[0]).toMatchObject({ status: 'ok', key: { weights: 'synthetic', layout: 'tuned' } });
  });

  it('that cannot fit are refused with the arithmetic, before anything is written', async () => {
    const config = join(scratch, 'huge.json');
    const tiny = JSON.parse(readFileSync(join(scratch, 'mine', 'config.json'), 'utf8'));
    writeFileSync(
      config,
      JSON.stringify({ ...tiny, hidden_size: 65_536, intermediate_size: 262_144, num_hidden_layers: 100 }),
    );
    for (const verb of [
      ['models', 'synthesize', config],
      ['run', '-m', config, '--dtype', 'fp32', '-p', '8', '-n', '4', '--results', join(scratch, 'huge')],
    ]) {
      const { code, stderr } = await edgeproof(verb, OFFLINE);
      expect(code).toBe(2);
      expect(stderr).toMatch(
        /does not fit: .* weights [\d,]+ GB \+ KV cache of [\d,]+ tokens? .* = .*; this machine has /,
      );
    }
  });

  it('are verified on demand; an altered byte is exit code 1 and stops a run', async () => {
    expect((await edgeproof(['models', 'verify', 'org/tiny'], OFFLINE)).code).toBe(0);
    const weights = join(scratch, 'cache', 'real', 'org--tiny', COMMIT, 'q4', 'onnx', 'model_q4.onnx_data');
    const content = readFileSync(weights);
    content[1000]! ^= 1;
    writeFileSync(weights, content);
    const verified = await edgeproof(['models', 'verify'], OFFLINE);
    expect([verified.code, verified.stdout]).toEqual([1, expect.stringContaining('was altered')]);
    const ran = await edgeproof([...RUN, '--results', join(scratch, 'altered')], OFFLINE);
    expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining('edgeproof models pull org/tiny --dtype q4')]);
    expect((await edgeproof(['models', 'pull', 'org/tiny'])).stderr).toContain('it is pulled again');
  });

  it('are pinned into a registry, every other byte of which stays; another commit is then refused', async () => {
    const registry = join(scratch, 'models.json');
    const text = readFileSync(REGISTRY, 'utf8').replace('onnx-community/Qwen2.5-0.5B-Instruct"', 'org/tiny"');
    writeFileSync(registry, text);
    const { code, stderr } = await edgeproof(['models', 'pin', 'qwen2.5-0.5b', '--registry', registry], OFFLINE);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining(`q4 of org/tiny at ${COMMIT}`) });
    const pinned = readFileSync(registry, 'utf8');
    const added = pinned
      .split('\n')
      .filter((line) => !text.split('\n').includes(line))
      .join('\n');
    expect(added).toContain(COMMIT);
    expect(pinned.replace(/ *"pin": \{[\s\S]*?\n {6}\},\n/, '')).toBe(text);
    const again = await edgeproof(['models', 'pin', 'qwen2.5-0.5b', '--registry', registry], OFFLINE);
    expect([again.code, readFileSync(registry, 'utf8')]).toEqual([0, pinned]);
  });

  it('are pinned into the working directory by an installed package, whose files stay as they are', async () => {
    const checkout = fileURLToPath(new URL('../../', import.meta.url));
    const installed = join(scratch, 'app', 'node_modules', 'edgeproof');
    for (const part of ['dist', 'package.json'])
      cpSync(join(checkout, part), join(installed, part), { recursive: true });
    symlinkSync(join(checkout, 'node_modules'), join(installed, 'node_modules'));
    const registry = join(installed, 'models.json');
    const text = readFileSync(REGISTRY, 'utf8').replace('onnx-community/Qwen2.5-0.5B-Instruct"', 'org/tiny"');
    writeFileSync(registry, text);
    const [cwd, cli] = [join(scratch, 'app'), join(installed, 'dist', 'cli.js')];
    const options = { cwd, env: environment(OFFLINE), encoding: 'utf8' } as const;
    const pinned = spawnSync(process.execPath, [cli, 'models', 'pin', 'qwen2.5-0.5b'], options);
    expect([pinned.status, pinned.stdout]).toEqual([0, 'edgeproof-pins.json\n']);
    expect(readFileSync(registry, 'utf8')).toBe(text);
    const { pins } = JSON.parse(readFileSync(join(cwd, 'edgeproof-pins.json'), 'utf8'));
    expect(pins['qwen2.5-0.5b'].revision).toBe(COMMIT);
    const verified = spawnSync(process.execPath, [cli, 'models', 'verify'], options);
    expect(verified.stdout).toMatch(/pinned/);
  });

  it('are removed; what is freed is told', async () => {
    const { code, stdout } = await edgeproof(['models', 'rm', 'org/tiny'], OFFLINE);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^\d+ (kB|MB) freed/)]);
    expect(existsSync(join(scratch, 'cache', 'real', 'org--tiny', COMMIT))).toBe(false);
    expect((await edgeproof(['models', 'rm', 'org/tiny'], OFFLINE)).code).toBe(2);
  });
});

describe('an interrupted pull', () => {
  const partial = join(scratch, 'cache', 'real', 'org--big', COMMIT, 'q4.partial', 'onnx', 'model_q4.onnx_data');
  const visible = join(scratch, 'cache', 'real', 'org--big', COMMIT, 'q4');

  /** Half of the weights, then silence. */
  function stall(): void {
    hub.misbehave = ({ host, path, range }, response, content) => {
      if (host !== 'cdn' || !path.endsWith('_data')) return false;
      const start = Number(/bytes=(\d+)/.exec(range ?? '')?.[1] ?? 0);
      if (start > 0) return false;
      response.writeHead(200, { 'Content-Length': content!.length, ETag: '"big"' });
      response.write(content!.subarray(0, 20 << 20));
      return true;
    };
  }

  async function startAndStop(signal: NodeJS.Signals): Promise<{ code: number | null; stderr: string }> {
    stall();
    const child: ChildProcess = spawn(process.execPath, [CLI, 'models', 'pull', 'org/big'], { env: environment() });
    let stderr = '';
    child.stderr!.on('data', (text) => {
      stderr += text;
    });
    const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
    while ((statSync(partial, { throwIfNoEntry: false })?.size ?? 0) < 20 << 20)
      await new Promise((tick) => setTimeout(tick, 20));
    // The state is saved once a second; a killed process must not lose more.
    await new Promise((tick) => setTimeout(tick, 100));
    child.kill(signal);
    const code = await ended;
    hub.misbehave = null;
    expect(existsSync(visible)).toBe(false);
    return { code, stderr };
  }

  it('does not lose its files to `models rm` while it is under way', async () => {
    stall();
    const child = spawn(process.execPath, [CLI, 'models', 'pull', 'org/big'], { env: environment(), stdio: 'ignore' });
    const ended = new Promise((resolve) => child.on('exit', resolve));
    while ((statSync(partial, { throwIfNoEntry: false })?.size ?? 0) < 1)
      await new Promise((tick) => setTimeout(tick, 20));
    const { code, stderr } = await edgeproof(['models', 'rm', 'org/big']);
    expect([code, stderr]).toEqual([2, expect.stringContaining(`is being pulled by process ${child.pid}`)]);
    expect(existsSync(partial)).toBe(true);
    child.kill('SIGKILL');
    await ended;
    hub.misbehave = null;
    expect((await edgeproof(['models', 'rm', 'org/big'])).code).toBe(0);
    expect(existsSync(join(scratch, 'cache', 'real', 'org--big'))).toBe(false);
  });

  it('by Ctrl-C exits with 130 and says how to go on; the rest is pulled then', async () => {
    const { code, stderr } = await startAndStop('SIGINT');
    expect(code).toBe(130);
    expect(stderr).toContain('what was downloaded is kept; go on with: edgeproof models pull org/big --dtype q4');
    hub.seen = [];
    const { stderr: words } = await edgeproof(['models', 'pull', 'org/big']);
    const [rest] = hub.seen.filter(({ host, path }) => host === 'cdn' && path.endsWith('_data'));
    expect(Number(/bytes=(\d+)-/.exec(rest?.range ?? '')?.[1])).toBe(20 << 20);
    // The weights are not those of the graph, which is told instead of being installed.
    expect(words).toMatch(/external data|every hash verified/);
  });

  it('by kill -9 leaves nothing visible, and the next pull is not kept waiting', async () => {
    rmSync(join(scratch, 'cache', 'real', 'org--big'), { recursive: true, force: true });
    await startAndStop('SIGKILL');
    const { code: other } = await edgeproof(['models', 'rm', `org/big@${'d'.repeat(40)}`]);
    expect([other, existsSync(partial)], 'what belongs to another commit stays').toEqual([2, true]);
    const { code } = await edgeproof(['models', 'pull', 'org/big']);
    expect(code).toBe(0);
    expect(
      readFileSync(join(visible, 'onnx', 'model_q4.onnx_data')).equals(
        hub.repositories['org/big']!.files['onnx/model_q4.onnx_data']!,
      ),
    ).toBe(true);
  });
});
