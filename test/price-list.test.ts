// What an addition costs (CONTRIBUTING.md), tried: a row is put into a table here, and everything else follows. Names of
// rows stand nowhere else in the code.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { describe, expect, it, vi } from 'vitest';
import { declareRun, suiteOverrides } from '../src/commands/run-options.js';
import type { CaseKey } from '../src/contract/case-key.js';
import { METRIC_NAMES } from '../src/contract/metric-names.js';
import { RUNTIME_NAMES } from '../src/contract/runtimes.js';
import { ARCHITECTURES } from '../src/networks/architectures.js';
import { render } from '../src/report/render.js';
import { resultPage } from '../src/report/result-page.js';
import { PLAIN } from '../src/report/table.js';
import { resume, run } from '../src/run/run.js';
import { showView } from '../src/stats/show.js';
import { caseId } from '../src/suite/case-id.js';
import { impliedBy } from '../src/suite/dimensions.js';
import { documentOf, generateCase, steadyRound } from './fixtures/document.js';
import { fakeExecutor, STEADY } from './fixtures/fake-executor.js';
import { tinyWorkplace } from './fixtures/tiny-suite.js';

/** A runtime of its own file format: a row, and a file in worker/runtimes/ that no test here opens. */
vi.mock('../src/contract/runtimes.js', async (original) => {
  const table = await original<typeof import('../src/contract/runtimes.js')>();
  const names = table.RUNTIME_NAMES as unknown as string[];
  names.push('probe-engine');
  Object.assign(table.RUNTIMES, {
    'probe-engine': {
      ...table.RUNTIMES['llama.cpp'],
      format: 'onnx',
      layouts: ['tuned'],
      optional: null,
      version: (versions: Record<string, string | null>) => `probe ${versions['probe-engine']}`,
      engine: (versions: Record<string, string | null>) => `probe-engine ${versions['probe-engine']}`,
    },
  });
  return table;
});

/** A dimension: a row. */
vi.mock('../src/suite/dimensions.js', async (original) => {
  const table = await original<typeof import('../src/suite/dimensions.js')>();
  (table.DIMENSION_NAMES as string[]).push('batch');
  Object.assign(table.DIMENSIONS, {
    batch: {
      metavar: 'numbers',
      help: 'prompts at a time',
      group: 'How much to run:',
      field: 'batches',
      read: (texts: string[]) => texts.flatMap((text) => text.split(',').map(Number)),
      inId: ({ batch }: { batch?: number }) => ({ batch }),
      label: (value: string) => `batch ${value}`,
      implies: ['workload'],
    },
  });
  return table;
});

const { suite, results } = tinyWorkplace();
const probe = 'probe-engine' as CaseKey['runtime'];

describe('a runtime is a row and a file', () => {
  const executor = (version = '7.0') => {
    const versions = { ...fakeExecutor().versions(), [probe]: version };
    return fakeExecutor(STEADY, { versions: () => versions });
  };
  const plain = { machine: 'fakebox', results };

  it('is accepted in a suite, planned, run, stored with its version, named in headings and listed in help', async () => {
    const { document } = await run(suite({ runtimes: [probe] }), { ...plain, executor: executor() });
    const [result] = document.cases;
    expect(result).toMatchObject({ key: { runtime: probe }, identity: { runtimeVersion: 'probe 7.0' } });
    const page = render(resultPage(showView(document, null)), 'table', PLAIN);
    expect(page).toContain('· tuned q4 · probe-engine · cpu ·');
    expect(page).toContain('· probe-engine 7.0');
    expect(declareRun(new Command('run')).helpInformation()).toContain('probe-engine');
  });

  it('is held against the ceilings that its row names, and goes on with its own version only', async () => {
    const asked = executor();
    const { document, path } = await run(suite({ runtimes: [probe] }), { ...plain, ceilings: true, executor: asked });
    // Kernels of its own: no product of ONNX Runtime is measured for it.
    const { ofCeiling } = showView(document, null).cases[0]!;
    expect([ofCeiling.prefill, ofCeiling.decode?.boundBy]).toEqual([null, 'read bandwidth']);
    const other = resume(path, { rounds: 3 }, { ...plain, executor: executor('8.0') });
    await expect(other).rejects.toThrow('probe-engine 7.0, this is 8.0');
  });

  it('is refused the options and workloads that it does not have', async () => {
    const withOptions = run(suite({ runtimes: [probe], options: [{ spinning: false }] }), {
      ...plain,
      executor: executor(),
    });
    await expect(withOptions).rejects.toThrow('the runtime probe-engine does not have option.spinning');
    const micro = [{ kind: 'micro', task: 'session-run' }];
    await expect(
      run(suite({ runtimes: [probe], workloads: micro }), { ...plain, executor: executor() }),
    ).rejects.toThrow('none of the runtimes probe-engine');
  });

  it('names stand in the table and in the files of the runtime, and nowhere else', () => {
    const allowed = /^(contract\/runtimes|worker\/runtimes\/.*)\.ts$/;
    // Defaults name a row of the table; so does the subject of the self-test.
    const defaults = ['contract/suite.ts', 'commands/self-test.ts'];
    const named = sourcesThatName(RUNTIME_NAMES).filter((path) => !allowed.test(path) && !defaults.includes(path));
    expect(named).toEqual([]);
  });
});

describe('a metric is a name, a row and its docs row', () => {
  it('is shown, exported and compared by its row: other code names only those that it computes with', () => {
    const table = ['contract/metric-names.ts', 'stats/metrics.ts'];
    const elsewhere = METRIC_NAMES.filter((name) => sourcesThatName([name]).some((path) => !table.includes(path)));
    // Ceilings, forecasts, the search for threads and `--target` work with rates; the ranking with the first token; peakRssBytes is a
    // field of stored memory, too.
    expect(elsewhere.sort()).toEqual(['decodeRate', 'loadMs', 'microMs', 'peakRssBytes', 'prefillRate', 'ttftMs']);
  });
});

describe('a dimension is a row and its use', () => {
  it('is an option of run, a part of case ids, a label and something to compare across, by its row alone', async () => {
    const command = declareRun(new Command('run'));
    expect(command.helpInformation()).toContain('--batch <numbers>');
    command.parse(['--batch', '1,4'], { from: 'user' });
    expect(await suiteOverrides(command.opts())).toEqual({ batches: [1, 4] });
    const [one, four] = [1, 4].map((batch) =>
      generateCase([steadyRound(100, 10)], { key: { batch } as Partial<CaseKey> }),
    );
    expect(caseId(four!.key)).toMatch(/\/batch=4$/);
    expect(impliedBy(['batch'])).toEqual(['workload']);
    const both = { ...documentOf([generateCase([steadyRound(100, 10)])]), cases: [one!, four!] };
    expect(resultPage(showView(both, null)).columns.map(({ key }) => key)).toContain('batch');
    expect(resultPage(showView({ ...both, cases: [four!] }, null)).heading[0]).toContain('batch 4');
  });
});

describe('an architecture is a file, a row and its reference', () => {
  it('is named by architectures and their table alone', () => {
    const outside = sourcesThatName(Object.keys(ARCHITECTURES)).filter(
      (path) => !path.startsWith('networks/architectures'),
    );
    // llama.cpp calls an architecture of its own by one of these names.
    expect(outside).toEqual(['networks/gguf/metadata.ts']);
  });
});

const SRC = fileURLToPath(new URL('../src/', import.meta.url));

/** Files of src/ with one of these names as a string of its own, comments left out. */
function sourcesThatName(names: readonly string[]): string[] {
  const quoted = new RegExp(`(?<=['"\`])(${names.map((name) => name.replaceAll('.', '\\.')).join('|')})(?=['"\`])`);
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .filter((path) =>
      quoted.test(readFileSync(join(SRC, path), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')),
    )
    .map((path) => path.replaceAll('\\', '/'));
}
