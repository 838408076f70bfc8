// `regress --confirm` without a model: alerts that no pairs can be run for stand, with the reason.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { regress } from '../../src/commands/regress.js';
import type { ResultDocument } from '../../src/contract/result.js';
import { regressSchema } from '../../src/contract/views/regress.js';
import { describeMachine } from '../../src/machine/describe.js';
import { describeTool } from '../../src/run/provenance.js';
import { saveResult } from '../../src/store/files.js';
import { runtimeVersions } from '../../src/worker/installed.js';
import { documentOf, generateCase, steadyRound } from '../fixtures/document.js';

const results = mkdtempSync(join(tmpdir(), 'edgeproof-regress-'));
afterAll(() => rmSync(results, { recursive: true, force: true }));
afterEach(() => vi.restoreAllMocks());

const MACHINE = describeMachine('here').id;
const rounds = (factor: number) => Array.from({ length: 8 }, (_, i) => steadyRound(100, 20 * factor + i / 100));

/** As this installation would have measured it, but for the changes. */
function store(name: string, factor: number, startedAt: string, changes: Partial<ResultDocument> = {}): string {
  const document = documentOf([generateCase(rounds(factor))], { machine: MACHINE, startedAt });
  const path = join(results, MACHINE, `${name}.json`);
  mkdirSync(join(results, MACHINE), { recursive: true });
  saveResult(path, { ...document, tool: describeTool(), versions: runtimeVersions(), ...changes });
  return path;
}

async function confirm(baseline: string, candidate: string, more: object = {}) {
  const [out, err] = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write').mockReturnValue(true));
  const options = { output: 'table', results, across: [], pair: [], machine: MACHINE };
  const code = await regress(candidate, { ...options, grade: 'B', confirm: 'alerts', baseline, ...more });
  const text = (spy: typeof out) => spy!.mock.calls.map(([written]) => written).join('');
  return { code, out: text(out), err: text(err) };
}

describe('an alert that cannot be confirmed', () => {
  const slower = store('slower', 1.2, '2026-01-02T00:00:00.000Z');

  it('stands where both sides have the same settings in this installation', async () => {
    const same = store('same', 1, '2026-01-01T00:00:00.000Z');
    const { code, out, err } = await confirm(same, slower);
    expect(code).toBe(1);
    expect(out).toContain('Worse: 1 of');
    expect(err).toMatch(/^not confirmed: .* both sides have the same settings/);
    expect(err).toContain('--baseline-install');
  });

  it('stands where the baseline needs another version', async () => {
    const tool = { version: '0.0.1', commit: null, dirty: null };
    const old = store('old', 1, '2026-01-01T00:00:00.000Z', { tool });
    // Where a dimension differs, this installation could set it, had it measured both.
    const document = documentOf([generateCase(rounds(1), { key: { threads: 1 } })], { machine: MACHINE });
    saveResult(old, { ...document, versions: runtimeVersions(), tool });
    const { code, err } = await confirm(old, slower, { across: ['threads'] });
    expect(code).toBe(1);
    expect(err).toContain('the baseline was measured by edgeproof 0.0.1, not by');
  });

  it('is not run for where nothing is worse', async () => {
    const same = store('quiet', 1.2, '2026-01-01T00:00:00.000Z');
    const { code, err } = await confirm(same, slower);
    expect({ code, err }).toEqual({ code: 0, err: 'nothing to confirm: no figure is worse\n' });
  });
});

it.each([
  ['without --confirm', { confirm: undefined }],
  ['with alerts that stand', {}],
])('prints one documented view as JSON: %s', async (_, more) => {
  const [before, after] = [store('a', 1, '2026-01-01T00:00:00.000Z'), store('b', 1.2, '2026-01-02T00:00:00.000Z')];
  const { out, code } = await confirm(before, after, { ...more, output: 'json' });
  const view = regressSchema.parse(JSON.parse(out));
  expect(view).toMatchObject({ exitCode: code, isPaired: false, pairs: null, comparison: { baseline: before } });
  expect(view.findings.map(({ outcome }) => outcome)).toContain('worse');
});

it('wants --confirm with --baseline-install', async () => {
  await expect(confirm('x', 'y', { confirm: undefined, baselineInstall: results })).rejects.toThrow(
    '--baseline-install without --confirm',
  );
});
