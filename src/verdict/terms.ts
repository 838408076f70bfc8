// The terms that a prediction adds up: what a token, a prompt and a process need of a machine, each in seconds at the
// machine's best, in layers or in bytes. How far kernels stay behind that is the efficiency. Pure. docs/fit.md.
import type { SizeFacts } from '../contract/size-facts.js';
import { ARITHMETICS, type Arithmetic, type Work } from '../contract/work.js';
import { promptNeed, tokenNeed } from '../stats/work.js';

/** Rates of a machine at its best. */
export interface Hardware {
  /** Reading memory, by how much is read again and again; `null`: however much. */
  bandwidths: { workingSetBytes: number | null; bytesPerSecond: number }[];
  /** Matrix products. `operator`: null for a rate that is not that of a kernel. */
  products: { arithmetic: Arithmetic; operator: string | null; operationsPerSecond: number }[];
}

export interface Lengths {
  prompt: number;
  new: number;
  depth: number;
}

/** Passes are no longer than this, so that activations are not larger. */
const LONGEST_PASS = 512;

/**
 * The terms of one generated token: seconds to read the weights, seconds of attention, layers. null where a rate is not
 * known. Attention of one row is bound by its operations, not by reading the cache: query heads that share keys read them
 * out of the processor's caches.
 */
export function decodeTerms({ work }: SizeFacts, lengths: Lengths, hardware: Hardware): number[] | null {
  const bandwidth = bandwidthFor(hardware, work.tokenBytes);
  const attention = attentionSeconds(tokenNeed(attentionOf(work), lengths).operations, hardware);
  return bandwidth === null || attention === null ? null : [work.tokenBytes / bandwidth, attention, layersOf({ work })];
}

/** The terms of a prompt: seconds of products with weights, seconds of attention, layers. null where a rate is not known. */
export function prefillTerms({ work }: SizeFacts, lengths: Lengths, hardware: Hardware): number[] | null {
  const products = [...work.products.map((one) => ({ ...one, times: lengths.prompt })), ...headOf({ work })];
  let productSeconds = 0;
  for (const { operator, arithmetic, operations, times } of products) {
    const rate = productRate(hardware, arithmetic, operator);
    if (rate === null) return null;
    productSeconds += (operations * times) / rate;
  }
  const attention = attentionSeconds(promptNeed(attentionOf(work), lengths).operations, hardware);
  return attention === null ? null : [productSeconds, attention, layersOf({ work })];
}

/** Attention alone. Kernels of ONNX Runtime multiply with all positions and mask those outside of a window. */
function attentionOf(work: Work): Work {
  const attention = work.attention.map((layers) => ({ ...layers, window: null }));
  return { tokenBytes: 0, products: [], head: null, attention };
}

function attentionSeconds(operations: Partial<Record<Arithmetic, number>>, hardware: Hardware): number | null {
  let seconds = 0;
  for (const arithmetic of ARITHMETICS) {
    const count = operations[arithmetic] ?? 0;
    const rate = productRate(hardware, arithmetic, 'MatMul');
    if (count > 0 && rate === null) return null;
    if (count > 0) seconds += count / rate!;
  }
  return seconds;
}

/** The terms of the peak while loading: bytes of weights, of the copy of a tied head, and of a process. */
export function loadTerms(size: SizeFacts): number[] {
  return [packedBytes(size), headCopyBytes(size), 1];
}

/** The terms of the peak while running: the same, the cache, and a vector of activations for each token of a pass. */
export function runTerms(size: SizeFacts, { prompt, new: tokens, depth }: Lengths): number[] {
  const { kvBytesPerToken, work } = size;
  const positions = depth + prompt + tokens;
  const width = Math.max(0, ...work.attention.map(({ queryHeads, keySize }) => queryHeads * keySize));
  const pass = Math.min(LONGEST_PASS, Math.max(prompt, depth));
  return [packedBytes(size), headCopyBytes(size), kvBytesPerToken * positions, 4 * width * pass, 1];
}

/** The weights without rotary tables: of those only the rows that are used come into memory. */
function packedBytes({ weightBytes, parameters, work }: SizeFacts): number {
  return Math.min(weightBytes, parameters * bytesPerWeight(work));
}

/** 0 of a head of its own, whose weights are packed in place of the first ones. */
function headCopyBytes({ tiedHead, work }: SizeFacts): number {
  return tiedHead && work.head !== null ? (work.head.operations / 2) * bytesPerWeight(work) : 0;
}

/** Bytes that a weight takes on average, counting the weights that a token is multiplied with. */
function bytesPerWeight({ tokenBytes, products, head }: SizeFacts['work']): number {
  const operations = products.reduce((sum, product) => sum + product.operations, head?.operations ?? 0);
  return operations === 0 ? 0 : tokenBytes / (operations / 2);
}

function headOf({ work: { head } }: Pick<SizeFacts, 'work'>) {
  return head === null ? [] : [{ ...head, times: 1 }];
}

function layersOf({ work }: Pick<SizeFacts, 'work'>): number {
  return work.attention.reduce((sum, { layers }) => sum + layers, 0);
}

/** That over the largest working set which is no larger than what is read, since less memory is never read more slowly. */
export function bandwidthFor({ bandwidths }: Hardware, bytes: number): number | null {
  const sizes = bandwidths.map(({ workingSetBytes }) => workingSetBytes ?? 0);
  const fitting = sizes.filter((size) => size <= bytes);
  const size = fitting.length > 0 ? Math.max(...fitting) : Math.min(...sizes);
  const rates = bandwidths.filter(({ workingSetBytes }) => (workingSetBytes ?? 0) === size);
  return rates.length === 0 ? null : Math.max(...rates.map(({ bytesPerSecond }) => bytesPerSecond));
}

/** That of the operator's own kernels, else the best of its arithmetic, else of one with more bits. */
export function productRate({ products }: Hardware, arithmetic: Arithmetic, operator: string): number | null {
  const wide = ARITHMETICS.slice(0, ARITHMETICS.indexOf(arithmetic) + 1).reverse();
  const choices = [
    products.filter((one) => one.arithmetic === arithmetic && one.operator === operator),
    ...wide.map((name) => products.filter((one) => one.arithmetic === name)),
  ];
  const found = choices.find((rates) => rates.length > 0);
  return found === undefined ? null : Math.max(...found.map(({ operationsPerSecond }) => operationsPerSecond));
}
