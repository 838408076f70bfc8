// Suites from files: the ones we ship, names that are none, fields that are wrong.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSuite, suiteNames } from '../../src/suite/load.js';
import { planCases } from '../../src/suite/plan.js';
import { iterationSeed } from '../../src/worker/prompt.js';
import { thrownBy } from '../fixtures/thrown.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'edgeproof-suites-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const SMALLEST = { name: 'small', models: ['m'], workloads: [{ kind: 'generate', prompt: [8], new: [4] }] };
const MICRO = { name: 'micro-only', models: ['m'], workloads: [{ kind: 'micro', task: 'tokenize' }] };

describe('the suites in benchmarks/', () => {
  const files = readdirSync(new URL('../../benchmarks/', import.meta.url)).filter((name) => name.endsWith('.json'));

  it.each(files)('%s is valid, bears its own name and plans cases', (file) => {
    const name = file.replace('.json', '');
    const suite = loadSuite(name);
    expect(suite.name).toBe(name);
    expect(suite.description).not.toBe('');
    expect(planCases(suite, 2).length).toBeGreaterThan(0);
    expect(loadSuite(join('benchmarks', file))).toEqual(suite);
  });

  it('are what suiteNames lists', () => {
    expect(suiteNames().map((name) => `${name}.json`)).toEqual(files);
  });
});

describe('loadSuite', () => {
  it('fills in defaults', () => {
    expect(loadSuite(write('small.json', SMALLEST))).toEqual({
      ...SMALLEST,
      description: '',
      layouts: ['tuned'],
      dtypes: ['q4'],
      runtimes: ['onnxruntime'],
      eps: ['cpu'],
      threads: ['auto'],
      workloads: [{ kind: 'generate', prompt: [8], new: [4], depth: [0] }],
      rounds: 5,
      iterations: 3,
      warmup: 'auto',
      seed: 1,
      timeoutSeconds: 600,
    });
    expect(loadSuite(write('micro.json', MICRO)).workloads).toEqual([
      { kind: 'micro', task: 'tokenize', timeMs: 2000, samples: 50, warmup: 10 },
    ]);
  });

  it.each(['no-such-suite', 'quick.yaml', './quick', 'no/such.json', 'nosuch.json'])(
    'does not find %s and lists the suites that exist',
    (name) => {
      const error = thrownBy(() => loadSuite(name));
      expect(error.code).toBe('suite-unknown');
      expect(error.message).toContain(`"${name}"`);
      for (const known of suiteNames()) expect(error.hint).toContain(known);
    },
  );

  it('names file and reason where the file is not JSON', () => {
    const path = write('broken.json', '{ "name": "small", ');
    const error = thrownBy(() => loadSuite(path));
    expect(error.code).toBe('json-broken');
    expect(error.message).toContain(path);
    expect(error.hint).toContain('restore it from git');
  });

  it('names the file where a folder has its name', () => {
    expect(thrownBy(() => loadSuite(`${folder}/`))).toMatchObject({ code: 'file-unreadable' });
  });

  it.each([
    ['an unknown field', { dtype: ['q4'] }, '"dtype"'],
    ['an unknown dtype', { dtypes: ['q4', 'q5'] }, 'dtypes[1]'],
    ['an unknown runtime', { runtimes: ['llama'] }, 'runtimes[0]'],
    ['an unknown execution provider', { eps: ['tpu'] }, 'eps[0]'],
    ['an unknown layout', { layouts: ['fast'] }, 'layouts[0]'],
    ['no models', { models: [] }, 'models'],
    ['a model for a list', { models: 'm' }, 'models'],
    ['no rounds', { rounds: 0 }, 'rounds'],
    ['half a round', { rounds: 1.5 }, 'rounds'],
    ['threads as text', { threads: ['all'] }, 'threads[0]'],
    ['no threads', { threads: [0] }, 'threads[0]'],
    ['a timeout of zero', { timeoutSeconds: 0 }, 'timeoutSeconds'],
    ['a name with spaces', { name: 'Two Words' }, 'name'],
    ['a name that leaves the folder', { name: '../up' }, 'name'],
    ['no name', { name: undefined }, 'name'],
    ['no workloads', { workloads: [] }, 'workloads'],
    ['an unknown workload', { workloads: [{ kind: 'image' }] }, 'workloads[0].kind'],
    ['an empty prompt', { workloads: [{ kind: 'generate', prompt: [0], new: [4] }] }, 'workloads[0].prompt[0]'],
    ['no new tokens', { workloads: [{ kind: 'generate', prompt: [8] }] }, 'workloads[0].new'],
    ['negative depth', { workloads: [{ kind: 'generate', prompt: [8], new: [4], depth: [-1] }] }, 'depth[0]'],
    ['a single sample', { workloads: [{ kind: 'micro', task: 'tokenize', samples: 1 }] }, 'workloads[0].samples'],
  ])('names file and field of %s', (_, fields, field) => {
    const path = write('wrong.json', { ...SMALLEST, ...fields });
    const error = thrownBy(() => loadSuite(path));
    expect(error.code).toBe('file-invalid');
    expect(error.message).toContain(path);
    expect(error.message).toContain(field);
    expect(error.hint).toContain('correct the fields named above');
  });

  it('names all wrong fields at once', () => {
    const error = thrownBy(() => loadSuite(write('wrong.json', { ...SMALLEST, rounds: 0, dtypes: ['x'] })));
    expect(error.message).toContain('rounds');
    expect(error.message).toContain('dtypes[0]');
  });

  it('calls a field that is not there missing', () => {
    const error = thrownBy(() => loadSuite(write('wrong.json', { ...SMALLEST, models: undefined })));
    expect(error.message).toMatch(/^ {2}models: missing, expected array$/m);
  });

  it('refuses a seed whose iterations would have no exact seeds', () => {
    // Seeds of iterations beyond 2⁵³ repeat, and the parent takes the messages that hold them for garbage.
    const { seed } = loadSuite(write('seed.json', { ...SMALLEST, seed: 1_000_000 }));
    expect(Number.isSafeInteger(iterationSeed(seed, 999, 999))).toBe(true);
    expect(Number.isSafeInteger(iterationSeed(10_000_000_000, 0, 0))).toBe(false);
    const error = thrownBy(() => loadSuite(write('seed.json', { ...SMALLEST, seed: 10_000_000_000 })));
    expect(error.message).toContain('seed');
  });

  it('refuses a timeout that a timer cannot hold', () => {
    // setTimeout takes 2³¹ − 1 ms at most; a longer one fires at once.
    expect(loadSuite(write('timeout.json', { ...SMALLEST, timeoutSeconds: 2_000_000 })).timeoutSeconds).toBe(2e6);
    const error = thrownBy(() => loadSuite(write('timeout.json', { ...SMALLEST, timeoutSeconds: 3_000_000 })));
    expect(error.message).toContain('timeoutSeconds');
  });
});
