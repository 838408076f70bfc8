// How the graph of a checkpoint is laid out (docs/checkpoints.md). Pure.
import { type Dtype, kvValueBytes } from './dtypes.js';
import type { ExecutionProvider } from './vocabulary.js';

interface LayoutRow {
  format: FileFormat;
  /** The decoder graph that is built for it; null if the file holds no graph. */
  graph: 'tuned' | 'published' | 'matched' | null;
  /** Scales and the KV cache are in half precision, whatever the dtype. */
  half?: boolean;
  /** A second graph, in int8, reads the prompts. */
  prefillGraph?: boolean;
  /** The only execution providers that run it; every one if missing. */
  eps?: readonly ExecutionProvider[];
}

export type FileFormat = 'onnx' | 'gguf';

export const LAYOUTS = {
  /** Head and embedding are quantised; only positions whose logits are wanted enter the head. */
  tuned: { format: 'onnx', graph: 'tuned' },
  /** As exported on the hub. */
  published: { format: 'onnx', graph: 'published' },
  /** `tuned`, and a second graph that reads prompts in int8. */
  split: { format: 'onnx', graph: 'tuned', prefillGraph: true, eps: ['cpu'] },
  /** As much work a token as the GGUF file of the same dtype: blocks of 32, head in 8 bits, KV cache in half precision. */
  matched: { format: 'onnx', graph: 'matched', half: true },
  gguf: { format: 'gguf', graph: null, half: true },
} as const satisfies Record<string, LayoutRow>;

type Table = typeof LAYOUTS;
export type Layout = keyof Table;
/** Layouts of ONNX files. */
export type OnnxLayout = { [L in Layout]: Table[L]['format'] extends 'onnx' ? L : never }[Layout];
/** Layouts of the decoder graph itself. */
export type GraphLayout = NonNullable<Table[Layout]['graph']>;

export const LAYOUT_NAMES = Object.keys(LAYOUTS) as unknown as readonly [Layout, ...Layout[]];
export const GRAPH_LAYOUTS = ['tuned', 'published', 'matched'] as const satisfies readonly GraphLayout[];
export const ONNX_LAYOUTS = LAYOUT_NAMES.filter((name) => LAYOUTS[name].format === 'onnx') as unknown as readonly [
  OnnxLayout,
  ...OnnxLayout[],
];

/** null for files that are used as they are: only their format is known. */
export function layoutRow(layout: Layout | null): LayoutRow | null {
  return layout === null ? null : LAYOUTS[layout];
}

/** Bytes of one value of the KV cache that a checkpoint made in this layout and dtype declares. */
export function cacheValueBytes(layout: Layout, dtype: Dtype): 2 | 4 {
  return layoutRow(layout)?.half ? 2 : kvValueBytes(dtype);
}
