// The type of the KV cache that a checkpoint declares follows from its layout and dtype.
import { expect, it } from 'vitest';
import { cacheValueBytes } from '../../src/contract/layouts.js';

it.each([
  ['tuned', 'q4', 4],
  ['tuned', 'q4f16', 2],
  ['split', 'int8', 4],
  ['published', 'fp16', 2],
  ['matched', 'q4', 2],
  ['matched', 'int8', 2],
  ['gguf', 'q4', 2],
] as const)('%s %s: %i bytes a value', (layout, dtype, bytes) => {
  expect(cacheValueBytes(layout, dtype)).toBe(bytes);
});
