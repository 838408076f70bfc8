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
  return needOf(work, prompt, (layer) => ({
    computed: attendedRows(layer, depth + 1, depth + prompt),
    read: Math.min(depth, layer.window ?? depth),
  }));
}

/**
 * The least operations that a graph can read a prompt with: of the last layer, all but keys and values may be computed for the
 * last position alone. Which layer that is, and how large, is not stored: it counts as the mean one, with the largest attention.
 */
export function leastPromptNeed(work: Work, lengths: Pick<Lengths, 'prompt' | 'depth'>): Need {
  const whole = promptNeed(work, lengths);
  const layers = work.attention.reduce((sum, group) => sum + group.layers, 0);
  if (layers === 0) return whole;
  const products = work.products.map((product) => ({ ...product, operations: product.operations * (1 - 1 / layers) }));
  const sizeOf = ({ window, queryHeads, keySize, valueSize }: AttentionWork) =>
    Math.min(window ?? Number.POSITIVE_INFINITY, lengths.depth + lengths.prompt) * queryHeads * (keySize + valueSize);
  const largest = work.attention.reduce((a, b) => (sizeOf(b) > sizeOf(a) ? b : a));
  const attention = work.attention.map((group) => (group === largest ? { ...group, layers: group.layers - 1 } : group));
  return { bytes: whole.bytes, operations: promptNeed({ ...work, products, attention }, lengths).operations };
}

/** With `kvDtype: int8`, each cached value takes one byte instead of four while decoding; prompts still use float32. */
export function stepWork(work: Work, { options }: Pick<CaseKey, 'options'>): Work {
  if (options?.kvDtype !== 'int8') return work;
  return { ...work, attention: work.attention.map((layer) => ({ ...layer, rowBytes: layer.rowBytes / 4 })) };
}

/** One token: the mean over all tokens after the first, which are the ones that decode times. */
export function tokenNeed(work: Work, { prompt, new: tokens, depth }: Omit<Lengths, 'kind'>): Need {
  const before = depth + prompt;
  return needOf(work, 1, (layer) => {
    const rows = tokens < 2 ? before : attendedRows(layer, before + 1, before + tokens - 1) / (tokens - 1);
    return { computed: rows, read: rows };
  });
}

/** `positions` pass through the layers, the last of them through the head. Rows are positions of the cache. */
function needOf(
  { products, head, attention, tokenBytes }: Work,
  positions: number,
  rowsOf: (layer: AttentionWork) => { computed: number; read: number },
): Need {
  const operations: Need['operations'] = {};
  const add = (arithmetic: Arithmetic, count: number) => {
    operations[arithmetic] = (operations[arithmetic] ?? 0) + count;
  };
  for (const product of products) add(product.arithmetic, product.operations * positions);
  if (head !== null) add(head.arithmetic, head.operations);
  let bytes = tokenBytes;
  for (const layer of attention) {
    const { computed, read } = rowsOf(layer);
    // Scores and weighted values of one query over one position.
    const rowOperations = 2 * layer.queryHeads * (layer.keySize + layer.valueSize);
    add(layer.arithmetic, layer.layers * rowOperations * computed);
    bytes += layer.layers * layer.rowBytes * read;
  }
  return { bytes, operations };
}

/** Sum over positions first … last (from 1) of how many positions each attends to. */
function attendedRows({ window }: AttentionWork, first: number, last: number): number {
  const triangle = (n: number) => (n * (n + 1)) / 2;
  const whole = Math.max(first - 1, Math.min(last, window ?? last));
  return triangle(whole) - triangle(first - 1) + (last - whole) * (window ?? 0);
}
