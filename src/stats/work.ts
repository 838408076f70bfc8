// The least that a prompt or a token of a case must read and compute, from the work of one token at each position.
// Pure. Formulas: docs/ceilings.md.

import type { CaseKey } from '../contract/case-key.js';
import type { Arithmetic, AttentionWork, Work } from '../contract/work.js';
import type { CaseWorkload } from '../contract/workloads.js';

type Lengths = Extract<CaseWorkload, { kind: 'generate' }>;

export interface Need {
  bytes: number;
  operations: Partial<Record<Arithmetic, number>>;
}

/** The whole prompt: weights once, the cache as it is, and the head for the last position. */
export function promptNeed(work: Work, { prompt, depth }: Pick<Lengths, 'prompt' | 'depth'>): Need {
  const { operations, add } = sums();
  for (const product of work.products) add(product.arithmetic, product.operations * prompt);
  if (work.head !== null) add(work.head.arithmetic, work.head.operations);
  let bytes = work.tokenBytes;
  for (const layer of work.attention) {
    add(layer.arithmetic, layer.layers * rowOperations(layer) * attendedRows(layer, depth + 1, depth + prompt));
    bytes += layer.layers * layer.rowBytes * Math.min(depth, layer.window ?? depth);
  }
  return { bytes, operations };
}

/** With `kvDtype: int8`, each cached value takes one byte instead of four while decoding; prompts still use float32. */
export function stepWork(work: Work, { options }: Pick<CaseKey, 'options'>): Work {
  if (options?.kvDtype !== 'int8') return work;
  return { ...work, attention: work.attention.map((layer) => ({ ...layer, rowBytes: layer.rowBytes / 4 })) };
}

/** One token: the mean over all tokens after the first, which are the ones that decode times. */
export function tokenNeed(work: Work, { prompt, new: tokens, depth }: Omit<Lengths, 'kind'>): Need {
  const { operations, add } = sums();
  for (const product of [...work.products, ...(work.head === null ? [] : [work.head])])
    add(product.arithmetic, product.operations);
  let bytes = work.tokenBytes;
  const before = depth + prompt;
  for (const layer of work.attention) {
    const rows = tokens < 2 ? before : attendedRows(layer, before + 1, before + tokens - 1) / (tokens - 1);
    add(layer.arithmetic, layer.layers * rowOperations(layer) * rows);
    bytes += layer.layers * layer.rowBytes * rows;
  }
  return { bytes, operations };
}

/** Scores and weighted values of one query over one position. */
function rowOperations({ queryHeads, keySize, valueSize }: AttentionWork): number {
  return 2 * queryHeads * (keySize + valueSize);
}

/** Sum over positions first … last (from 1) of how many positions each attends to. */
function attendedRows({ window }: AttentionWork, first: number, last: number): number {
  const triangle = (n: number) => (n * (n + 1)) / 2;
  const whole = Math.max(first - 1, Math.min(last, window ?? last));
  return triangle(whole) - triangle(first - 1) + (last - whole) * (window ?? 0);
}

function sums() {
  const operations: Need['operations'] = {};
  return {
    operations,
    add(arithmetic: Arithmetic, count: number) {
      operations[arithmetic] = (operations[arithmetic] ?? 0) + count;
    },
  };
}
