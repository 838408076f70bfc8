// `fit` as a user runs it: models by every name, devices, uses, lists, scores, bad input, exit codes.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fitSchema } from '../../src/contract/views/fit.js';
import { scoreSchema } from '../../src/contract/views/score.js';
import { loadRegistry } from '../../src/models/registry.js';
import { copyFirstResults } from '../fixtures/first-results.js';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'edgeproof-verb-fit-'));
const registry = loadRegistry();
const configOf = (id: string) => registry.find((model) => model.id === id)!.config;

beforeAll(() => {
  copyFirstResults(folder);
  mkdirSync(join(folder, 'own'));
  writeFileSync(join(folder, 'own', 'config.json'), JSON.stringify(configOf('qwen2.5-0.5b')));
});
afterAll(() => rmSync(folder, { recursive: true }));

function fit(...parameters: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'fit', ...parameters], {
    encoding: 'utf8',
    cwd: folder,
    env: { ...process.env, EDGEPROOF_CACHE: join(folder, 'cache') },
  });
  return { status, stdout, stderr };
}
const view = (...parameters: string[]) => fitSchema.parse(JSON.parse(fit(...parameters, '-o', 'json').stdout));

describe('a model on a device', () => {
  it('has a row for each dtype, a verdict for each use, and says what they follow from', () => {
    const { status, stdout, stderr } = fit('qwen2.5-0.5b', '--device', 'pi-5-8gb', '--use', 'chat,agent');
    // It may serve a chat, but no agent.
    expect([status, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(
      /^fit · qwen2\.5-0\.5b · Raspberry Pi 5, 8 GB\nQwen2\.5-0\.5B-Instruct · 494 M parameters · 25 kB of KV cache a token/,
    );
    expect(stdout).toMatch(/^q4 +271 MB +\d.* yes +.*chat|not shown +fail$/m);
    expect(stdout).toMatch(/^agent at q4.* on raspberry-pi-5-8gb: fail · .*\(needs ≤ \d+\)/m);
    expect(stdout).toContain('published runs of other devices');
  });

  it('is the same by its id, its hub id, its folder and its config.json', () => {
    const [byId, ...others] = [
      'qwen2.5-0.5b',
      'onnx-community/Qwen2.5-0.5B-Instruct',
      './own',
      './own/config.json',
    ].map((name) => view(name, '--device', 'pi-5-8gb').models[0]!.variants);
    for (const variants of others) expect(variants).toEqual(byId);
  });

  it('that is too large gets the arithmetic, and exit code 1', () => {
    const { status, stdout } = fit(
      'deepseek-r1',
      'grok-1',
      'minimax-m1',
      '--device',
      'macbook-pro-m4',
      '--dtype',
      'q4',
    );
    expect(status).toBe(1);
    expect(stdout).toMatch(
      /^deepseek-r1: does not fit: q4 weights of 357 GB \+ 0\.22 GB of KV cache for 1,544 tokens; Apple MacBook Pro M4 Pro, 24 GB has 17\.2 GB for them\.$/m,
    );
    expect(stdout).toMatch(/^grok-1: does not fit: q4 weights of 197 GB; /m);
    expect(stdout).toContain('Sizes by parameters alone, since their graphs cannot be planned: grok-1, minimax-m1.');
  });

  it('that serves no use that is asked for: exit code 1; one that may: 0', () => {
    expect(fit('qwen2.5-7b', '--device', 'pi-5-8gb', '--use', 'agent').status).toBe(1);
    expect(fit('smollm2-135m', '--device', 'galaxy-s24', '--use', 'chat').status).toBe(0);
  });
});

describe('on the machine of a result', () => {
  it('comes from what was measured there', () => {
    const { on, basis, models } = view('qwen2.5-0.5b', '--like', 'intel-xeon-2c-24gb', '--dtype', 'q4');
    expect(on).toMatchObject({ kind: 'results', id: 'intel-xeon-2c-24gb', threads: 2 });
    expect(basis.architectures).toBe(1);
    const { prediction } = models[0]!.variants[0]!;
    // The committed result of exactly this: 54.4 tok/s, 409 tok/s, 541 MB.
    expect(Math.abs(prediction.decodeRate!.value / 54.4 - 1)).toBeLessThan(0.1);
    expect(Math.abs(prediction.prefillRate!.value / 409 - 1)).toBeLessThan(0.15);
    expect(Math.abs(prediction.peakRssBytes!.value / 541e6 - 1)).toBeLessThan(0.15);
    expect(prediction.decodeRate!.low).toBeNull();
  });

  it('this machine without results still knows sizes and memory', () => {
    const { status, stdout } = fit('qwen2.5-0.5b', '--results', 'none');
    expect(status).toBe(0);
    expect(stdout).toContain('Nothing has been measured on this machine');
    expect(stdout).toContain('q4f16 is the smallest that fits; all fit.');
    expect(stdout).toMatch(/^q4 +271 MB +about 0\.\d+ +yes +– +– +– +not shown$/m);
  });
});

describe('lists', () => {
  it('ranks the registry: what serves first, of these the largest, and names it', () => {
    const { status, stdout } = fit('--list', '--device', 'galaxy-s24', '--min-decode', '10');
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^\d+ models of 42 serve at least 10 tok\/s on Samsung Galaxy S24 Ultra.*; the largest is \S+ at q4: decode 1\d\.\d to \d+/m,
    );
    const passed = stdout.split('\n').filter((line) => / yes .* pass$/.test(line));
    const parameters = passed
      .map((line) => /(\d[\d.]*) ([BM]) /.exec(line)!)
      .map(([, value, unit]) => Number(value) * (unit === 'B' ? 1e9 : 1e6));
    expect(parameters).toEqual(parameters.toSorted((a, b) => b - a));
    expect(stdout.indexOf(' pass\n')).toBeLessThan(stdout.indexOf(' fail\n'));
  });

  it('prints every device and every use, and scores', () => {
    expect(fit('--devices').stdout).toMatch(
      /^raspberry-pi-5-8gb +Raspberry Pi 5, 8 GB +8\.59 GB +7\.62 GB +17\.1 +614 +board-cpu +solid$/m,
    );
    expect(fit('--uses').stdout).toMatch(/^agent +.*10 × \(600 \+ 150\) after 2000 +.*a turn ≤ 10 s/m);
    const { published, own } = scoreSchema.parse(JSON.parse(fit('--score', '-o', 'json').stdout));
    expect(published.summary.within.decodeRate!.inside).toBeGreaterThan(0.75 * published.summary.within.decodeRate!.n);
    expect(own).toEqual([]);
  });

  it.each(['md', 'csv', 'jsonl'])('prints %s', (format) => {
    for (const parameters of [['qwen2.5-0.5b', '--device', 'pi-5-8gb'], ['--devices'], ['--uses'], ['--score']]) {
      const { status, stdout } = fit(...parameters, '-o', format);
      expect([status, stdout.length > 100], parameters.join(' ')).toEqual([0, true]);
    }
  });
});

describe('bad input', () => {
  it.each<[string[], string, string]>([
    [[], 'fit: no model', 'or --list for all, --devices, --uses'],
    [['qwen2.5-0.5b', '--list'], 'fit: qwen2.5-0.5b with --list', 'models, or a list'],
    [['--list', '--score'], 'fit: --list with --score', 'one of them'],
    [['qwen2.5-0.5b', '--device', 'pi-5-8gb', '--like', 'latest'], 'fit: --device with --like', 'one of them'],
    [['qwen2.5-0.5b', '--device', 'rasberry'], 'there is no device profile "rasberry"', 'similar names: raspberry-pi-'],
    [['qwen2.5-0.5b', '--use', 'chatting'], 'there is no use profile "chatting"', 'similar names: chat'],
    [['qwen3.5'], 'models.json has no model "qwen3.5"', 'similar names: qwen'],
    [['org/unknown'], 'the configuration of org/unknown', 'edgeproof models pull org/unknown'],
    [['qwen2.5-0.5b', '--dtype', 'q3'], 'q3', 'q4'],
    [['qwen2.5-0.5b', '--context', '-5'], "argument '-5' is invalid", 'whole number'],
    [['qwen2.5-0.5b', '--min-decode', 'fast'], "argument 'fast' is invalid", 'above 0'],
  ])('%j: one clear error, exit code 2', (parameters, message, hint) => {
    const { status, stdout, stderr } = fit(...parameters);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
    expect(stderr).not.toContain('    at ');
  });
});
