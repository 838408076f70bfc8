// `models tune` as a user meets it, on a tiny model: what it prints, and that every other verb knows what it wrote.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { readResult } from '../../src/store/files.js';
import { TINY_CONFIG } from '../reference/tiny-model.js';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'edgeproof-tune-cli-'));
const cache = join(scratch, 'cache');
const results = join(scratch, 'results');
const config = join(scratch, 'config.json');
const directory = join(scratch, 'tuned');
writeFileSync(config, JSON.stringify(TINY_CONFIG));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function edgeproof(...parameters: string[]) {
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    const env = { ...process.env, EDGEPROOF_CACHE: cache };
    const child = execFile(process.execPath, [CLI, ...parameters], { env }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode, stdout, stderr });
    });
  });
}

const HERE = ['--results', results, '--machine', 'here'];

describe('models tune', () => {
  it('rewrites, measures both sides and compares their logits', async () => {
    const { code, stdout } = await edgeproof(
      'models',
      'tune',
      config,
      '--to',
      directory,
      '-r',
      '1',
      '-o',
      'json',
      ...HERE,
    );
    expect(code).toBe(0);
    const report = JSON.parse(stdout) as {
      steps: { step: string; applied: boolean }[];
      changes: { metric: string; outcome: string }[];
      fidelity: { kind: string; positions: number; sameTop1: { share: number }; divergence: { mean: number } }[];
    };
    expect(report.steps.map(({ step, applied }) => [step, applied])).toEqual([
      ['accuracy-level', true],
      ['quantise-head', true],
      ['last-token-logits', true],
    ]);
    expect(report.changes.map(({ metric }) => metric)).toEqual(
      expect.arrayContaining(['prefillRate', 'decodeRate', 'peakRssBytes']),
    );
    expect(report.changes.every(({ outcome }) => outcome === 'too few rounds')).toBe(true);
    expect(report.fidelity.map(({ kind, positions }) => [kind, positions])).toEqual([
      ['random', 384],
      ['continuation', 384],
    ]);
    expect(report.fidelity[0]!.divergence.mean).toBeGreaterThan(0);
    expect(readdirSync(cache).filter((name) => name.startsWith('fidelity'))).toEqual([]);

    const [file] = readdirSync(join(results, 'here'));
    const document = readResult(join(results, 'here', file!));
    expect(document.cases.map(({ status, key }) => [status, key.weights, key.layout])).toEqual([
      ['ok', 'synthetic', 'published'],
      ['ok', 'synthetic', null],
    ]);
    expect(document.cases[1]!.checkpoint!.tuned!.steps).toEqual([
      'accuracy-level',
      'quantise-head',
      'last-token-logits',
    ]);
  });

  it('finds no difference where a step changes no logit, and says what random weights are worth', async () => {
    const { stdout, stderr } = await edgeproof('models', 'tune', config, '--steps', 'last-token-logits', '-r', '0');
    expect(stdout).toContain('same best token 100.0 % (95 % interval 99.0 % to 100.0 %); KL divergence mean 0 ± 0');
    expect(stdout).toContain('Weights are random');
    const again = await edgeproof('models', 'tune', config, '--steps', 'last-token-logits', '-r', '0', '--no-fidelity');
    expect(stderr).toContain('wrote');
    expect(again.stderr).toContain('as it was written before');
  });

  it.each([
    [['--steps', 'faster'], '"faster" is not a step'],
    [['--without', 'accuracy-level,quantise-head,last-token-logits'], 'no step applies'],
    [['--layout', 'tuned', '--steps', 'accuracy-level'], 'no step applies'],
  ])('refuses %j', async (options, reason) => {
    const { code, stdout, stderr } = await edgeproof('models', 'tune', config, ...options);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(reason);
  });
});

describe('what it wrote', () => {
  it('runs on both runtimes and is labelled as synthetic', async () => {
    const { code, stdout } = await edgeproof(
      ...['run', '-m', directory, '--runtime', 'onnxruntime,transformers.js', '-p', '8', '-n', '4', '-r', '1', ...HERE],
    );
    expect(code).toBe(0);
    expect(stdout).toContain('synthetic');
  });

  it('is inspected, listed, verified and removed', async () => {
    const inspected = await edgeproof('models', 'inspect', directory, '-o', 'json');
    expect(JSON.parse(inspected.stdout)).toMatchObject({ head: { bits: 8, logits: 'num_logits_to_keep' } });
    const listed = await edgeproof('models', 'list');
    expect(listed.stdout).toMatch(/published q4 \+ last-token-logits \(synthetic\)/);
    const verified = await edgeproof('models', 'verify', '-o', 'json');
    const found = (JSON.parse(verified.stdout) as { directory: string; whole: boolean; variant: string }[]).find(
      ({ variant }) => variant.endsWith('last-token-logits'),
    )!;
    expect(found.whole).toBe(true);
    const removed = await edgeproof('models', 'rm', found.directory);
    expect(removed.stdout).toMatch(/freed/);
    expect(existsSync(found.directory)).toBe(false);
  });

  it('is refused by run once a byte of it differs', async () => {
    writeFileSync(join(directory, 'tokenizer.json'), '{}');
    const { code, stderr } = await edgeproof('run', '-m', directory, '-p', '8', '-n', '4', '-r', '1', ...HERE);
    expect(code).toBe(2);
    expect(stderr).toContain('tokenizer.json');
    expect(stderr).toContain('edgeproof models tune');
  });
});
