// What an architecture costs: a file named after its model_type, a row of the table, and a reference that it is
// compared with at tiny size (architectures.test.ts, blocks/experts.test.ts).
import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ARCHITECTURES, architectureOf, configSchemaOf } from '../../src/networks/architectures.js';
import { TINY_ARCHITECTURES } from '../reference/tiny-architectures.js';
import { TINY_SPARSE } from '../reference/tiny-sparse.js';

/** Only the text decoder of these is built, as a Qwen2 (multimodal.test.ts). */
const WITH_A_QWEN2_INSIDE = ['qwen2_5_omni', 'qwen2_5_vl'];

it('has a row for every file of an architecture, under its name', () => {
  const files = readdirSync(new URL('../../src/networks/architectures', import.meta.url));
  expect(Object.keys(ARCHITECTURES).sort()).toEqual(files.map((file) => file.replace(/\.ts$/, '')).sort());
});

it('has a tiny configuration for every row', () => {
  const tiny = [...Object.values(TINY_ARCHITECTURES), ...Object.values(TINY_SPARSE)];
  const compared = new Set([...tiny.map((config) => config.model_type), ...WITH_A_QWEN2_INSIDE]);
  expect([...compared].sort()).toEqual(Object.keys(ARCHITECTURES).sort());
});

it.each(['toString', '__proto__', 'bert'])('does not know "%s"', (modelType) => {
  expect(configSchemaOf(modelType)).toBeUndefined();
  expect(() => architectureOf({ model_type: modelType })).toThrow(
    `no synthetic checkpoint can be made for model_type "${modelType}"`,
  );
});
