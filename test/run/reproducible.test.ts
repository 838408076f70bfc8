// Which stored results an installation can measure again.
import { expect, it } from 'vitest';
import { whyNotReproducible } from '../../src/run/reproducible.js';
import { documentOf, generateCase, steadyRound } from '../fixtures/document.js';

const document = documentOf([generateCase([steadyRound(100, 20)])]);
const HERE = { machine: document.machine.id, tool: document.tool, versions: document.versions };
const why = (here: Partial<typeof HERE>, stored = document) =>
  whyNotReproducible('baseline', stored, { ...HERE, ...here });

it('are those of this machine, version and runtime', () => {
  expect(why({})).toBeNull();
  expect(why({ machine: 'laptop' })).toBe('the baseline was measured on testbox-2c-8gb, this is laptop');
  expect(why({ versions: { ...document.versions, onnxruntime: '1.31.0' } })).toBe(
    'the baseline was measured with onnxruntime 1.30.0, not with 1.31.0',
  );
  expect(why({ versions: { ...document.versions, node: 'v22.0.0' } })).toMatch(/with node v20\.20\.0, not with v22/);
  // Not used by any case.
  expect(why({ versions: { ...document.versions, 'transformers.js': '5.0.0' } })).toBeNull();
});

it('are those of this commit, where both are known', () => {
  const at = (commit: string | null, version = '0.1.0') => ({ version, commit, dirty: false });
  const stored = { ...document, tool: at('a'.repeat(40)) };
  expect(why({ tool: at('b'.repeat(40)) }, stored)).toBe(
    'the baseline was measured by edgeproof 0.1.0 at aaaaaaaa, not by 0.1.0 at bbbbbbbb',
  );
  expect(why({ tool: at(null) }, stored)).toBeNull();
  expect(why({ tool: at(null, '0.2.0') }, stored)).toMatch(/not by 0\.2\.0$/);
});

it('are none that another benchmark measured', () => {
  const file = { name: 'bench.json', sha256: 'ab' };
  const foreign = { tool: 'foreign-llama-bench' as const, build: { commit: '8cf427ff', number: null }, gpu: null };
  const stored = { ...document, foreign: { ...foreign, file, leftOut: [], unknown: {} } };
  expect(why({}, stored)).toBe('the baseline was imported from bench.json');
});
