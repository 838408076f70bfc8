// What the sides of pairs are said to differ in.
import { expect, it } from 'vitest';
import { sideDifferences, toolName } from '../../src/stats/side-differences.js';
import { documentOf, generateCase, steadyRound } from '../fixtures/document.js';

const side = (key: object, onnxruntime = '1.30.0') => {
  const made = documentOf([5, 6].map((tokens) => generateCase([steadyRound(1, 1, tokens)], { key })));
  return { ...made, versions: { ...made.versions, onnxruntime } };
};

it('is each dimension once, and versions of what both run', () => {
  expect(sideDifferences(side({ threads: 1 }, '1.27.0'), side({ threads: 2 }))).toEqual([
    { name: 'onnxruntime', baseline: '1.27.0', candidate: '1.30.0' },
    { name: 'threads', baseline: '1', candidate: '2' },
  ]);
  // Of two runtimes, their names say what differs.
  const other = side({ runtime: 'llama.cpp', options: { spinning: false } }, '1.27.0');
  expect(sideDifferences(other, side({}))).toEqual([
    { name: 'runtime', baseline: 'llama.cpp', candidate: 'onnxruntime' },
    { name: 'option.spinning', baseline: 'off', candidate: 'none' },
  ]);
});

it('names an installation by version and commit', () => {
  expect(toolName({ version: '1.2.0', commit: null, dirty: null })).toBe('1.2.0');
  expect(toolName({ version: '1.2.0', commit: 'abcdef012345', dirty: true })).toBe('1.2.0 at abcdef01 with changes');
});
