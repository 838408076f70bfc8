// What may differ between two cases: nothing of their identity, unless `--across` names it.
import { describe, expect, it } from 'vitest';
import type { OptionSet } from '../../src/contract/option-set.js';
import { compareResults, exitCodeOf } from '../../src/stats/compare.js';
import { baseline, compare, rounds } from '../fixtures/comparison.js';
import { documentOf, type FakeCase, generateCase, steadyRound } from '../fixtures/document.js';

describe('identity', () => {
  it.each(['weights', 'graph', 'runtimeVersion', 'options', 'workload'] as const)(
    'a differing %s is named and not compared',
    (field) => {
      const after = baseline(6, { identity: { [field]: 'other' } });
      const { cases } = compare([baseline()], [after]);
      const before = baseline().identity![field];
      expect(cases).toEqual([
        {
          id: after.id,
          status: 'differs',
          key: after.key,
          differences: [{ dimension: field, baseline: before, candidate: 'other' }],
        },
      ]);
      expect(compare([baseline()], [after], { across: [field] }).cases[0]!.status).toBe('compared');
    },
  );

  it.each([
    ['machine', { machine: 'other-8c-32gb' }, 'testbox-2c-8gb', 'other-8c-32gb'],
    ['node', { node: 'v22.0.0' }, 'v20.20.0', 'v22.0.0'],
  ])('a differing %s is named and not compared', (dimension, options, before, after) => {
    const [a, b] = [documentOf([baseline()]), documentOf([baseline()], options)];
    const differences = [{ dimension, baseline: before, candidate: after }];
    expect(compareResults(a, b, { across: [] }).cases).toEqual([
      { id: baseline().id, status: 'differs', key: baseline().key, differences },
    ]);
    const allowed = compareResults(a, b, { across: [dimension] }).cases[0];
    expect(allowed).toMatchObject({ status: 'compared', across: differences });
  });

  it('two machines of one name are told by their hardware, though their cases have the same id', () => {
    const [amx, avx2] = [['avx2', 'amx_int8'], ['avx2']].map((instructionSets) => {
      const document = documentOf([baseline()]);
      return { ...document, machine: { ...document.machine, instructionSets } };
    });
    const differences = [{ dimension: 'machine', baseline: 'with amx_int8', candidate: 'without amx_int8' }];
    const refused = compareResults(amx!, avx2!, { across: [] });
    expect(refused.cases).toMatchObject([{ status: 'differs', differences }]);
    expect(exitCodeOf(refused)).toBe(2);
    const { cases } = compareResults(amx!, avx2!, { across: ['machine'] });
    expect(cases).toMatchObject([{ status: 'compared', across: differences }]);
  });

  it('names all that differs at once', () => {
    const after = baseline(6, { identity: { weights: 'x', options: 'y' } });
    const entry = compare([baseline()], [after], { across: ['weights'] }).cases[0];
    expect(entry).toMatchObject({ status: 'differs', differences: [{ dimension: 'options' }] });
  });

  it.each([
    ['model', { model: 'other-model' }, { weights: 'x', graph: 'x', workload: 'x' }],
    ['layout', { layout: 'published' }, { weights: 'x', graph: 'x', workload: 'x' }],
    ['dtype', { dtype: 'int8' }, { weights: 'x', graph: 'x', workload: 'x' }],
    ['runtime', { runtime: 'transformers.js' }, { options: 'x', runtimeVersion: 'x' }],
    ['threads', { threads: 4 }, { options: 'x' }],
    ['ep', { ep: 'webgpu' }, { options: 'x' }],
    ['option.spinning', { options: { spinning: false } }, { options: 'x' }],
    ['prompt', { workload: { kind: 'generate', prompt: 128, new: 5, depth: 0 } }, { workload: 'x', options: 'x' }],
    ['new', { workload: { kind: 'generate', prompt: 512, new: 6, depth: 0 } }, { workload: 'x', options: 'x' }],
    ['depth', { workload: { kind: 'generate', prompt: 512, new: 5, depth: 64 } }, { workload: 'x', options: 'x' }],
  ] as const)(
    '--across %s matches the cases and expects the identities that go with it',
    (dimension, key, identity) => {
      const tokens = 'workload' in key ? key.workload.new : 5;
      const after = generateCase(rounds(6, 100, 20, steadyRound(100, 20, tokens)), {
        key: key as FakeCase['key'],
        identity,
      });
      const apart = compare([baseline()], [after]).cases;
      expect(apart.map((entry) => entry.status)).toEqual(['unmatched', 'missing']);
      const entry = compare([baseline()], [after], { across: [dimension] }).cases[0]!;
      expect(entry.status).toBe('compared');
      const named = entry.status === 'compared' ? entry.across.map((difference) => difference.dimension) : [];
      expect(named.toSorted()).toEqual([dimension, ...Object.keys(identity)].toSorted());
    },
  );

  it('--across runtime does not excuse other weights, nor --across threads another runtime version', () => {
    const weights = baseline(6, { key: { runtime: 'transformers.js' }, identity: { weights: 'x' } });
    expect(compare([baseline()], [weights], { across: ['runtime'] }).cases[0]).toMatchObject({
      status: 'differs',
      differences: [{ dimension: 'weights' }],
    });
    const version = baseline(6, { key: { threads: 4 }, identity: { runtimeVersion: 'x' } });
    expect(compare([baseline()], [version], { across: ['threads'] }).cases[0]).toMatchObject({
      status: 'differs',
      differences: [{ dimension: 'runtimeVersion' }],
    });
  });
});

describe('real and synthetic weights', () => {
  const real = baseline(6, { key: { weights: 'real', layout: null }, identity: { weights: 'x', graph: 'x' } });

  it('are not compared without saying so', () => {
    const apart = compare([baseline()], [real]).cases;
    expect(apart.map((entry) => entry.status)).toEqual(['unmatched', 'missing']);
  });

  it('are compared with --across weights, which names the two kinds', () => {
    const [entry] = compare([baseline()], [real], { across: ['weights'] }).cases;
    expect(entry).toMatchObject({ status: 'compared' });
    const across = entry!.status === 'compared' ? entry!.across : [];
    expect(across).toContainEqual({ dimension: 'weights', baseline: 'synthetic', candidate: 'real' });
  });
});

describe('options', () => {
  const of = (options: OptionSet, hash: string) => baseline(6, { key: { options }, identity: { options: hash } });

  it('--across options allows any of them', () => {
    const after = of({ spinning: false, config: { 'session.xyz': '1' } }, 'x');
    expect(compare([of({ arena: false }, 'y')], [after], { across: ['options'] }).cases[0]).toMatchObject({
      status: 'compared',
      across: [
        { dimension: 'option.arena', baseline: 'off', candidate: '(none)' },
        { dimension: 'options' },
        { dimension: 'option.spinning', candidate: 'off' },
        { dimension: 'option.session.xyz', candidate: '1' },
      ],
    });
  });

  it('--across one of them does not allow another', () => {
    const { cases } = compare([of({ arena: false }, 'y')], [of({ spinning: false }, 'x')], {
      across: ['option.spinning'],
    });
    expect(cases.map(({ status }) => status)).toEqual(['unmatched', 'missing']);
  });
});
